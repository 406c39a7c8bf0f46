/** `<parameter-panel model="…">`: a form made of the model's parameters; `value` holds what differs from the defaults. */

import { html, nothing, render } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";

import { tell } from "lib/dom.js";
import { allowedFor, withDefaults } from "lib/generation-runs.js";
import { t } from "lib/i18n.js";
import { current, load } from "lib/model-list.js";
import { byname, hindranceWords, kindsOf, vendorName } from "lib/model-words.js";
import { carriedOver, hindrance, modelOf, ofProtocol, ruledOutBy, shortCount, withValue } from "lib/models.js";
import { setting } from "lib/parameter-controls.js";

const SELDOM = new Set([
  "top_p", "frequency_penalty", "presence_penalty", "seed", "stop", "summary", "interleaved", "cache", "tool_choice", "parallel_tool_calls",
]);
const FIRST = "protocol"; // it decides what else there is

class ParameterPanel extends HTMLElement {
  static observedAttributes = ["model"];

  #task; // what a generation is meant to be: it has settings and rules of its own
  #wanted = {}; // all that was set; a model that does not offer a setting only hides it
  #stop = new AbortController();

  connectedCallback() {
    this.#stop = new AbortController();
    document.addEventListener("models-loaded", () => this.#render(), { signal: this.#stop.signal });
    load().catch(reportError);
    this.#render();
  }

  disconnectedCallback() {
    this.#stop.abort();
  }

  attributeChangedCallback(name, old, now) {
    if (this.isConnected && old !== now) this.#render();
  }

  get model() {
    return this.getAttribute("model") ?? "";
  }

  set model(id) {
    this.setAttribute("model", id);
  }

  /** What the model takes of what was set. */
  get value() {
    return carriedOver(this.#offered, this.#wanted);
  }

  set value(values) {
    this.#wanted = { ...values };
    if (this.isConnected) this.#render();
  }

  set task(task) {
    this.#task = task;
    if (this.isConnected) this.#render();
  }

  get #offered() {
    return this.#task ? (this.#task.parameters ?? []) : ofProtocol(this.#model.parameters, this.#wanted);
  }

  get #model() {
    return modelOf(current(), this.model);
  }

  /** The event carries all that was set: whoever keeps it offers it again to the next model. */
  #keep(wanted) {
    this.#wanted = wanted;
    this.#render();
    tell("parameters-changed", { value: wanted, model: this.model }, this);
  }

  #render() {
    render(this.model ? this.#template(this.#model) : nothing, this);
  }

  #template(model) {
    const main = this.#offered.filter(({ name }) => !SELDOM.has(name));
    const often = [...main.filter(({ name }) => name === FIRST), ...main.filter(({ name }) => name !== FIRST)];
    const seldom = this.#offered.filter(({ name }) => SELDOM.has(name));
    return html`${this.#card(model)}
      <div class="parameter-list" role="group" aria-label=${t("Parameters")}>
        ${this.#settings(often)}
        ${seldom.length ? html`<details class="parameter-more" ?open=${seldom.some(({ name }) => name in this.value)}><summary>${t("More settings")}</summary>${this.#settings(seldom)}</details>` : nothing}
        ${this.#offered.length ? nothing : html`<p class="field-hint">${t("This model has no settings.")}</p>`}
        ${Object.keys(this.value).length ? html`<button class="button" type="button" @click=${() => this.#keep({})}>${t("Reset all")}</button>` : nothing}
      </div>`;
  }

  #settings(parameters) {
    const values = this.value;
    return repeat(
      parameters,
      ({ name }) => `${this.model}/${name}`,
      (parameter) =>
        setting({
          parameter,
          value: values[parameter.name],
          rival: ruledOutBy(parameter, this.#task ? withDefaults(this.#offered, values) : values),
          allowed: this.#task && allowedFor(this.#task, parameter.name, values),
          set: (value) => this.#keep(withValue(this.#wanted, parameter.name, value)),
        }),
    );
  }

  #card(model) {
    const reason = hindranceWords(hindrance(model));
    const context = model.context ? t("%(count)s tokens of context", { count: shortCount(model.context) }) : "";
    return html`<button class="model-card" type="button" aria-haspopup="dialog" @click=${() => tell("open-model-picker", { model: model.id })}>
      <span class="model-card-name"><b>${model.label}</b><span class="icon icon-chevrons-up-down" aria-hidden="true"></span></span>
      <span class="model-card-line">${[vendorName(current(), model.vendor), byname(model), context].filter(Boolean).join(" · ")}</span>
      <span class="model-card-line">${t("Takes %(kinds)s.", { kinds: kindsOf(model.in) })} ${t("Gives %(kinds)s.", { kinds: kindsOf(model.out) })}</span>
      ${reason ? html`<span class="model-card-line">${reason}</span>` : nothing}
    </button>`;
  }
}

customElements.define("parameter-panel", ParameterPanel);
