/** `<gallery-picker>`: results made before, to be used again; opens at "open-gallery-picker {kinds, take}", takes one. */

import { html, nothing, render } from "lit-html";

import { fragment } from "lib/dom.js";
import { t } from "lib/i18n.js";
import { getText } from "lib/requests.js";

class GalleryPicker extends HTMLElement {
  #take = () => {};
  #kinds = [];
  #kind = "image";
  #state = ""; // "" while it loads, "none", or words about a failure
  #asked = 0;
  #listening = new AbortController();

  connectedCallback() {
    this.#listening = new AbortController();
    document.addEventListener("open-gallery-picker", ({ detail }) => this.show(detail), this.#listening);
  }

  disconnectedCallback() {
    this.#listening.abort();
    this.#dialog?.close();
  }

  show({ kinds, take }) {
    Object.assign(this, { className: "gallery-picker" });
    [this.#kinds, this.#kind, this.#take] = [kinds, kinds[0], take];
    this.#draw();
    this.#dialog.showModal();
    this.#load();
  }

  get #dialog() {
    return this.querySelector("dialog");
  }

  get #grid() {
    return this.querySelector(".gallery-choice");
  }

  async #load() {
    const mine = (this.#asked += 1);
    this.#state = "";
    this.#grid.replaceChildren();
    this.#draw();
    try {
      const page = fragment(await getText(`/gallery/items/?kind=${this.#kind}`));
      if (mine === this.#asked) this.#fill(tilesOf(page));
    } catch (error) {
      if (mine === this.#asked) this.#fill(tilesOf(document.querySelector("message-list"), this.#kind), error);
    }
  }

  /** Where the gallery cannot be reached, the files of the conversation in view are there. */
  #fill(tiles, error = null) {
    this.#grid.replaceChildren(...tiles.map((tile) => this.#button(tile)));
    this.#state = tiles.length ? "full" : (error?.message ?? "none");
    this.#draw();
    this.#grid.firstElementChild?.focus();
  }

  #button({ id, name, source }) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "gallery-choice-tile", ariaLabel: name });
    if (source) button.append(Object.assign(document.createElement("img"), { src: source, alt: "", loading: "lazy" }));
    else button.append(name);
    button.addEventListener("click", () => {
      this.#dialog.close();
      this.#take({ id, kind: this.#kind, name });
    });
    return button;
  }

  #draw() {
    const words = { "": t("Reading the gallery"), full: "", none: t("Nothing has been made yet.") }[this.#state] ?? this.#state;
    const besides = ({ target }) => target === this.#dialog && this.#dialog.close();
    render(
      html`<dialog class="dialog" aria-labelledby="gallery-picker-title" @click=${besides}>
        <header class="dialog-head"><h2 id="gallery-picker-title">${t("From the gallery")}</h2><button class="icon-button" type="button" aria-label=${t("Close")} @click=${() => this.#dialog.close()}><span class="icon icon-x" aria-hidden="true"></span></button></header>
        <div class="gallery-choice"></div>
        ${words ? html`<p class="empty" role="status">${words}</p>` : nothing}
      </dialog>`,
      this,
    );
  }
}

/** [{id, name, source}] of what can be used in a piece of our own pages: each tile says what it is. */
function tilesOf(root, kind = "") {
  const found = new Map();
  for (const { dataset } of root?.querySelectorAll("[data-tile]") ?? []) {
    if (kind && dataset.kind !== kind) continue;
    found.set(dataset.tile, { id: Number(dataset.tile), name: dataset.name || t("File"), source: dataset.poster ?? "" });
  }
  return [...found.values()];
}

customElements.define("gallery-picker", GalleryPicker);
