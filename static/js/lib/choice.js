/** The model and parameters that the next message goes out with, remembered per conversation. */

import { carriedOver } from "lib/models.js";

/** What is kept of a model; from the page `parameters` are names, from the catalog they have their ranges. */
const brief = ({ id, label, in: inputs, parameters }) => ({
  id,
  label: label || id,
  in: inputs,
  parameters: parameters.map((parameter) => (parameter.name ? parameter : { name: parameter })),
});

export class Choice {
  model; // {id, label, in, parameters}
  wanted = {}; // all that was set; a model that does not offer a setting only leaves it out
  #drafts;
  #place;

  /** `first`: what the page came with, {model, parameters, at}; what was chosen here later than that wins. */
  constructor(drafts, place, first) {
    this.#drafts = drafts;
    this.#place = place;
    const kept = drafts.choice(place);
    const { model, parameters } = kept && kept.at >= first.at ? kept : first;
    this.model = brief(model);
    this.wanted = parameters;
  }

  /** What goes out: a change of model must not make the next message fail. */
  get parameters() {
    return carriedOver(this.model.parameters, this.wanted);
  }

  pick(model) {
    this.model = brief(model);
    this.#keep();
  }

  /** The catalog has come and knows the model better than the page did. */
  describe(model) {
    if (model.id === this.model.id) this.model = brief(model);
  }

  set(parameters) {
    this.wanted = parameters;
    this.#keep();
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
    return Object.keys(this.parameters).some((name) => name !== "thinking");
  }

  takes(kind) {
    return this.model.in.includes(kind);
  }

  /** The conversation has got its address. */
  moveTo(place) {
    this.#place = place;
  }

  #keep() {
    this.#drafts.choose(this.#place, { model: this.model, parameters: this.wanted });
  }
}
