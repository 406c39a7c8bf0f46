/** The places of a generation's form: a button each, empty or with its file, in one row. */

import { html, nothing } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";

import { t } from "lib/i18n.js";
import { itemName, roleIcon } from "lib/generation-words.js";
import { noteOf, poster, ring } from "lib/tiles.js";
import { reasonOf } from "lib/tray.js";

/** `places` as the draft has them; `acts`: open(place, item, button), remove(item), key(event), drag(event, place). */
export function slotRow(places, label, acts) {
  const cells = places.flatMap((place) => [
    ...place.items.map((item) => ({ key: `f${item.key}`, place, item })),
    ...(place.room > 0 ? [{ key: place.role, place, item: null }] : []),
  ]);
  return html`<ul class="slots" aria-label=${label} @keydown=${acts.key}>${repeat(cells, ({ key }) => key, (cell) => slot(cell, acts))}</ul>`;
}

function slot({ place, item }, acts) {
  const drag = (event) => acts.drag(event, place);
  return html`<li class="slot" data-role=${place.role} ?data-filled=${Boolean(item)} data-state=${stateOf(item)} @dragenter=${drag} @dragover=${drag} @dragleave=${drag} @drop=${drag}>
    ${item ? filled(place, item, acts) : empty(place, acts)}
  </li>`;
}

const stateOf = (item) => (item ? (reasonOf(item) ? "bad" : item.state) : nothing);

function filled(place, item, acts) {
  const name = place.isSingle ? place.name : itemName(place.role, place.kinds, place.items.indexOf(item) + 1);
  const words = [`${name}: ${item.name}`, reasonOf(item) || noteOf(item)].filter(Boolean).join(", ");
  return html`<button class="slot-button" type="button" data-key=${item.key} aria-haspopup="menu" aria-label=${words} @click=${(e) => acts.open(place, item, e.currentTarget)}>
      <span class="slot-box">${poster(item)}${ring(item)}</span>
      <span class="slot-name truncate" aria-hidden="true">${name}</span>
    </button>
    <button class="slot-remove" type="button" tabindex="-1" aria-label=${t("Remove %(name)s", { name: item.name })} @click=${() => acts.remove(item)}><span class="icon icon-x" aria-hidden="true"></span></button>`;
}

function empty(place, acts) {
  const name = place.items.length ? t("Add") : place.name;
  const label = place.items.length ? t("Add to “%(name)s”", { name: place.name }) : t("%(name)s: empty", { name });
  const closed = place.isOpen ? "" : place.closed;
  return html`<button class="slot-button" type="button" aria-haspopup=${place.role === "mask" ? "dialog" : "menu"} aria-disabled=${!place.isOpen} aria-label=${[label, closed].filter(Boolean).join(". ")} data-tip=${closed || nothing} @click=${(e) => acts.open(place, null, e.currentTarget)}>
    <span class="slot-box"><span class="icon icon-${place.items.length ? "plus" : roleIcon(place.role, place.kinds)}" aria-hidden="true"></span></span>
    <span class="slot-name truncate" aria-hidden="true">${name}</span>
  </button>`;
}

/** What can be done with the place, or with the file in it, whose menu is open. */
export function slotMenu({ place, item }, draft) {
  if (!place) return nothing;
  const { items, role, isSingle } = place;
  const at = items.indexOf(item);
  const isPainted = role === "mask" || (item && draft.source === item && draft.place("mask"));
  const isFree = !item || isSingle;
  return html`${isPainted ? entry("paint", "brush", t("Paint the area to change")) : nothing}
    ${isFree ? entry("device", "upload", t("From this device")) : nothing}
    ${isFree ? entry("gallery", "images", t("From the gallery")) : nothing}
    ${at > 0 ? entry("earlier", "arrow-left", t("Move left")) : nothing}
    ${item && at < items.length - 1 ? entry("later", "arrow-right", t("Move right")) : nothing}
    ${item ? entry("remove", "trash-2", t("Remove")) : nothing}`;
}

const entry = (act, icon, words) =>
  html`<button class="menu-item" type="button" role="menuitem" data-act=${act}><span class="icon icon-${icon}" aria-hidden="true"></span>${words}</button>`;
