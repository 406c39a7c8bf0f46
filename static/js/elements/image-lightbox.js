/** Pictures of the conversation, one at a time and as large as the window: arrows, download, copy. Made on first use. */

import { html, nothing, render } from "lit-html";

import { t } from "lib/i18n.js";
import { toast } from "lib/toast.js";
import { attachmentOf, openUses } from "lib/use-as.js";

class ImageLightbox extends HTMLElement {
  #pictures = [];
  #at = 0;
  #opener = null;

  /** `pictures` are <image-grid>s; `opener` gets the focus back. */
  open(pictures, at, opener) {
    this.#pictures = pictures;
    this.#at = Math.max(0, at);
    this.#opener = opener;
    this.#draw();
    this.#dialog.showModal();
    this.#dialog.focus();
  }

  get #dialog() {
    return this.querySelector("dialog");
  }

  #draw() {
    const { full, name, facts, download, width, height } = this.#pictures[this.#at].dataset;
    const tile = this.#usable;
    const hasMore = this.#pictures.length > 1;
    const place = t("%(index)s of %(count)s", { index: this.#at + 1, count: this.#pictures.length });
    render(
      html`<dialog class="lightbox" aria-label=${name} tabindex="-1" @keydown=${this.#keyed} @click=${this.#clicked} @close=${this.#closed}>
        <header class="lightbox-bar">
          <p class="lightbox-words"><span class="lightbox-name">${name}</span><span class="lightbox-facts">${[facts, hasMore && place].filter(Boolean).join(" · ")}</span></p>
          ${tile ? html`<button class="icon-button" type="button" data-do="use" aria-haspopup="menu" aria-label=${t("Use as")}><span class="icon icon-large icon-corner-up-right" aria-hidden="true"></span></button>` : nothing}
          <button class="icon-button" type="button" data-do="copy" aria-label=${t("Copy image")}><span class="icon icon-large icon-copy" aria-hidden="true"></span></button>
          <a class="icon-button" href=${download} download=${name} aria-label=${t("Download %(name)s", { name })}><span class="icon icon-large icon-download" aria-hidden="true"></span></a>
          <button class="icon-button" type="button" data-do="close" aria-label=${t("Close")}><span class="icon icon-large icon-x" aria-hidden="true"></span></button>
        </header>
        <div class="lightbox-stage" data-do="close"><img src=${full} alt=${name} width=${width} height=${height}></div>
        ${hasMore ? this.#arrows() : nothing}
      </dialog>`,
      this,
    );
  }

  /** The tile of the picture, where the person may use it further. */
  get #usable() {
    const tile = this.#pictures[this.#at].closest("[data-tile]");
    return tile?.querySelector("[data-use]") ? tile : null;
  }

  /** The composer gets it, so the picture makes room; a menu closed without a choice leaves it. */
  #use(button) {
    const attachment = attachmentOf(this.#usable);
    document.addEventListener("attachment-use", () => this.#dialog.close(), { once: true });
    openUses(button, attachment);
  }

  #arrows() {
    return html`
      <button class="lightbox-arrow" type="button" data-do="previous" aria-label=${t("Previous picture")}><span class="icon icon-large icon-chevron-left" aria-hidden="true"></span></button>
      <button class="lightbox-arrow" type="button" data-do="next" aria-label=${t("Next picture")}><span class="icon icon-large icon-chevron-right" aria-hidden="true"></span></button>
    `;
  }

  #go(step) {
    this.#at = (this.#at + step + this.#pictures.length) % this.#pictures.length;
    this.#draw();
  }

  #keyed = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.target.closest("[role=menu]")) return;
    if (!step || this.#pictures.length < 2) return;
    event.preventDefault();
    this.#go(step);
  };

  #clicked = (event) => {
    if (event.target.localName === "img" || event.target.closest("[role=menu]")) return;
    const act = event.target.closest("[data-do]")?.dataset.do;
    if (act === "close") this.#dialog.close();
    if (act === "previous") this.#go(-1);
    if (act === "next") this.#go(1);
    if (act === "copy") this.#copy();
    if (act === "use") this.#use(event.target.closest("[data-do]"));
  };

  #closed = () => {
    if (this.#opener?.isConnected) this.#opener.focus({ preventScroll: true });
  };

  /** Clipboards take PNG only, so the picture is drawn once more. */
  async #copy() {
    try {
      await navigator.clipboard.write([new ClipboardItem({ "image/png": asPng(this.querySelector("img")) })]);
      toast(t("Copied"));
    } catch {
      toast(t("The picture could not be copied."));
    }
  }
}

async function asPng(image) {
  await image.decode();
  const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas.convertToBlob({ type: "image/png" });
}

customElements.define("image-lightbox", ImageLightbox);
