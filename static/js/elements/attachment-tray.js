/** The files of the message being written as tiles: progress, state, reason and repair. Tells `tray-change`. */

import { html, nothing, render } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";

import { announce, tell } from "lib/dom.js";
import { t } from "lib/i18n.js";
import { request } from "lib/requests.js";
import { on } from "lib/socket.js";
import { noteOf, poster, ring } from "lib/tiles.js";
import { Tray, labelOf, reasonOf, split } from "lib/tray.js";
import { attachUrl, cancel, facts, repair, upload } from "lib/uploads.js";

/** The server, for files of a message in the team `team`. */
const doorOf = (team) => ({
  upload: (file, options) => upload(file, { ...options, team }),
  cancel,
  read: facts,
  remote: (url) => attachUrl(url, { team }),
  repair,
  fit: async (model, attachments, protocol) => {
    const response = await request("POST", "/models/fit/", { body: { model, attachments, protocol } });
    return (await response.json()).fits;
  },
});

const trays = new Map(); // place: Tray; an upload goes on while another conversation is in view

function trayOf(place, team) {
  if (!trays.has(place)) {
    const limits = JSON.parse(document.getElementById("limits").textContent);
    trays.set(place, new Tray({ door: doorOf(Number(team) || undefined), limits }));
  }
  return trays.get(place);
}

/** Only while bytes would be lost: a page that asks before it closes cannot be kept ready for Back. */
const warn = (event) => event.preventDefault();
const watchLeaving = () => {
  const isUploading = [...trays.values()].some((tray) => tray.isUploading);
  (isUploading ? addEventListener : removeEventListener)("beforeunload", warn);
};

class AttachmentTray extends HTMLElement {
  tray = null;
  /** Set by the composer: is this file seen in a form's place? */
  isElsewhere = () => false;
  #place = "";
  #stop = null;
  #drawing = 0;
  #spoken = "";

  connectedCallback() {
    this.#stop = on("attachment.changed", ({ attachment }) => trays.forEach((tray) => tray.refresh(attachment)));
  }

  disconnectedCallback() {
    this.#stop();
    this.#leave();
  }

  /** Shows the files of `place`; true if they were there already, so that a draft need not bring them. */
  enter(place, team) {
    this.#leave();
    this.#place = place;
    const isKnown = trays.has(place);
    this.tray = trayOf(place, team);
    this.tray.act = () => this.#changed();
    this.draw();
    return isKnown;
  }

  /** The conversation has got its address; the files stay where they are. */
  moveTo(place) {
    trays.delete(this.#place);
    this.#place = place;
    trays.set(place, this.tray);
  }

  #leave() {
    if (!this.tray) return;
    this.tray.act = watchLeaving;
    if (!this.tray.items.length) trays.delete(this.#place);
  }

  #changed() {
    watchLeaving();
    this.#drawing ||= requestAnimationFrame(() => this.draw());
    tell("tray-change", {}, this);
  }

  draw() {
    cancelAnimationFrame(this.#drawing);
    this.#drawing = 0;
    const { items } = this.tray;
    const own = items.filter((item) => !this.isElsewhere(item));
    this.hidden = !own.length && !items.some((item) => reasonOf(item));
    render(this.hidden ? nothing : html`${own.length ? this.#tiles(own) : nothing}${this.#reasons(items)}`, this);
    this.#speak(items);
  }

  /** A screen reader hears when all is up, and what is wrong; not each per cent. */
  #speak(items) {
    const { problem, isBusy } = this.tray;
    const words = problem || (items.length && !isBusy ? t("Attached: %(names)s", { names: items.map(({ name }) => name).join(", ") }) : "");
    if (words && words !== this.#spoken) announce(words);
    if (!isBusy) this.#spoken = words;
  }

  #tiles(items) {
    const tiles = repeat(items, ({ key }) => key, (item) => this.#tile(item));
    return html`<ul class="tray" aria-label=${t("Attached files")}>${tiles}</ul>`;
  }

  #tile(item) {
    const { name, state, kind } = item;
    const isBad = Boolean(reasonOf(item));
    return html`<li class="tile" data-kind=${kind} data-state=${isBad ? "bad" : state}>
      <span class="tile-poster">${poster(item)}${ring(item)}</span>
      <span class="tile-words">
        <span class="tile-name truncate" title=${name}>${name}</span>
        <span class="tile-note">${noteOf(item)}</span>
      </span>
      ${state === "failed" && item.file ? this.#button(t("Try %(name)s again", { name }), "icon-rotate-cw", () => this.tray.retry(item)) : nothing}
      ${this.#button(state === "uploading" ? t("Cancel %(name)s", { name }) : t("Remove %(name)s", { name }), "icon-x", () => this.#remove(item))}
    </li>`;
  }

  #button(label, icon, act) {
    return html`<button class="tile-button" type="button" aria-label=${label} @click=${act}>
      <span class="icon ${icon}" aria-hidden="true"></span>
    </button>`;
  }

  #remove(item) {
    this.tray.remove(item);
    tell("focus-composer");
  }

  #reasons(items) {
    const bad = items.filter((item) => reasonOf(item));
    if (!bad.length) return nothing;
    const offered = new Set(); // another model helps all files at once and is offered once
    return html`<ul class="tray-reasons">${repeat(bad, ({ key }) => key, (item) => this.#reason(item, offered))}</ul>`;
  }

  #reason(item, offered) {
    const possible = item.state === "ready" ? (item.fit?.repairs ?? []) : [];
    const repairs = possible.filter((repair) => !offered.has(split(repair)[1]));
    for (const repair of repairs) if (split(repair)[1]) offered.add(split(repair)[1]);
    return html`<li class="tray-reason">
      <span class="icon icon-triangle-alert" aria-hidden="true"></span>
      <span class="tray-reason-words"><span class="truncate">${item.name}</span> ${reasonOf(item)}</span>
      <span class="tray-repairs">${repairs.map((repair, place) => this.#repair(item, repair, place))}</span>
    </li>`;
  }

  #repair(item, repair, place) {
    const [kind, model] = split(repair);
    const act = () => (model ? tell("tray-model", { model }, this) : this.tray.repair(item, kind));
    const nameOf = (id) => this.nameOfModel?.(id) ?? id;
    return html`<button class="button ${place ? "button-quiet" : ""}" type="button" @click=${act}>${labelOf(repair, nameOf)}</button>`;
  }
}

customElements.define("attachment-tray", AttachmentTray);
