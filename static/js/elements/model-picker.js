/** `<model-picker>`: search, filters and a list in a dialog; opens at "open-model-picker", answers with "model-picked". */

import { html, nothing, render } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";

import { announce, isCoarse, isNarrow, tell } from "lib/dom.js";
import { nt, t } from "lib/i18n.js";
import { isComposing } from "lib/ime.js";
import { details } from "lib/model-details.js";
import { current, like, load, reload, used } from "lib/model-list.js";
import { filterBar } from "lib/model-filters.js";
import { freeRow, headingRow, modelRow, rowId } from "lib/model-rows.js";
import { benchOf, hindrance, modelOf, offsetsOf, rows, step, visible } from "lib/models.js";
import { open } from "lib/navigation.js";

const PAGE_ROWS = 8;
const heights = () => (isNarrow() ? { heading: 36, model: 60 } : { heading: 32, model: isCoarse() ? 48 : 38 });

class ModelPicker extends HTMLElement {
  value = ""; // the model in use, marked in the list
  #only; // which models may be picked this time
  #query = "";
  #filters = [];
  #onlyMine = false;
  #list = [];
  #offsets = [0];
  #active = -1;
  #drawn = [0, 0]; // from which row to which
  #shown = null; // the model whose details are open
  #error = "";
  #frame = 0;
  #hasty = null; // what was typed when Enter came before the list
  #stop = new AbortController();

  connectedCallback() {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    document.addEventListener("open-model-picker", (event) => this.show(event.detail?.model, event.detail?.only), { signal });
    document.addEventListener("models-loaded", () => this.#dialog?.open && this.#loaded(), { signal });
  }

  disconnectedCallback() {
    this.#stop.abort();
    cancelAnimationFrame(this.#frame);
    this.#dialog?.close();
  }

  /** Whoever was quicker than the list gets what they pressed Enter for. */
  #loaded() {
    this.#search(false, this.#hasty !== null);
    const model = this.#list[this.#active]?.model;
    const isWanted = this.#hasty !== null && this.#hasty === this.#query;
    this.#hasty = null;
    if (isWanted && model) this.#pick(model);
  }

  show(model = this.value, only = undefined) {
    if (this.#dialog?.open) return;
    this.#hasty = null;
    this.#only = only;
    Object.assign(this, { value: model ?? "" });
    this.#query = "";
    this.#shown = null;
    this.#error = "";
    this.#render();
    this.#dialog.showModal();
    this.#search(true);
    if (isCoarse()) this.#pane.focus(); // a screen keyboard would cover half the list
    else this.#field.focus();
    reload().catch((error) => this.#fail(error));
  }

  close() {
    this.#dialog?.close();
  }

  get #dialog() {
    return this.querySelector("dialog");
  }

  get #field() {
    return this.querySelector(".picker-field");
  }

  get #pane() {
    return this.querySelector(".picker-list");
  }

