/** The model and parameters that the next message goes out with, remembered per conversation. */

import { carriedOver } from "lib/models.js";

/** What the composer needs to know of a model; `parameters` are names. */
const brief = ({ id, label, in: inputs, parameters }) => ({
  id,
  label: label || id,
  in: inputs,
  parameters: parameters.map((parameter) => parameter.name ?? parameter),
});

export class Choice {
  model; // {id, label, in, parameters}
  parameters = {};
  #drafts;
  #place;

  /** `first`: what the page came with, {model, parameters, at}; what was chosen here later than that wins. */
  constructor(drafts, place, first) {
    this.#drafts = drafts;
    this.#place = place;
    const kept = drafts.choice(place);
    const { model, parameters } = kept && kept.at >= first.at ? kept : first;
    this.model = brief(model);
    this.parameters = parameters;
  }

  /** Takes another model, with those of the parameters that it knows. */
  pick(model) {
    this.parameters = carriedOver(model.parameters, this.parameters);
    this.model = brief(model);
    this.#keep();
  }

  set(parameters) {
    this.parameters = parameters;
    this.#keep();
  }

  get canThink() {
    return this.model.parameters.includes("thinking");
  }

  get isThinking() {
    return this.parameters.thinking === true;
  }

  toggleThinking() {
    this.set({ ...this.parameters, thinking: !this.isThinking });
  }

  /** Is anything set in the panel, beside what the bar shows itself? */
  get isTuned() {
    return Object.keys(this.parameters).some((name) => name !== "thinking");
  }

  takes(kind) {
    return this.model.in.includes(kind);
  }

  moveTo(place) {
    this.#place = place;
  }

  #keep() {
    this.#drafts.choose(this.#place, { model: this.model, parameters: this.parameters });
  }
}
