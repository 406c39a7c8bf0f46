/** `<compare-line>`: the models that are asked the same side by side with the composer's own; hears `compare-wanted {isAsked?}`. */

import { html, nothing, render } from "lit-html";
import { live } from "lit-html/directives/live.js";

import "elements/parameter-panel.js";
import { MOST_COLUMNS, columnFor, isComparable } from "lib/compare.js";
import { announce, tell } from "lib/dom.js";
import { t } from "lib/i18n.js";
import { current, load } from "lib/model-list.js";
import { modelOf } from "lib/models.js";
import { choosableFor } from "lib/tool-list.js";

class CompareLine extends HTMLElement {
  #open = -1; // the column whose settings are shown
  #listening = new AbortController();

  connectedCallback() {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    document.addEventListener("compare-wanted", ({ detail }) => (detail?.isAsked ? this.#toggle() : this.#draw()), { signal });
    document.addEventListener("compare-over", ({ detail }) => this.#goOn(detail.model), { signal });
    document.addEventListener("models-loaded", () => this.#draw(), { signal });
    this.#composer.addEventListener("choice-changed", () => this.#draw(), { signal });
    this.addEventListener("parameters-changed", (event) => this.#set(event), { signal });
    this.#draw();
  }

  disconnectedCallback() {
    this.#listening.abort();
    this.#dialog?.close();
  }

  get #composer() {
    return this.closest("message-composer");
  }

  get #choice() {
    return this.#composer.choice;
  }

  get #dialog() {
    return this.querySelector("dialog");
  }

  #change(beside, isBlind) {
    this.#composer.querySelector("composer-bar").change((choice) => choice.setBeside(beside, isBlind));
  }

  #toggle() {
    if (this.#choice.beside.length) this.#change([]);
    else this.#add();
  }

  /** The person goes on with one of them: that one is asked from here on. */
  #goOn(model) {
    this.#change([]);
    this.#composer.querySelector("composer-bar").pick(model);
  }

  #add() {
    this.#pick((model) => {
      this.#change([...this.#choice.beside, columnFor(model, this.#choice.wanted)]);
      announce(t("%(model)s answers beside it.", { model: model.label }));
      this.querySelector(".compare-add")?.focus();
    });
  }

  /** Asks the picker, and keeps its answer from the composer's own model. */
  #pick(act) {
    const kinds = this.#composer.querySelector("attachment-tray").tray?.kinds ?? [];
    const stop = new AbortController();
    const options = { capture: true, signal: stop.signal };
    const picked = async (event) => {
      event.stopPropagation();
      stop.abort();
      act(modelOf(await load(), event.detail.model));
    };
    tell("open-model-picker", { model: "", only: (model) => isComparable(model, kinds) });
    document.addEventListener("model-picked", picked, options);
    document.addEventListener("close", ({ target }) => target.matches?.(".picker") && setTimeout(() => stop.abort()), options);
  }

  #drop(place) {
    this.#change(this.#choice.beside.toSpliced(place, 1));
    (this.querySelector(".compare-add") ?? this.#composer.querySelector("[data-compare]"))?.focus();
  }

  #replace(place, column) {
    this.#change(this.#choice.beside.with(place, column));
  }

  #show(place) {
    this.#open = place;
    this.#draw();
    this.#dialog.showModal();
  }

  #shut() {
    this.#open = -1;
    this.#draw();
  }

  #set(event) {
    event.stopPropagation(); // it is not for the composer's own model
    const column = this.#choice.beside[this.#open];
    if (column) this.#replace(this.#open, { ...column, parameters: event.detail.value });
  }

  /** The card of the model in the settings opens the picker: what is picked then takes this place. */
  #repick(event) {
    if (!event.target.closest(".model-card")) return;
    event.stopPropagation();
    const place = this.#open;
    this.#pick((model) => this.#replace(place, columnFor(model, this.#choice.beside[place].parameters)));
  }

  // What is seen.

  #draw() {
    const choice = this.#choice;
    if (!choice) return;
    this.hidden = !choice.beside.length;
    this.#askForTools(choice);
    render(this.hidden ? nothing : this.#template(choice), this);
    const column = choice.beside[this.#open];
    const panel = this.querySelector("parameter-panel");
    if (panel && column) Object.assign(panel, { model: column.model, value: column.parameters });
  }

  #askForTools(choice) {
    if (!choice.tools.names.length) return;
    for (const { model } of choice.beside) {
      choosableFor(model).then((list) => choice.offer(model, list), () => {});
    }
  }

  #template(choice) {
    const { beside, isBlind } = choice;
    return html`<div class="compare-models" role="group" aria-label=${t("Compared with")}>
        <span class="compare-word">${t("Compared with")}</span>
        ${beside.map((column, place) => this.#chip(column, place))}
        ${beside.length + 1 < MOST_COLUMNS ? html`<button class="compare-add" type="button" @click=${() => this.#add()}><span class="icon icon-plus" aria-hidden="true"></span>${t("Model")}</button>` : nothing}
        <label class="compare-blind" data-tip=${t("Names are hidden until you have voted.")}><input type="checkbox" .checked=${live(isBlind)} @change=${({ target }) => this.#change(beside, target.checked)}>${t("Blind")}</label>
      </div>
      <dialog class="dialog preset-dialog" aria-labelledby="compare-title" @close=${() => this.#shut()} @pointerdown=${({ target }) => target === this.#dialog && this.#dialog.close()}>${this.#sheet()}</dialog>`;
  }

  #chip({ model, parameters }, place) {
    const { label } = modelOf(current(), model);
    const isTuned = Object.keys(parameters).length > 0;
    return html`<span class="compare-chip"><span class="truncate">${label}</span>
      <button class="icon-button" type="button" aria-label=${t("Settings of %(model)s", { model: label })} @click=${() => this.#show(place)}><span class="icon icon-sliders-horizontal" aria-hidden="true"></span>${isTuned ? html`<span class="composer-dot"></span>` : nothing}</button>
      <button class="icon-button" type="button" aria-label=${t("Without %(model)s", { model: label })} @click=${() => this.#drop(place)}><span class="icon icon-x" aria-hidden="true"></span></button>
    </span>`;
  }

  #sheet() {
    if (!this.#choice.beside[this.#open]) return nothing;
    const close = () => this.#dialog.close();
    return html`<div class="preset-fields">
      <header class="dialog-head"><h2 id="compare-title">${t("Settings of this column")}</h2><button class="icon-button" type="button" aria-label=${t("Close")} @click=${close}><span class="icon icon-x" aria-hidden="true"></span></button></header>
      <div class="preset-body" @click=${{ handleEvent: (event) => this.#repick(event), capture: true }}><parameter-panel></parameter-panel></div>
      <footer class="slot-foot"><span></span><button class="button button-primary" type="button" @click=${close}>${t("Done")}</button></footer>
    </div>`;
  }
}

customElements.define("compare-line", CompareLine);
