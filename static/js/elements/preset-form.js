/** `<preset-form>`: the dialog in which a preset is written. Hears `preset-edit {preset}` (null: a new one), tells `preset-kept`. */

import { html, nothing, render } from "lit-html";
import { live } from "lit-html/directives/live.js";

import "elements/parameter-panel.js";
import { isNarrow, tell } from "lib/dom.js";
import { t } from "lib/i18n.js";
import { slotsOf } from "lib/preset-text.js";
import { wordsFor } from "lib/requests.js";
import { toast } from "lib/toast.js";

const EMPTY = { name: "", text: "", model: "", parameters: {}, tools: {}, is_shared: false };

class PresetForm extends HTMLElement {
  #preset = null; // as it is being written; null while the dialog is shut
  #problem = null; // {field, message}
  #isBusy = false;
  #listening = new AbortController();

  connectedCallback() {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    document.addEventListener("preset-edit", ({ detail }) => this.#open(detail.preset), { signal });
    document.addEventListener("model-picked", (event) => this.#picked(event), { signal, capture: true });
    this.addEventListener("parameters-changed", (event) => this.#set(event), { signal });
  }

  disconnectedCallback() {
    this.#listening.abort();
    this.#dialog?.close();
  }

  get #dialog() {
    return this.querySelector("dialog");
  }

  #open(preset) {
    this.#preset = { ...EMPTY, ...preset };
    this.#problem = null;
    this.#draw();
    this.#dialog.showModal();
    if (!isNarrow()) this.querySelector("[name=name]").focus();
  }

  #shut() {
    this.#dialog.close();
  }

  #closed() {
    this.#preset = null;
    this.#draw();
  }

  #write(values) {
    this.#preset = { ...this.#preset, ...values };
    this.#problem = null;
    this.#draw();
  }

  /** It is for this dialog, not for the composer below. */
  #picked(event) {
    if (!this.#preset) return;
    event.stopPropagation();
    this.#write({ model: event.detail.model });
  }

  #set(event) {
    event.stopPropagation();
    this.#write({ parameters: event.detail.value });
  }

  async #submit(event) {
    event.preventDefault();
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#problem = await this.#keep();
    this.#isBusy = false;
    this.#draw();
    if (this.#problem) return this.querySelector(`[name="${this.#problem.field}"]`)?.focus();
    toast(t("Kept as “%(name)s”.", { name: this.#preset.name.trim() }));
    this.#shut();
    tell("preset-kept");
  }

  /** null, or what the server does not like. */
  async #keep() {
    const { id, name, text, model, tools, is_shared } = this.#preset;
    const parameters = this.querySelector("parameter-panel")?.value ?? this.#preset.parameters;
    const headers = { "Content-Type": "application/json", "X-Requested-With": "fetch", "X-CSRFToken": document.querySelector("meta[name=csrf]").content };
    const body = JSON.stringify({ name, text, model, parameters, tools, is_shared });
    const asked = fetch(id ? `/presets/${id}/` : "/presets/", { method: id ? "PUT" : "POST", headers, body });
    const answer = await asked.catch(() => null);
    if (answer?.ok) return null;
    const told = await answer?.json().catch(() => null);
    return told ?? { field: "", message: answer ? wordsFor(answer.status) : t("The server cannot be reached.") };
  }

  // What is seen.

  #draw() {
    render(this.#template(), this);
    const panel = this.querySelector("parameter-panel");
    if (panel && this.#preset) Object.assign(panel, { model: this.#preset.model, value: this.#preset.parameters });
  }

  #template() {
    const besides = ({ target }) => target === this.#dialog && this.#shut();
    return html`<dialog class="dialog preset-dialog" aria-labelledby="preset-title" @close=${() => this.#closed()} @pointerdown=${besides}>
      ${this.#preset ? this.#form(this.#preset) : nothing}
    </dialog>`;
  }

  #form(preset) {
    return html`<form class="preset-fields" method="dialog" novalidate @submit=${(event) => this.#submit(event)}>
      <header class="dialog-head"><h2 id="preset-title">${preset.id ? t("Edit the preset") : t("New preset")}</h2><button class="icon-button" type="button" aria-label=${t("Close")} @click=${() => this.#shut()}><span class="icon icon-x" aria-hidden="true"></span></button></header>
      <div class="preset-body">
        <div class="field"><label for="preset-name">${t("Name")}</label><input id="preset-name" name="name" maxlength="100" autocomplete="off" required aria-invalid=${this.#isWrong("name")} .value=${live(preset.name)} @input=${({ target }) => this.#write({ name: target.value })}>${this.#wrong("name")}</div>
        ${this.#textField(preset)}
        ${this.#modelField(preset)}
        ${preset.tools.names?.length ? this.#toolsField(preset) : nothing}
        <label class="preset-check"><input type="checkbox" .checked=${live(preset.is_shared)} @change=${({ target }) => this.#write({ is_shared: target.checked })}><span>${t("Everybody in the team may use it")}</span></label>
      </div>
      <footer class="slot-foot">${this.#others()}<button class="button" type="button" @click=${() => this.#shut()}>${t("Cancel")}</button><button class="button button-primary" type="submit" ?disabled=${this.#isBusy}>${t("Keep")}</button></footer>
    </form>`;
  }

  #textField({ text }) {
    const slots = slotsOf(text);
    return html`<div class="field"><label for="preset-text">${t("Message")}</label>
      <textarea id="preset-text" class="preset-field" name="text" rows="4" maxlength="40000" dir="auto" aria-describedby="preset-text-hint" aria-invalid=${this.#isWrong("text")} .value=${live(text)} @input=${({ target }) => this.#write({ text: target.value })}></textarea>
      <p class="field-hint" id="preset-text-hint">${slots.length ? t("Asked for each time:") : t("Write {{name}} where something else stands each time.")} ${slots.map((slot) => html`<span class="chip preset-slot">${slot}</span> `)}</p>${this.#wrong("text")}
    </div>`;
  }

  #modelField({ model }) {
    const choose = html`<button class="button" type="button" name="model" @click=${() => tell("open-model-picker", { model: "" })}>${t("Choose a model")}</button>`;
    return html`<div class="field preset-model"><span class="label">${t("Model and settings")}</span>
      ${model ? html`<parameter-panel></parameter-panel><button class="button button-quiet" type="button" @click=${() => this.#write({ model: "", parameters: {} })}>${t("Leave the model open")}</button>` : html`<p class="field-hint">${t("Without one, the model in use answers.")}</p>${choose}`}
      ${this.#wrong("model")}${this.#wrong("parameters")}
    </div>`;
  }

  #toolsField({ tools }) {
    return html`<div class="field"><span class="label">${t("Tools")}</span><p class="preset-tools">${tools.names.map((name) => html`<span class="chip">${name}</span>`)}<button class="button button-quiet" type="button" @click=${() => this.#write({ tools: {} })}>${t("Without tools")}</button></p>${this.#wrong("tools")}</div>`;
  }

  #isWrong(field) {
    return this.#problem?.field === field ? "true" : nothing;
  }

  #wrong(field) {
    return this.#problem?.field === field ? html`<p class="field-error" role="alert">${this.#problem.message}</p>` : nothing;
  }

  /** What belongs to no field that is seen. */
  #others() {
    return this.#problem && !this.#problem.field ? html`<p class="field-error" role="alert">${this.#problem.message}</p>` : html`<span></span>`;
  }
}

customElements.define("preset-form", PresetForm);
