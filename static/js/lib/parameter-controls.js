/** One control of the parameter panel per kind of value; each reads `value` and calls `set(value)`, undefined for default. */

import { html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";

import { t } from "lib/i18n.js";
import { choiceWords, parameterWords } from "lib/model-words.js";

const LARGEST_SLIDE = 1000; // a slider over more steps than pixels cannot be set to what one wants

/** `{parameter, value, rival, set}` with a label, a reset, and the line that says what it does or why it rests.
 *
 * `prefix` keeps the ids of two forms on one page apart; `allowed` are the choices that other settings leave.
 */
export function setting({ parameter, value, rival, set, prefix = "parameter", allowed = null }) {
  const { label, hint } = parameterWords(parameter.name);
  const id = `${prefix}-${parameter.name.replace(/\W/g, "-")}`;
  const facts = { id, label, parameter, value, allowed, isOff: Boolean(rival), set };
  const words = rival ? restingWords(parameter, rival) : hint;
  const isGroup = parameter.type === "boolean";
  return html`<div class="parameter" data-name=${parameter.name} ?data-resting=${facts.isOff}>
    <div class="parameter-head">
      ${isGroup ? html`<span id="${id}-label">${label}</span>` : html`<label for=${id}>${label}</label>`}
      ${value === undefined ? nothing : html`<button class="icon-button" type="button" aria-label=${t("Reset %(name)s", { name: label })} @click=${() => set(undefined)}><span class="icon icon-rotate-ccw" aria-hidden="true"></span></button>`}
    </div>
    ${CONTROLS[parameter.type]?.(facts) ?? nothing}
    <p class="field-hint" id="${id}-hint">${words}</p>
  </div>`;
}

function restingWords({ only_with }, rival) {
  const { label } = parameterWords(rival);
  return only_with === rival ? t("Rests while “%(name)s” is off.", { name: label }) : t("Rests while “%(name)s” is on.", { name: label });
}

const CONTROLS = { number, integer: number, boolean, choice, text, list };

function number(facts) {
  const { parameter } = facts;
  const { minimum, maximum, step = 1 } = parameter;
  const canSlide = maximum !== undefined && minimum !== undefined && (maximum - minimum) / step <= LARGEST_SLIDE;
  return html`<div class="parameter-number">${canSlide ? slider(facts, step) : nothing}${numberField(facts)}</div>`;
}

function slider({ label, parameter, value, isOff, set }, step) {
  const { minimum, maximum } = parameter;
  const rest = parameter.default ?? (minimum < 0 ? 0 : (minimum + maximum) / 2);
  return html`<input type="range" aria-label=${label} aria-valuetext=${value === undefined ? t("default") : value} min=${minimum} max=${maximum} step=${step} ?disabled=${isOff} ?data-unset=${value === undefined} .value=${live(String(value ?? rest))} @input=${(e) => set(e.target.valueAsNumber)}>`;
}

function numberField({ id, parameter, value, isOff, set }) {
  const take = ({ target }) => {
    const isFine = target.value === "" ? !target.validity.badInput : fits(parameter, target.valueAsNumber);
    target.ariaInvalid = isFine ? null : "true";
    if (isFine) set(target.value === "" ? undefined : target.valueAsNumber);
  };
  const settle = ({ target }) => {
    if (target.ariaInvalid !== "true") return;
    target.value = value ?? ""; // what is kept is what is shown
    target.ariaInvalid = null;
  };
  return html`<input type="number" id=${id} inputmode=${parameter.type === "integer" ? "numeric" : "decimal"} aria-describedby="${id}-hint" min=${parameter.minimum ?? nothing} max=${parameter.maximum ?? nothing} step=${parameter.type === "integer" ? 1 : "any"} placeholder=${parameter.default ?? t("default")} ?disabled=${isOff} .value=${live(String(value ?? ""))} @input=${take} @blur=${settle}>`;
}

const fits = ({ type, minimum = -Infinity, maximum = Infinity }, value) =>
  value >= minimum && value <= maximum && (type !== "integer" || Number.isInteger(value));

function boolean({ id, value, isOff, set }) {
  const choice = (its, word) => html`<label><input type="radio" name=${id} ?disabled=${isOff} .checked=${live(value === its)} @change=${() => set(its)}>${word}</label>`;
  return html`<div class="segments" role="radiogroup" aria-labelledby="${id}-label" aria-describedby="${id}-hint">
    ${choice(undefined, t("Default"))}${choice(true, t("On"))}${choice(false, t("Off"))}
  </div>`;
}

function choice({ id, parameter, value, allowed, isOff, set }) {
  const pick = ({ target }) => set(target.value === "" ? undefined : parameter.choices[Number(target.value)]);
  const rest = parameter.default === undefined ? t("default") : `${t("default")} (${choiceWords(parameter.default)})`;
  return html`<select id=${id} aria-describedby="${id}-hint" ?disabled=${isOff} @change=${pick}>
    <option value="" ?selected=${value === undefined}>${rest}</option>
    ${parameter.choices.map((one, n) => html`<option value=${n} ?disabled=${allowed && !allowed.includes(one)} .selected=${live(one === value)}>${choiceWords(one)}</option>`)}
  </select>`;
}

function text({ id, parameter, value, isOff, set }) {
  return html`<textarea id=${id} rows="3" aria-describedby="${id}-hint" maxlength=${parameter.max_length ?? nothing} placeholder=${t("default")} ?disabled=${isOff} .value=${live(value ?? "")} @input=${(e) => set(e.target.value || undefined)}></textarea>`;
}

/** One word per line. What is typed stays as typed; what is kept has no empty lines. */
function list({ id, parameter, value, isOff, set }) {
  const words = (field) => field.value.split("\n").filter(Boolean);
  const isSame = (field) => JSON.stringify(words(field)) === JSON.stringify(value ?? []);
  const take = ({ target }) => {
    const found = words(target);
    const isFine = !parameter.maximum || found.length <= parameter.maximum;
    target.ariaInvalid = isFine ? null : "true";
    if (isFine && !isSame(target)) set(found);
  };
  const shown = (value ?? []).join("\n");
  return html`<textarea id=${id} rows="2" aria-describedby="${id}-hint" placeholder=${t("default")} ?disabled=${isOff} .value=${shown} @input=${take}></textarea>`;
}
