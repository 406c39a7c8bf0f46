/** What the next reply may call: tools of the vendor, of ours and of the team, who runs them, and how often.
 *
 * Opened by `open-tool-menu {bar, anchor}`; changes the choice of the <composer-bar> that opened it.
 */

import { html, nothing, render } from "lit-html";
import { live } from "lit-html/directives/live.js";

import { t } from "lib/i18n.js";
import { place } from "lib/menus.js";
import { parameterWords } from "lib/model-words.js";
import { ofProtocol, withValue } from "lib/models.js";
import { forget, offeredFor } from "lib/tool-list.js";
import { MOST_ROUNDS, NO_TOOLS, VENDOR_TOOLS, choosable, toggled } from "lib/tools.js";

const GROUPS = { ours: () => t("For every model"), formulas: () => t("From Kimi"), functions: () => t("Functions of yours") };
const LONG_LIST = 8; // from here on with a field to search

class ToolMenu extends HTMLElement {
  #bar = null;
  #anchor = null;
  #offered = null; // {tools, sets}
  #problem = "";
  #query = "";
  #stop = new AbortController();

  connectedCallback() {
    this.#stop = new AbortController();
    document.addEventListener("open-tool-menu", ({ detail }) => this.#open(detail), this.#stop);
    addEventListener("resize", () => this.#panel?.matches(":popover-open") && this.#place(), this.#stop);
  }

  disconnectedCallback() {
    this.#stop.abort();
  }

  get #panel() {
    return this.querySelector(".tool-menu");
  }

  get #choice() {
    return this.#bar.choice;
  }

  #open({ bar, anchor }) {
    if (this.#panel?.matches(":popover-open")) return this.#panel.hidePopover();
    this.#bar = bar;
    this.#anchor = anchor;
    this.#query = "";
    forget();
    this.#load();
    this.#panel.showPopover();
    this.#place();
    this.#panel.focus({ preventScroll: true }); // no field: on a phone the keyboard would cover the list
  }

  async #load() {
    const { model } = this.#choice;
    this.#offered = null;
    this.#problem = "";
    this.#draw();
    try {
      const offered = await offeredFor(model.id);
      if (model.id !== this.#choice.model.id) return;
      this.#offered = offered;
      this.#bar.change((choice) => choice.offer(model.id, choosable(offered)));
    } catch (error) {
      this.#problem = error.message;
    }
    this.#draw();
    this.#place();
  }

  #place() {
    if (this.#panel.matches(":popover-open")) place(this.#panel, this.#anchor);
  }