  #fail(error) {
    if (!current().models.length) this.#error = error.message;
    this.#render();
  }

  /** Finds anew; the best match becomes active, or with `isFresh` the model in use. */
  #search(isFresh, isTyped = false) {
    const before = this.#list[this.#active];
    this.#error = "";
    this.#list = rows(current(), { query: this.#query, filters: this.#filters, onlyMine: this.#onlyMine, only: this.#only });
    const isRead = current().models.length > 0; // before that no name is known to be nobody's
    if (!this.#list.length && isRead && !this.#only && /^\S+$/.test(this.#query.trim())) this.#list = [this.#free()];
    this.#offsets = offsetsOf(this.#list, { ...heights(), free: heights().model });
    this.#active = this.#placeOf(isFresh ? this.value : isTyped ? "" : before?.model?.id, before?.section);
    this.#render();
    this.#reveal(isTyped);
  }

  #free() {
    return { kind: "model", isFree: true, section: "free", model: modelOf(current(), this.#query.trim()) };
  }

  #placeOf(id, section) {
    const same = this.#list.findIndex((row) => row.model?.id === id && (!section || row.section === section));
    const found = same < 0 ? this.#list.findIndex((row) => row.model?.id === id) : same;
    return id && found >= 0 ? found : step(this.#list, -1, 1);
  }

  /** Scrolls as little as shows the active row, with the heading over it. */
  #reveal(fromTop = false) {
    const pane = this.#pane;
    const isBelowHeading = this.#list[this.#active - 1]?.kind === "heading";
    const top = this.#offsets[isBelowHeading ? this.#active - 1 : this.#active] ?? 0;
    const bottom = (this.#offsets[this.#active + 1] ?? 0) - pane.clientHeight;
    if (fromTop || pane.scrollTop > top) pane.scrollTop = fromTop ? 0 : top;
    else if (pane.scrollTop < bottom) pane.scrollTop = bottom;
    this.#render();
  }

  #move(by) {
    this.#active = step(this.#list, this.#active, by);
    this.#reveal();
  }

  #pick(model) {
    if (hindrance(model)) return this.#open(model);
    this.#take(model);
  }

  #take(model) {
    this.value = model.id;
    used(model.id);
    this.close();
    const bench = this.#only ? "" : benchOf(model);
    if (bench) open(bench);
    else tell("model-picked", { model: model.id }, this);
  }

  #open(model) {
    this.#shown = model;
    this.#render();
    this.querySelector(".picker-details")?.focus();
  }

  #back() {
    this.#shown = null;
    this.#render();
    this.#reveal();
    if (!isCoarse()) this.#field.focus();
  }

  async #like(model) {
    const isLiked = !current().favourites.includes(model.id);
    const kept = like(model.id, isLiked);
    this.#search(false);
    announce(isLiked ? t("Kept as a favourite") : t("No longer a favourite"));
    await kept.catch((error) => announce(error.message));
    if (this.#dialog?.open) this.#search(false);
  }

  #filter(ability) {
    if (ability === "all") [this.#filters, this.#onlyMine] = [[], false];
    else if (ability === "mine") [this.#filters, this.#onlyMine] = [[], !this.#onlyMine];
    else this.#filters = toggled(this.#filters, ability);
    this.#shown = null;
    this.#search(false, true);
    if (!isCoarse()) this.#field.focus();
  }

  #keydown(event) {
    if (isComposing(event)) return;
    const isEscape = event.key === "Escape";
    const act = isEscape ? () => this.#escape() : this.#shown ? this.#detailsKey(event) : this.#listKey(event);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  #detailsKey(event) {
    if (event.key === "ArrowLeft" && event.target !== this.#field) return () => this.#back();
    return isKeepKey(event) ? () => this.#like(this.#shown) : null;
  }

  #listKey(event) {
    const model = this.#list[this.#active]?.model;
    if (isKeepKey(event)) return model && (() => this.#like(model));
    if (event.target !== this.#field && event.target !== this.#pane) return null;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return null;
    if (event.key === "Enter") return () => (model ? this.#pick(model) : this.#hurry());
    if (event.key === "ArrowRight") return model && isAtEnd(this.#field) && (() => this.#open(model));
    const by = STEPS[event.key];
    return by && (() => this.#move(by));
  }

  #hurry() {
    if (!current().models.length) this.#hasty = this.#query;
  }

  /** One step back: from the details to the list, from the list to the page. */
  #escape() {
    if (this.#shown) this.#back();
    else this.close();
  }

  #scrolled() {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#render());
  }

  #render() {
    this.#drawn = visible(this.#offsets, this.#pane?.scrollTop ?? 0, this.#pane?.clientHeight || 480);
    render(this.#template(), this);
    const pane = this.#pane;
    const [first, last] = this.#drawn;
    const { model, heading } = heights();
    pane.style.setProperty("--row", `${model}px`);
    pane.style.setProperty("--heading", `${heading}px`);
    pane.firstElementChild.style.blockSize = `${this.#offsets[first]}px`;
    pane.lastElementChild.style.blockSize = `${this.#offsets.at(-1) - this.#offsets[last]}px`;
  }

  #template() {
    const active = this.#list[this.#active];
    return html`<dialog class="picker" aria-label=${t("Choose a model")} @keydown=${(e) => this.#keydown(e)} @cancel=${(e) => (e.preventDefault(), this.#escape())} @click=${(e) => e.target === this.#dialog && this.close()}>
      <div class="picker-frame">
        <header class="picker-head">
          <span class="icon icon-search" aria-hidden="true"></span>
          <input class="picker-field" type="text" role="combobox" aria-expanded=${Boolean(this.#list.length) && !this.#shown} aria-autocomplete="list" aria-controls="picker-list" aria-activedescendant=${active && !this.#shown ? rowId(active) : nothing} aria-label=${t("Search models")} placeholder=${t("Search models")} autocomplete="off" autocapitalize="off" spellcheck="false" enterkeyhint="done" .value=${this.#query} @input=${(e) => this.#typed(e)}>
        </header>
        <div class="picker-body">
          ${filterBar({ filters: this.#filters, onlyMine: this.#onlyMine }, (ability) => this.#filter(ability))}
          <div class="picker-main">${this.#shown ? this.#detailsTemplate() : nothing}${this.#listTemplate()}${this.#list.length || this.#shown ? nothing : this.#emptyTemplate()}</div>
        </div>
        ${this.#footTemplate()}
      </div>
    </dialog>`;
  }

  #typed(event) {
    this.#query = event.target.value;
    this.#shown = null;
    this.#search(false, true);
  }

  #listTemplate() {
    const [first, last] = this.#drawn;
    const drawn = this.#list.slice(first, last);
    return html`<div class="picker-list" id="picker-list" role="listbox" aria-label=${t("Models")} ?hidden=${Boolean(this.#shown) || !this.#list.length} tabindex="-1" aria-activedescendant=${this.#list[this.#active] ? rowId(this.#list[this.#active]) : nothing} @scroll=${() => this.#scrolled()}>
      <div class="picker-space" role="presentation"></div>
      ${repeat(drawn, rowId, (row, n) => this.#rowTemplate(row, first + n))}
      <div class="picker-space" role="presentation"></div>
    </div>`;
  }

  #rowTemplate(row, place) {
    if (row.kind === "heading") return headingRow(row, current());
    const state = {
      isActive: place === this.#active,
      isCurrent: row.model.id === this.value,
      isLiked: current().favourites.includes(row.model.id),
      catalog: current(),
    };
    const acts = { pick: () => this.#pick(row.model), open: () => this.#open(row.model), like: () => this.#like(row.model) };
    return row.isFree ? freeRow(row, state, acts) : modelRow(row, state, acts);
  }

  #emptyTemplate() {
    if (this.#error) return html`<p class="picker-empty">${this.#error} <button class="button" type="button" @click=${() => this.show()}>${t("Try again")}</button></p>`;
    if (!current().models.length) return html`<p class="picker-empty">${t("Reading the list of models")}</p>`;
    const why = this.#onlyMine && !this.#query ? t("Models you use or keep with a star appear here.") : t("No model is like that.");
    return html`<p class="picker-empty">${why}</p>`;
  }

  #detailsTemplate() {
    const acts = { back: () => this.#back(), like: () => this.#like(this.#shown), take: () => this.#take(this.#shown) };
    return details(this.#shown, current(), current().favourites.includes(this.#shown.id), acts);
  }

  #footTemplate() {
    const found = new Set(this.#list.flatMap((row) => (row.model && !row.isFree ? [row.model.id] : []))).size;
    return html`<footer class="picker-foot">
      <span role="status">${nt("%(count)s model", "%(count)s models", found)}</span>
      <span class="picker-keys" aria-hidden="true"><kbd>↵</kbd> ${t("use")} <kbd>→</kbd> ${t("details")} <kbd>${/Mac/.test(navigator.platform) ? "⌘D" : "Ctrl D"}</kbd> ${t("keep")}</span>
      <button class="button picker-done" type="button" @click=${() => this.close()}>${t("Done")}</button>
    </footer>`;
  }
}

const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: PAGE_ROWS, PageUp: -PAGE_ROWS, Home: -Infinity, End: Infinity };
const toggled = (list, one) => (list.includes(one) ? list.filter((other) => other !== one) : [...list, one]);
const isAtEnd = (field) => field.selectionStart === field.value.length && field.selectionEnd === field.value.length;
const isKeepKey = (event) => (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "d";

customElements.define("model-picker", ModelPicker);
