/** The model and parameters that the next message goes out with, remembered per conversation. */

import { compareOf } from "lib/compare.js";
import { carriedOver } from "lib/models.js";
import { VENDOR_TOOLS, outgoing, toolsOf } from "lib/tools.js";

/** What a model is asked for through its form; those that answer too are asked as any other. */
const drawnBy = (form) => (form && !form.replies ? form.makes : "");

/** What is kept of a model; from the page `parameters` are names, from the catalog they have their ranges. */
const brief = ({ id, label, in: inputs, parameters, form, makes = drawnBy(form) }) => ({
  id,
  label: label || id,
  in: inputs,
  parameters: parameters.map((parameter) => (parameter.name ? parameter : { name: parameter })),
  makes, // "" for a model that answers
});

const mainNames = ({ tasks }) => new Set(tasks.flatMap(({ parameters = [] }) => parameters.filter(({ is_main }) => is_main).map(({ name }) => name)));

export class Choice {
  model; // {id, label, in, parameters, makes}
  values = {}; // of models with a form, each its own: {model: {name: value}}
  also = []; // models that make the same beside it
  count = 1; // variations of each
  beside = []; // asked the same side by side: [{model, parameters}]
  isBlind = false;
  tools; // {names, is_auto, most_rounds}, whatever the model can call of them
  #offered = null; // what this model can call, once somebody has asked
  #offeredBeside = new Map(); // the same of those beside it
  #wanted = {};
  #drafts;
  #place;

  /** `first`: what the page came with, {model, parameters, tools, at}; what was chosen here later than that wins. */
  constructor(drafts, place, first) {
    this.#drafts = drafts;
    this.#place = place;
    const kept = drafts.choice(place);
    // A question that several answered says one of their models; an address that asks for a model ends a comparison.
    const isKept = kept && (kept.at >= first.at || (kept.beside?.length > 0 && first.at < Infinity));
    const { model, parameters, tools } = isKept ? kept : first;
    this.model = brief(model);
    this.values = kept?.values ?? {};
    if (kept?.model.id === model.id) Object.assign(this, { also: kept.also ?? [], count: kept.count ?? 1 });
    Object.assign(this, { beside: (isKept && kept.beside) || [], isBlind: kept?.isBlind ?? false });
    this.#wanted = parameters;
    this.tools = toolsOf(tools);
  }

  /** All that was set; a model that does not offer a setting only leaves it out. */
  get wanted() {
    return this.model.makes ? (this.values[this.model.id] ?? {}) : this.#wanted;
  }

  /** What goes out: a change of model must not make the next message fail. */
  get parameters() {
    return this.model.makes ? this.wanted : carriedOver(this.model.parameters, this.wanted);
  }

  /** What the next reply may call; null for nothing. */
  get toolsOut() {
    return this.model.makes ? null : outgoing(this.tools, this.#offered);
  }

  setTools(tools) {
    this.tools = toolsOf(tools);
    this.#keep();
  }

  /** The server has said what `model` can call. */
  offer(model, tools) {
    if (model === this.model.id) this.#offered = tools;
    else this.#offeredBeside.set(model, tools);
  }

  pick(model) {
    if (model.id !== this.model.id) this.#offered = null;
    this.#take(model);
    this.also = this.also.filter((id) => id !== model.id);
    this.#keep();
  }

  /** The catalog has come and knows the model better than the page did. */
  describe(model) {
    if (model.id === this.model.id) this.#take(model);
  }

  /** A form begins with what the page came with for it, or as it was last filled in anywhere. */
  #take(model) {
    const isFromPage = model.id === this.model.id && !this.model.makes;
    this.model = brief(model);
    if (!this.model.makes || this.values[model.id]) return;
    const fromPage = isFromPage && Object.keys(this.#wanted).length ? this.#wanted : null;
    this.values = { ...this.values, [model.id]: fromPage ?? this.#drafts.formValues(model.id) };
  }

  set(parameters) {
    if (this.model.makes) return this.setFor(this.model, parameters);
    this.#wanted = parameters;
    this.#keep();
  }

  /** Settings of one model with a form. The main ones are where the next form of this model begins. */
  setFor({ id, form }, values) {
    this.values = { ...this.values, [id]: values };
    const main = form && mainNames(form);
    if (main) this.#drafts.keepFormValues(id, Object.fromEntries(Object.entries(values).filter(([name]) => main.has(name))));
    this.#keep();
  }

  setCount(count) {
    this.count = count;
    this.#keep();
  }

  setAlso(models) {
    this.also = [...new Set(models)].filter((id) => id !== this.model.id);
    this.#keep();
  }

  setBeside(beside, isBlind = this.isBlind) {
    Object.assign(this, { beside, isBlind });
    this.#keep();
  }

  /** {columns, is_blind} where others are asked the same; `first`: what the form says of the own model, if it has one. */
  compare(first = {}) {
    const { model, parameters, toolsOut } = this;
    const own = { model: model.id, parameters, ...(toolsOut ? { tools: toolsOut } : {}), ...first };
    return compareOf(own, this, (id) => (id === model.id ? this.#offered : this.#offeredBeside.get(id)));
  }

  get canThink() {
    return this.model.parameters.some(({ name }) => name === "thinking");
  }

  get isThinking() {
    return this.parameters.thinking === true;
  }

  toggleThinking() {
    this.set({ ...this.wanted, thinking: !this.isThinking });
  }

  /** Is anything set in the panel, beside what the bar shows itself? */
  get isTuned() {
    return Object.keys(this.parameters).some((name) => name !== "thinking" && !VENDOR_TOOLS.includes(name));
  }

  takes(kind) {
    return this.model.in.includes(kind);
  }

  /** The conversation has got its address. */
  moveTo(place) {
    this.#place = place;
  }

  #keep() {
    const { model, values, also, count, tools, beside, isBlind } = this;
    this.#drafts.choose(this.#place, { model, parameters: this.#wanted, values, also, count, tools, beside, isBlind });
  }
}
