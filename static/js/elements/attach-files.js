/** The ways in for files besides dropping: the menu behind +, an address, the clipboard. Tells `files-chosen` and `text-pasted`. */

import { isTextBox, tell } from "lib/dom.js";
import { contentOf, named } from "lib/pasted.js";

const ACCEPTED = { file: "", media: "image/*,video/*", picture: "image/*" };

class AttachFiles extends HTMLElement {
  /** Set by the composer: attaches an address, rejects with words for a person. */
  attachUrl = async () => {};
  #listening = new AbortController();

  connectedCallback() {
    this.#listening = new AbortController();
    const listen = (target, type, act) => target.addEventListener(type, act, this.#listening);
    listen(this, "click", (event) => this.#click(event));
    listen(this.#input, "change", () => this.#chosen());
    listen(this.#dialog, "submit", (event) => this.#submit(event));
    listen(document, "paste", (event) => this.#paste(event));
  }

  disconnectedCallback() {
    this.#listening.abort();
    this.#dialog.close();
  }

  get #input() {
    return this.querySelector("[data-choose-files]");
  }

  get #dialog() {
    return this.querySelector("dialog");
  }

  /** Opens the browser's own chooser for "file", "media" or "picture". */
  choose(what) {
    this.#input.accept = ACCEPTED[what];
    this.#input.click();
  }

  #click({ target }) {
    const what = target.closest("[data-attach]")?.dataset.attach;
    if (what === "url") return this.#ask();
    if (what) return this.choose(what);
    if (target.closest("[data-open-presets]")) return tell("presets-open", { isAsked: true });
    if (target.closest("[data-compare-menu]")) return tell("compare-wanted", { isAsked: true });
    if (target.closest("[data-close-dialog]") || target === this.#dialog) this.#dialog.close();
  }

  #chosen() {
    const files = [...this.#input.files];
    this.#input.value = ""; // the same file again must count as a change
    if (files.length) tell("files-chosen", { files }, this);
  }

  #ask() {
    const [field] = this.#dialog.querySelectorAll("input");
    field.value = "";
    this.#fail("");
    this.#dialog.showModal();
    field.focus();
  }

  async #submit(event) {
    event.preventDefault();
    const [field] = this.#dialog.querySelectorAll("input");
    const button = this.#dialog.querySelector("[type=submit]");
    if (!field.value.trim()) return field.focus();
    button.disabled = true;
    try {
      await this.attachUrl(field.value.trim());
      this.#dialog.close();
      tell("focus-composer");
    } catch (error) {
      this.#fail(error.message);
      field.focus();
    }
    button.disabled = false;
  }

  #fail(words) {
    const line = this.#dialog.querySelector(".field-error");
    line.textContent = words;
    line.hidden = !words;
    this.#dialog.querySelector("input").ariaInvalid = words ? "true" : null;
  }

  /** Anywhere on the page, unless it goes into another text box. */
  #paste(event) {
    const isElsewhere = isTextBox(event.target) && event.target.id !== "composer-text";
    if (event.defaultPrevented || isElsewhere || document.querySelector("dialog[open]")) return;
    const { files, text } = contentOf(event.clipboardData);
    if (files.length) {
      event.preventDefault();
      tell("files-chosen", { files: files.map((file) => named(file)) }, this);
    } else if (text) {
      event.preventDefault();
      tell("text-pasted", { text }, this);
    }
  }
}

customElements.define("attach-files", AttachFiles);
