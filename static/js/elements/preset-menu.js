/** `<preset-menu>`: "/" at the start of a line offers the presets; a choice goes into the composer and is never sent.
 *
 * Stands beside the composer's text box, which keeps the focus; fetched with the first "/". Tells `preset-use {preset}` and `preset-edit {preset}`.
 */

import { html, nothing, render } from "lit-html";

import { announce, tell } from "lib/dom.js";
import { nt, t } from "lib/i18n.js";
import { isComposing } from "lib/ime.js";
import { open } from "lib/navigation.js";
import { found, slashBefore } from "lib/preset-text.js";
import { all } from "lib/presets.js";

const STEPS = { ArrowDown: 1, ArrowUp: -1 };

class PresetMenu extends HTMLElement {
  #presets = null; // null until the server has told them
  #slash = null; // {from, query} while the menu is wanted
  #dismissed = ""; // the text whose menu was closed by Escape
  #active = 0;
  #options = [];
  #listening = new AbortController();

  connectedCallback() {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    const composer = this.closest("message-composer");
    composer.addEventListener("text-typed", () => this.#typed(), { signal });
    composer.addEventListener("keydown", (event) => this.#key(event), { signal, capture: true });
    composer.addEventListener("focusout", () => this.#left(), { signal });
    document.addEventListener("presets-open", ({ detail }) => (detail?.isAsked ? this.#begin() : this.#begun()), { signal });
  }

  disconnectedCallback() {
    this.#listening.abort();
  }

  get #box() {
    return this.closest("message-composer").querySelector("composer-text textarea");
  }

  /** From the menu behind +: as if "/" had been typed. */
  #begin() {
    const box = this.#box;
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
    this.closest("message-composer").querySelector("composer-text").insert(box.value && !box.value.endsWith("\n") ? "\n/" : "/");
  }

  #typed() {
    const { value, selectionStart, selectionEnd } = this.#box;
    this.#slash = selectionStart === selectionEnd ? slashBefore(value, selectionStart) : null;
    if (this.#dismissed && !value.startsWith(this.#dismissed)) this.#dismissed = "";
    if (this.#dismissed) this.#slash = null;
    this.#active = 0;
    this.#draw();
  }

  /** Each "/" asks anew: somebody of the team may have kept one meanwhile. */
  async #begun() {
    this.#typed();
    try {
      this.#presets = await all();
    } catch {
      this.#presets ??= []; // without a line one can still write
    }
    this.#draw();
    if (this.#options.length) announce(nt("%(count)s preset", "%(count)s presets", this.#options.length));
  }

  get #isOpen() {
    return this.#options.length > 0;
  }

  #left() {
    setTimeout(() => this.contains(document.activeElement) || document.activeElement === this.#box || this.#close());
  }

  #close() {
    this.#slash = null;
    this.#draw();
  }

  /** Before the text box takes it; only while something is offered. */
  #key(event) {
    if (!this.#isOpen || event.target !== this.#box || isComposing(event)) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const act = this.#actOf(event.key);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  #actOf(key) {
    if (key in STEPS) return () => this.#move(STEPS[key]);
    if (key === "Enter" || key === "Tab") return () => this.#options[this.#active].act();
    return key === "Escape" ? () => this.#dismiss() : null;
  }

  #move(by) {
    const { length } = this.#options;
    this.#active = (this.#active + by + length) % length;
    this.#draw();
    this.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }

  #dismiss() {
    this.#dismissed = this.#box.value;
    this.#close();
  }

  /** Takes "/…" out of the box; the browser's undo brings it back. */
  #cut() {
    const { from, query } = this.#slash;
    this.#box.setSelectionRange(from, from + 1 + query.length);
    this.#box.focus();
    document.execCommand("delete");
    this.#close();
  }

  #use(preset) {
    this.#cut();
    tell("preset-use", { preset, isInPlace: true });
  }

  #keep() {
    this.#cut();
    const { choice } = this.closest("message-composer");
    const { model, wanted, parameters, tools } = choice;
    const draft = { name: "", text: this.#box.value, model: model.id, parameters: model.makes ? wanted : parameters, tools: tools ?? {} };
    tell("preset-edit", { preset: draft });
  }

  #offered() {
    if (!this.#slash || !this.#presets) return [];
    const { query } = this.#slash;
    const fitting = found(this.#presets, query).map((preset) => ({ preset, name: preset.name, words: preset.text || preset.label, act: () => this.#use(preset) }));
    if (query && !fitting.length) return []; // "/usr/bin" is no wish for a preset
    const more = [
      { name: t("Keep this as a preset"), icon: "bookmark-plus", act: () => this.#keep() },
      { name: t("All presets"), icon: "bookmark", act: () => (this.#cut(), open("/presets/")) },
    ];
    return query ? fitting : [...fitting, ...more];
  }

  #draw() {
    this.#options = this.#offered();
    const box = this.#box;
    this.hidden = !this.#isOpen;
    render(this.#isOpen ? this.#template() : nothing, this);
    for (const [name, value] of [["aria-controls", "preset-options"], ["aria-activedescendant", `preset-option-${this.#active}`]]) {
      if (this.#isOpen) box.setAttribute(name, value);
      else box.removeAttribute(name);
    }
  }

  #template() {
    return html`<div class="preset-options" id="preset-options" role="listbox" aria-label=${t("Presets")} @pointerdown=${(event) => event.preventDefault()}>
      ${this.#options.map((option, n) => this.#row(option, n))}
    </div>`;
  }

  #row({ name, words = "", icon, act }, n) {
    return html`<div class="preset-option" id="preset-option-${n}" role="option" aria-selected=${n === this.#active} ?data-act=${Boolean(icon)} @click=${act}>
      ${icon ? html`<span class="icon icon-${icon}" aria-hidden="true"></span>` : nothing}<span class="preset-option-name">${name}</span><span class="preset-option-text truncate">${words}</span>
    </div>`;
  }
}

customElements.define("preset-menu", PresetMenu);
