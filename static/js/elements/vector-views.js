/** `<vector-views>`: the vectors of a run as a heat map, as neighbours, as a map and as lengths; beside another run too. */

import { html, nothing, render } from "lit-html";

import { HeatCells } from "lib/heat-cells.js";
import { t } from "lib/i18n.js";
import { getText } from "lib/requests.js";
import { csv, difference, nearest, norm, plane, range, similarities } from "lib/vectors.js";
import { neighbours, norms, planeMap } from "lib/vector-panels.js";
import { readRun, together } from "lib/vector-runs.js";

const VIEWS = { heat: () => t("Heat map"), near: () => t("Neighbours"), plane: () => t("Map"), norms: () => t("Norms") };
const STOPS = ["--heat-0", "--heat-1", "--heat-2", "--heat-3"];
const TWO_SIDED = ["--heat-less", "--heat-0", "--heat-more"];

class VectorViews extends HTMLElement {
  #stop = null;
  #watch = null;
  #texts = [];
  #models = []; // {model, dimensions, vectors, matrix}
  #view = "heat";
  #which = 0; // which model, or "difference"
  #other = null; // another run beside this one: {id, texts, matrix} or {id, refusal}
  #spot = ""; // what is said of the cell or point that is meant
  #cells = null;
  #error = "";

  connectedCallback() {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    this.#watch = new ResizeObserver(() => this.#cells?.draw());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#colour(), { signal });
    this.#themes = new MutationObserver(() => this.#colour());
    this.#themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    this.#load();
  }

  disconnectedCallback() {
    this.#stop.abort();
    this.#watch.disconnect();
    this.#themes.disconnect();
  }

  #themes = null;

