/** `<slot-form>`: asks what goes into the slots of a preset. Hears `slots-wanted {preset, values, done}`; done(null) is no. */

import { html, nothing, render } from "lit-html";

import { t } from "lib/i18n.js";
import { isComposing } from "lib/ime.js";
import { filled } from "lib/preset-text.js";

class SlotForm extends HTMLElement {
  #wanted = null;
  #values = {};
  #listening = new AbortController();

  connectedCallback() {
    this.#listening = new AbortController();
    document.addEventListener("slots-wanted", ({ detail }) => this.#ask(detail), this.#listening);
  }

  disconnectedCallback() {
    this.#listening.abort();
    this.#end(null);
  }

  #ask(wanted) {
    this.#end(null);
    this.#wanted = wanted;
    this.#values = Object.fromEntries(wanted.preset.slots.map((slot) => [slot, wanted.values[slot] ?? ""]));
    this.#draw();
    this.querySelector("dialog").showModal();
    const fields = [...this.querySelectorAll("textarea")];
    (fields.find(({ value }) => !value) ?? fields[0])?.focus();
  }

  #end(values) {
    const { done } = this.#wanted ?? {};
    this.#wanted = null;
    this.querySelector("dialog")?.close();
    done?.(values);
  }

  #typed(slot, value) {
    this.#values = { ...this.#values, [slot]: value };
    this.#draw();
  }

  #submit(event) {
    event.preventDefault();
    this.#end(this.#values);
  }

  /** Enter goes on, as in a form of single lines; Shift makes a new line, Ctrl or Cmd finishes. */
  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || isComposing(event)) return;
    event.preventDefault();
    const fields = [...this.querySelectorAll("textarea")];
    const next = fields[fields.indexOf(event.target) + 1];
    if (next && !event.ctrlKey && !event.metaKey) next.focus();
    else this.#end(this.#values);
  }

  #draw() {
    render(this.#template(), this);
  }

  #template() {
    const { preset } = this.#wanted ?? { preset: null };
    return html`<dialog class="dialog slot-dialog" aria-labelledby="slot-title" @close=${() => this.#end(null)} @click=${({ target }) => target.localName === "dialog" && this.#end(null)}>
      ${preset ? this.#form(preset) : nothing}
    </dialog>`;
  }

  #form(preset) {
    return html`<form class="slot-fields" method="dialog" novalidate @submit=${(event) => this.#submit(event)}>
      <header class="dialog-head"><h2 id="slot-title">${preset.name}</h2><button class="icon-button" type="button" aria-label=${t("Close")} @click=${() => this.#end(null)}><span class="icon icon-x" aria-hidden="true"></span></button></header>
      <div class="slot-body">
        ${preset.slots.map((slot, n) => this.#field(slot, n))}
        <details class="slot-preview"><summary>${t("How it will read")}</summary><p>${filled(preset.text, this.#values)}</p></details>
      </div>
      <footer class="slot-foot"><p class="field-hint">${t("Nothing is sent yet.")}</p><button class="button button-primary" type="submit">${t("Fill in")}</button></footer>
    </form>`;
  }

  #field(slot, n) {
    return html`<div class="field"><label for="slot-${n}">${slot}</label>
      <textarea id="slot-${n}" class="slot-text" rows="1" dir="auto" .value=${this.#values[slot]} @keydown=${(event) => this.#key(event)} @input=${({ target }) => this.#typed(slot, target.value)}></textarea>
    </div>`;
  }
}

customElements.define("slot-form", SlotForm);
