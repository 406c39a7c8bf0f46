/** The rows of the model picker: a heading, a model, and a name that nobody listed. */

import { html, nothing } from "lit-html";

import { t } from "lib/i18n.js";
import { ABILITIES, byname, hindranceWords, iconOf, kindsOf, vendorName, wordOf } from "lib/model-words.js";
import { hindrance, shortCount } from "lib/models.js";

// A place per ability, so that the columns line up; nobody draws, films and embeds at once.
const IN = [["sees"], ["watches"], ["hears"], ["reads"]];
const OUT = [["speaks"], ["draws", "films", "embeds"]];

/** Unique even where a model stands among the favourites and among its vendor's. */
export const rowId = (row) => `picker-${row.section ?? "of"}-${row.model?.id ?? row.id}`.replace(/[^\w.-]/g, "_");

export function headingRow(row, catalog) {
  const own = { favourites: t("Favourites"), recents: t("Used lately") };
  return html`<div class="picker-heading" role="presentation">${own[row.id] ?? vendorName(catalog, row.vendor)}</div>`;
}

export function modelRow(row, state, acts) {
  const { model } = row;
  const reason = hindranceWords(hindrance(model));
  return html`<div class="picker-row" role="option" id=${rowId(row)} aria-selected=${state.isActive} ?data-hindered=${Boolean(reason)} @click=${acts.pick}>
    <span class="picker-name"><b>${model.label}</b> <span>${byname(model)}</span></span>
    <span class="visually-hidden">${spoken(model, state, reason)}</span>
    ${state.isCurrent ? html`<span class="icon icon-check picker-current" aria-hidden="true"></span>` : nothing}
    ${glyphs(model)}
    ${reason ? html`<span class="picker-reason" aria-hidden="true">${reason}</span>` : ending(model, state, acts)}
  </div>`;
}

const ending = (model, state, acts) => html`<span class="picker-context" aria-hidden="true">${shortCount(model.context)}</span>
    <span class="picker-star" aria-hidden="true" ?data-on=${state.isLiked} title=${state.isLiked ? t("No longer a favourite") : t("Keep as a favourite")} @click=${apart(acts.like)}><span class="icon icon-star"></span></span>
    <span class="picker-more" aria-hidden="true" title=${t("Details")} @click=${apart(acts.open)}><span class="icon icon-chevron-right"></span></span>`;

/** A name may be newer than every list: it can be used as it is. */
export function freeRow(row, state, acts) {
  return html`<div class="picker-row picker-free" role="option" id=${rowId(row)} aria-selected=${state.isActive} @click=${acts.pick}>
    <span class="picker-name"><b>${t("Use “%(name)s” as it is", { name: row.model.id })}</b> <span>${t("in no list")}</span></span>
  </div>`;
}

const apart = (act) => (event) => {
  event.stopPropagation();
  act();
};

function glyphs({ can, out }) {
  const place = (abilities) => {
    const found = abilities.find((one) => can.includes(one));
    return html`<span class="picker-glyph">${found ? glyph(iconOf(ABILITIES, found), wordOf(ABILITIES, found)) : nothing}</span>`;
  };
  return html`<span class="picker-glyphs" aria-hidden="true">
    ${IN.map(place)}
    <span class="icon icon-arrow-right picker-arrow"></span>
    <span class="picker-glyph">${out.includes("text") ? glyph("type", t("Writes")) : nothing}</span>
    ${OUT.map(place)}
    ${place(["thinks"])}
  </span>`;
}

const glyph = (icon, word) => html`<span class="icon icon-${icon}" title=${word}></span>`;

/** What the glyphs say, for those who hear the row. */
function spoken(model, state, reason) {
  const words = [
    vendorName(state.catalog, model.vendor),
    t("takes %(kinds)s", { kinds: kindsOf(model.in) }),
    t("gives %(kinds)s", { kinds: kindsOf(model.out) }),
    model.context ? t("%(count)s tokens of context", { count: shortCount(model.context) }) : "",
    model.thinking && model.thinking !== "none" ? t("thinks") : "",
    state.isLiked ? t("favourite") : "",
    state.isCurrent ? t("in use") : "",
    reason,
  ];
  return words.filter(Boolean).join(", ");
}