  async #load() {
    try {
      const { texts, models } = readRun(await getText(this.dataset.url, { signal: this.#stop.signal }));
      for (const model of models) model.matrix = await similarities(model.vectors);
      Object.assign(this, { textContent: "" });
      [this.#texts, this.#models] = [texts, models];
    } catch (error) {
      if (error.name === "AbortError") return;
      this.#error = error.message;
      this.textContent = "";
    }
    if (this.isConnected) this.#render();
  }

  get #model() {
    return this.#models[this.#which === "difference" ? 0 : this.#which];
  }

  /** What the heat map shows: {rows, columns, values} with the texts of both sides. */
  get #shown() {
    if (this.#other?.matrix) return { matrix: this.#other.matrix, columns: this.#other.texts, isSquare: false };
    const isDifference = this.#which === "difference";
    const matrix = isDifference ? difference(this.#models[0].matrix, this.#models[1].matrix) : this.#model.matrix;
    return { matrix, columns: this.#texts, isSquare: true, isDifference };
  }

  // What one presses

  #see(view) {
    this.#view = view;
    this.#spot = "";
    if (view !== "heat" && this.#which === "difference") this.#which = 0;
    this.#render();
  }

  #take(which) {
    this.#which = which;
    this.#spot = "";
    if (which === "difference") [this.#view, this.#other] = ["heat", null];
    this.#render();
    if (this.#other) this.#compare(this.#other.id);
  }

  /** Another run's texts across, this one's down: only where their vectors can be compared. */
  async #compare(id) {
    this.#spot = "";
    if (!id) this.#other = null;
    else this.#other = { id, ...(await this.#beside(id).catch((error) => ({ refusal: error.message }))) };
    if (id) this.#view = "heat";
    if (this.isConnected) this.#render();
  }

  async #beside(id) {
    const run = readRun(await getText(`/benches/runs/${Number(id)}/lists/`, { signal: this.#stop.signal }));
    const found = together(this.#model, run.models);
    if (found.refusal) return found;
    return { texts: run.texts, matrix: await similarities(this.#model.vectors, found.other.vectors) };
  }

  #say(row, column, value) {
    const { columns } = this.#shown;
    this.#spot = t("%(value)s between %(row)s “%(one)s” and %(column)s “%(other)s”", {
      value: value.toFixed(4),
      row: row + 1,
      one: short(this.#texts[row]),
      column: column + 1,
      other: short(columns[column]),
    });
    this.querySelector(".vector-spot").textContent = this.#spot;
  }

  /** The other earlier runs of this page. */
  get #runs() {
    const rows = this.closest("run-bench")?.querySelectorAll('.bench-row[data-state="done"]') ?? [];
    return [...rows].filter(({ dataset }) => dataset.id !== this.dataset.run).map((row) => ({ id: row.dataset.id, title: row.firstElementChild.textContent }));
  }

  // Drawing

  #render() {
    render(this.#error ? this.#failed() : this.#page(), this);
    const canvas = this.querySelector("canvas");
    if (!canvas) return void (this.#cells = null);
    if (this.#cells?.canvas !== canvas) {
      this.#cells = new HeatCells(canvas, (...cell) => this.#say(...cell));
      this.#watch.disconnect();
      this.#watch.observe(canvas.parentElement);
    }
    this.#colour();
  }

  #colour() {
    if (!this.#cells) return;
    const { matrix, columns, isSquare, isDifference } = this.#shown;
    const [low, high] = range(matrix, isSquare);
    const most = Math.max(Math.abs(low), Math.abs(high), 1e-6);
    const ends = isDifference ? { low: -most, high: most, stops: TWO_SIDED } : { low, high, stops: STOPS };
    this.#cells.show(matrix, { ...ends, labels: { rows: this.#texts, columns } });
  }

  #failed() {
    return html`<p class="notice notice-bad">${this.#error} <button class="button" type="button" @click=${() => this.#again()}>${t("Try again")}</button></p>`;
  }

  #again() {
    this.#error = "";
    render(html`<p class="faint" role="status">${t("Reading the vectors")}</p>`, this);
    this.#load();
  }

  #page() {
    if (this.#texts.length < 2) return html`<p class="notice">${t("With one text there is nothing to compare. Add another.")}</p>${norms(this.#texts, this.#models, norm)}`;
    return html`<div class="vector-bar">
        <div class="segments" role="group" aria-label=${t("How to look at them")}>${Object.entries(VIEWS).map(([view, words]) => html`<button type="button" aria-pressed=${this.#view === view} @click=${() => this.#see(view)}>${words()}</button>`)}</div>
        ${this.#models.length > 1 && this.#view !== "norms" ? this.#modelChoice() : nothing}
      </div>
      ${this.#panel()}`;
  }

  #modelChoice() {
    const choice = (which, words) => html`<button type="button" aria-pressed=${this.#which === which} @click=${() => this.#take(which)}><span class="truncate">${words}</span></button>`;
    return html`<div class="segments vector-models" role="group" aria-label=${t("Which model")}>${this.#models.map(({ model }, place) => choice(place, model))}${this.#view === "heat" ? choice("difference", t("Difference")) : nothing}</div>`;
  }

  #panel() {
    if (this.#view === "norms") return norms(this.#texts, this.#models, norm);
    if (this.#view === "near") return neighbours(this.#texts, this.#model.matrix, nearest);
    if (this.#view === "plane") return this.#mapPanel();
    return this.#heatPanel();
  }

  #mapPanel() {
    return planeMap(this.#texts, (this.#model.plane ??= plane(this.#model.matrix)), {
      spot: this.#spot,
      say: (place) => {
        this.#spot = place === null ? "" : `${place + 1} ${this.#texts[place]}`;
        this.querySelector(".vector-spot").textContent = this.#spot;
      },
    });
  }

  #heatPanel() {
    if (this.#other?.refusal) return html`<p class="notice notice-bad" role="alert">${this.#other.refusal}</p>${this.#foot()}`;
    const { matrix, columns, isSquare, isDifference } = this.#shown;
    const [low, high] = range(matrix, isSquare);
    const most = Math.max(Math.abs(low), Math.abs(high));
    const words = t("Heat map of %(rows)s by %(columns)s texts. The arrow keys go from cell to cell.", { rows: matrix.rows, columns: matrix.columns });
    return html`<div class="vector-heat"><canvas tabindex="0" role="img" aria-label=${words} aria-describedby="vector-spot"></canvas></div>
      <p class="vector-spot" id="vector-spot" role="status">${this.#spot || t("Point at a cell, or go there with the arrow keys.")}</p>
      <div class="vector-scale" data-two-sided=${isDifference ? "" : nothing}><span class="mono">${(isDifference ? -most : low).toFixed(2)}</span><span class="vector-ramp" aria-hidden="true"></span><span class="mono">${(isDifference ? most : high).toFixed(2)}</span><span class="faint">${isDifference ? t("%(one)s less %(other)s", { one: this.#models[0].model, other: this.#models[1].model }) : t("cosine similarity")}</span></div>
      ${this.#table(matrix, columns)}${this.#foot()}`;
  }

  /** The same in words, for whoever does not see the colours; for many texts the neighbours say more. */
  #table(matrix, columns) {
    if (matrix.rows * matrix.columns > 900) return nothing;
    const cell = (row) => (_, column) => html`<td>${matrix.values[row * matrix.columns + column].toFixed(3)}</td>`;
    return html`<div class="visually-hidden"><table><caption>${t("How alike each two texts are")}</caption>
      <thead><tr><td></td>${columns.map((text, place) => html`<th scope="col">${place + 1} ${short(text)}</th>`)}</tr></thead>
      <tbody>${this.#texts.map((text, row) => html`<tr><th scope="row">${row + 1} ${short(text)}</th>${columns.map(cell(row))}</tr>`)}</tbody></table></div>`;
  }

  #foot() {
    const runs = this.#runs;
    return html`<div class="vector-foot">
      ${runs.length && this.#which !== "difference" ? html`<label class="vector-beside"><span>${t("Across")}</span><select @change=${(event) => this.#compare(event.target.value)}><option value="" ?selected=${!this.#other}>${t("the same texts")}</option>${runs.map(({ id, title }) => html`<option value=${id} ?selected=${this.#other?.id === id}>${short(title)}</option>`)}</select></label>` : nothing}
      ${this.#other?.refusal ? nothing : html`<button class="button button-quiet" type="button" @click=${() => this.#download()}><span class="icon icon-download" aria-hidden="true"></span>${t("This table as CSV")}</button>`}
    </div>`;
  }

  #download() {
    const { matrix, columns } = this.#shown;
    const line = (text, row) => [text, ...matrix.values.slice(row * matrix.columns, (row + 1) * matrix.columns)];
    const content = csv([["", ...columns], ...this.#texts.map(line)]);
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(new Blob([content], { type: "text/csv" })), download: `similarity-${this.dataset.run}.csv` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }
}

const short = (text) => (text.length > 60 ? `${text.slice(0, 59)}…` : text);

customElements.define("vector-views", VectorViews);
