/** The box for text: as tall as its words, careful with input methods and undo. Tells `text-typed` and `text-key`. */

import { tell } from "lib/dom.js";
import { isOpen } from "lib/ime.js";
import { meaningOf } from "lib/keys.js";

const SLASH = /(?:^|\n)[/／、]$/; // at the start of a line: the presets are wanted

class ComposerText extends HTMLElement {
  /** Set by the composer: what a key's meaning depends on. */
  stateOfKeys = () => ({});
  #listening = new AbortController();

  connectedCallback() {
    this.#listening = new AbortController();
    this.addEventListener("input", () => this.#typed(), this.#listening);
    this.addEventListener("keydown", (event) => this.#key(event), this.#listening);
  }

  disconnectedCallback() {
    this.#listening.abort();
  }

  get #box() {
    return this.querySelector("textarea");
  }

  get value() {
    return this.#box.value;
  }

  /** Ignored while a word is being composed: writing then would double its letters. */
  set value(text) {
    if (this.isBusy || text === this.#box.value) return;
    this.#box.value = text;
    this.#grow();
  }

  /** What stands in the empty box; undefined for the page's own words. */
  set hint(words) {
    this.dataset.hint ??= this.#box.placeholder;
    this.#box.placeholder = words ?? this.dataset.hint;
  }

  get isBusy() {
    return isOpen(this.#box);
  }

  /** As if typed: the browser's undo takes it back, which it does not do after setRangeText. */
  insert(text) {
    this.focus();
    if (document.execCommand("insertText", false, text)) return;
    this.#box.setRangeText(text, this.#box.selectionStart, this.#box.selectionEnd, "end");
    this.#typed();
  }

  focus() {
    this.#box.focus({ preventScroll: true });
  }

  blur() {
    this.#box.blur();
  }

  toEnd() {
    this.#box.setSelectionRange(this.value.length, this.value.length);
  }

  #typed() {
    this.#grow();
    tell("text-typed", {}, this);
    if (SLASH.test(this.value.slice(0, this.#box.selectionEnd))) tell("presets-open");
  }

  /** Where field-sizing is not known the box is measured; the style sheet limits it. */
  #grow() {
    if (CSS.supports("field-sizing", "content")) return;
    this.#box.style.blockSize = "auto";
    this.#box.style.blockSize = `${this.#box.scrollHeight}px`;
  }

  #key(event) {
    const meaning = meaningOf(event, this.stateOfKeys());
    if (!meaning || meaning === "newline") return;
    event.preventDefault();
    tell("text-key", { meaning }, this);
  }
}

customElements.define("composer-text", ComposerText);