  #change(act) {
    this.#bar.change(act);
    this.#draw();
  }

  #set(tools) {
    this.#change((choice) => choice.setTools(tools));
  }

  #toggled = ({ newState }) => {
    this.#anchor.setAttribute("aria-expanded", String(newState === "open"));
    if (newState === "closed" && this.contains(document.activeElement)) this.#anchor.focus();
  };

  #draw() {
    render(this.#template(), this);
  }

  #template() {
    const { tools } = this.#choice;
    const isSet = tools.names.length > 0 || this.#vendors.some(({ name }) => this.#choice.parameters[name] === true);
    return html`<div class="menu tool-menu" popover role="dialog" tabindex="-1" aria-labelledby="tool-menu-title" @toggle=${this.#toggled}>
      <header class="tool-menu-head"><h2 id="tool-menu-title">${t("Tools")}</h2>
        ${isSet ? html`<button class="button button-quiet" type="button" @click=${() => this.#clear()}>${t("All off")}</button>` : nothing}
        <button class="icon-button" type="button" aria-label=${t("Close")} @click=${() => this.#panel.hidePopover()}><span class="icon icon-x" aria-hidden="true"></span></button></header>
      <div class="tool-menu-list">${this.#vendorTools()}${this.#list()}</div>
      <footer class="tool-menu-foot">${this.#runs(tools)}${this.#rounds(tools)}</footer>
    </div>`;
  }

  // The vendor's own.

  get #vendors() {
    const { model, wanted } = this.#choice;
    return ofProtocol(model.parameters, wanted).filter(({ name, type }) => VENDOR_TOOLS.includes(name) && type === "boolean");
  }

  #vendorTools() {
    const own = this.#vendors;
    if (!own.length) return nothing;
    const told = new Map((this.#offered?.tools ?? []).filter(({ is_vendors }) => is_vendors).map((tool) => [tool.name, tool]));
    return this.#group(t("The vendor's own"), own.map((parameter) => this.#vendorTool(parameter, told.get(parameter.name))));
  }

  #vendorTool({ name }, tool) {
    const words = parameterWords(name);
    const { wanted, parameters } = this.#choice;
    const isOn = parameters[name] === true;
    const change = () => this.#change((choice) => choice.set(withValue(wanted, name, isOn ? undefined : true)));
    return this.#row({ name, label: tool?.label || words.label, description: tool?.description || words.hint, is_available: true, ...tool }, isOn, change);
  }

  // Ours, formulas, functions.

  #list() {
    if (this.#problem) return html`<p class="tool-menu-note" role="alert">${this.#problem} <button class="button" type="button" @click=${() => this.#load()}>${t("Try again")}</button></p>`;
    if (!this.#offered) return html`<p class="tool-menu-note" role="status"><span class="pulse" aria-hidden="true"></span>${t("Looking what this model can call")}</p>`;
    const all = choosable(this.#offered);
    const { names } = this.#choice.tools;
    const gone = names.filter((name) => !all.some((tool) => tool.name === name));
    const lost = gone.map((name) => ({ name, label: name, group: "ours", is_available: false, why: t("It is no longer there.") }));
    return html`${all.length >= LONG_LIST ? this.#search() : nothing}
      ${Object.entries(GROUPS).map(([group, words]) => this.#section(group, words(), [...all, ...lost]))}`;
  }

  #search() {
    const take = ({ target }) => {
      this.#query = target.value.trim().toLowerCase();
      this.#draw();
    };
    return html`<input class="tool-menu-search" type="search" aria-label=${t("Search tools")} placeholder=${t("Search tools")} .value=${live(this.#query)} @input=${take}>`;
  }

  #section(group, title, all) {
    const found = all.filter((tool) => tool.group === group && this.#isFound(tool));
    const rows = found.map((tool) => this.#row(tool, this.#choice.tools.names.includes(tool.name), () => this.#set(toggled(this.#choice.tools, tool.name))));
    if (group === "functions" && !this.#query) rows.push(html`<a class="tool-menu-link" href="/benches/functions/">${found.length ? t("Change functions") : t("Write functions")}</a>`);
    return rows.length ? this.#group(title, rows) : nothing;
  }

  #isFound({ label, name, description = "", functions = [] }) {
    const words = [label, name, description, ...functions.map((one) => one.name)].join(" ").toLowerCase();
    return words.includes(this.#query);
  }

  #group(title, rows) {
    return html`<fieldset class="tool-group"><legend>${title}</legend>${rows}</fieldset>`;
  }

  /** What is on can be taken off even where the model cannot call it. */
  #row({ name, label, description, functions = [], is_paid, is_shared, is_available, why }, isOn, change) {
    const facts = [functions.length > 1 || name.startsWith("functions:") ? functions.map((one) => one.name).join(", ") : "", description].filter(Boolean).join(" · ");
    return html`<label class="tool-row" ?data-off=${!is_available}>
      <input type="checkbox" .checked=${live(isOn)} ?disabled=${!is_available && !isOn} @change=${change}>
      <span class="tool-words"><span class="tool-name">${label || name}${is_paid ? html` <span class="tool-mark">${t("charged")}</span>` : nothing}${is_shared ? html` <span class="tool-mark">${t("team")}</span>` : nothing}</span>
      ${!is_available && why ? html`<span class="tool-why">${why}</span>` : facts ? html`<span class="tool-facts">${facts}</span>` : nothing}</span>
    </label>`;
  }

  // How they run.

  #runs(tools) {
    const one = (is_auto, words) =>
      html`<label><input type="radio" name="tool-runs" .checked=${live(tools.is_auto === is_auto)} @change=${() => this.#set({ ...tools, is_auto })}>${words}</label>`;
    return html`<div class="segments" role="radiogroup" aria-label=${t("When a tool is called")}>${one(false, t("Ask me first"))}${one(true, t("Run by itself"))}</div>`;
  }

  #rounds(tools) {
    const take = ({ target }) => target.validity.valid && target.value && this.#set({ ...tools, most_rounds: target.valueAsNumber });
    const settle = ({ target }) => (target.value = this.#choice.tools.most_rounds);
    return html`<label class="tool-rounds" data-tip=${t("After so many rounds of calls the model has to answer.")}><span>${t("Rounds")}</span>
      <input type="number" inputmode="numeric" min="1" max=${MOST_ROUNDS} step="1" required .value=${live(String(tools.most_rounds))} @change=${take} @blur=${settle}></label>`;
  }

  #clear() {
    const off = Object.fromEntries(Object.entries(this.#choice.wanted).filter(([name]) => !VENDOR_TOOLS.includes(name)));
    this.#change((choice) => {
      choice.set(off);
      choice.setTools({ ...choice.tools, names: NO_TOOLS.names });
    });
    this.#panel.querySelector(".icon-button").focus();
  }
}

customElements.define("tool-menu", ToolMenu);
