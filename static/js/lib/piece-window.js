/** One piece of the gallery large, with all that is known of it; the arrows go on to the next. */

import { fragment, isTextBox } from "lib/dom.js";
import { t } from "lib/i18n.js";
import { getText } from "lib/requests.js";
import { localTimes } from "lib/times.js";

const HTML = `<dialog class="details-window" tabindex="-1"><header class="details-bar"><p class="details-title truncate"></p>
  <button class="icon-button" type="button" data-do="previous"><span class="icon icon-chevron-left" aria-hidden="true"></span></button>
  <button class="icon-button" type="button" data-do="next"><span class="icon icon-chevron-right" aria-hidden="true"></span></button>
  <button class="icon-button" type="button" data-do="close"><span class="icon icon-x" aria-hidden="true"></span></button></header>
  <div class="details" aria-live="polite"></div></dialog>`;
const PIECE = /^\/gallery\/items\/\d+\/$/;

export class PieceWindow {
  #dialog = null;
  #tile = null;
  #asked = 0;
  #beside;
  #closed;

  /** `beside(tile, steps)` resolves to the tile further on, `closed(tile)` hears where one was. */
  constructor({ beside, closed }) {
    this.#beside = beside;
    this.#closed = closed;
  }

  open(tile) {
    this.#tile = tile;
    if (!this.#dialog) this.#make();
    if (!this.#dialog.open) {
      this.#dialog.showModal();
      this.#dialog.focus();
    }
    return this.#show(tile.querySelector(".piece-link").href);
  }

  close() {
    this.#dialog?.remove(); // with it goes a menu that is open in it
    this.#dialog = null;
  }

  #make() {
    this.#dialog = fragment(HTML).firstElementChild;
    const names = { previous: t("Previous"), next: t("Next"), close: t("Close") };
    for (const button of this.#dialog.querySelectorAll("[data-do]")) button.ariaLabel = names[button.dataset.do];
    this.#dialog.addEventListener("click", (event) => this.#clicked(event));
    this.#dialog.addEventListener("keydown", (event) => this.#pressed(event));
    this.#dialog.addEventListener("close", () => this.#closed(this.#tile));
    document.body.append(this.#dialog);
  }

  async #show(url) {
    const asked = (this.#asked += 1);
    const box = this.#dialog.querySelector(".details");
    box.ariaBusy = "true";
    try {
      const html = await getText(url);
      if (asked === this.#asked && this.#dialog) this.#fill(box, html);
    } catch (error) {
      if (asked === this.#asked && this.#dialog) this.#fail(box, error, url);
    }
  }

  #fill(box, html) {
    box.replaceChildren(fragment(html));
    box.ariaBusy = null;
    box.scrollTop = 0;
    localTimes(box);
    const title = box.querySelector(".details-prompt")?.textContent.trim() || t("Details");
    this.#dialog.ariaLabel = title.slice(0, 120);
    this.#dialog.querySelector(".details-title").textContent = title;
  }

  #fail(box, error, url) {
    box.ariaBusy = null;
    box.replaceChildren(fragment('<p class="details-failed"><span></span> <button class="button" type="button"></button></p>'));
    box.querySelector("span").textContent = error.message;
    const button = box.querySelector("button");
    button.textContent = t("Try again");
    button.addEventListener("click", () => this.#show(url));
  }

  async #go(steps) {
    const tile = await this.#beside(this.#tile, steps);
    if (tile && this.#dialog) this.open(tile);
  }

  #clicked(event) {
    const link = event.target.closest("a[href]");
    if (link && PIECE.test(new URL(link.href).pathname) && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
      event.preventDefault();
      this.#show(link.href);
    }
    const acts = { previous: () => this.#go(-1), next: () => this.#go(1), close: () => this.#dialog.close() };
    if (event.target === this.#dialog) this.#dialog.close();
    else acts[event.target.closest("[data-do]")?.dataset.do]?.();
  }

  #pressed(event) {
    const steps = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const isElsewhere = isTextBox(event.target) || event.target.closest("video, audio, media-player, audio-player, [role=menu]");
    if (!steps || isElsewhere || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.#go(steps);
  }
}
