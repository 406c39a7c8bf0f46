/** The settings of a generation: the main ones as pills in the bar, all of them as a sheet. */

import { html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";

import { allowedFor, mainOf, mostVariations, withDefaults } from "lib/generation-runs.js";
import { t } from "lib/i18n.js";
import { parameterWords, valueWords } from "lib/model-words.js";
import { ruledOutBy, withValue } from "lib/models.js";
import { setting } from "lib/parameter-controls.js";

const MOST_OPTIONS = 31; // of a number, before it becomes a field

/** `state`: {task, values, count, models}; `acts`: set(values, name), setCount(count), open(). */
export function pills(state, acts) {
  const set = (name) => (value) => acts.set(withValue(state.values, name, value), name);
  return html`${mainOf(state.task).map((parameter) => pill(parameter, state, set(parameter.name)))}
    ${countPill(state, acts)}
    <button class="pill pill-all" type="button" aria-haspopup="dialog" @click=${acts.open}><span class="truncate">${summary(state)}</span><span class="icon icon-chevron-down" aria-hidden="true"></span></button>`;
}

/** What is set, for a phone: "16:9 · 5 s · ×2". */
function summary({ task, values, count, models }) {
  const words = mainOf(task).map((parameter) => shown(parameter, values)).filter(Boolean);
  const each = Math.min(count, mostVariations(models));
  return [...words, ...(each > 1 ? [`×${each}`] : [])].join(" · ") || t("Settings");
}

function shown(parameter, values) {
  const value = values[parameter.name] ?? parameter.default;
  if (parameter.type === "boolean") return value ? parameterWords(parameter.name).label : "";
  return value === undefined || value === "auto" ? "" : valueWords(parameter.name, value);
}

function pill(parameter, { task, values }, set) {
  const value = values[parameter.name];
  const isOff = Boolean(ruledOutBy(parameter, withDefaults(task.parameters, values)));
  const { label } = parameterWords(parameter.name);
  const facts = { parameter, label, value, isOff, set };
  if (parameter.type === "boolean") return toggle(facts);
  const options = optionsOf(parameter);
  const allowed = allowedFor(task, parameter.name, values);
  return options ? select({ ...facts, options, allowed }) : field(facts);
}

/** The values that can be picked from a list, or null. */
function optionsOf({ type, choices, minimum, maximum, step = 1 }) {
  if (type === "choice") return choices;
  if (type !== "integer" || minimum === undefined || maximum === undefined) return null;
  const count = Math.floor((maximum - minimum) / step) + 1;
  return count <= MOST_OPTIONS ? Array.from({ length: count }, (_, n) => minimum + n * step) : null;
}

function toggle({ parameter, label, value, isOff, set }) {
  const isOn = value ?? parameter.default ?? false;
  return html`<button class="pill pill-toggle" type="button" data-name=${parameter.name} aria-pressed=${isOn} ?disabled=${isOff} @click=${() => set(!isOn)}>${label}</button>`;
}

function field({ parameter, label, value, isOff, set }) {
  const isNumber = parameter.type !== "text";
  const take = ({ target }) => {
    if (target.value === "") set(undefined);
    else if (target.checkValidity()) set(isNumber ? target.valueAsNumber : target.value);
  };
  return html`<label class="pill" data-name=${parameter.name}><span class="pill-name">${label}</span>
    <input type=${isNumber ? "number" : "text"} size="8" aria-label=${label} min=${parameter.minimum ?? nothing} max=${parameter.maximum ?? nothing} step=${parameter.type === "number" ? "any" : nothing} maxlength=${parameter.max_length ?? nothing} placeholder=${parameter.default ?? "–"} ?disabled=${isOff} .value=${live(String(value ?? ""))} @change=${take}>
  </label>`;
}

/** The vendor's own value is shown as picked and not sent. A number or a size needs no name beside it. */
function select({ parameter, label, value, isOff, set, options, allowed }) {
  const picked = value ?? parameter.default;
  const isUnsaid = parameter.default === undefined;
  const take = ({ target }) => {
    const chosen = target.value === "" ? undefined : options[Number(target.value)];
    set(chosen === parameter.default ? undefined : chosen);
  };
  const isWord = picked !== undefined && !/\d/.test(picked);
  return html`<label class="pill" data-name=${parameter.name} data-tip=${label}>${isWord ? html`<span class="pill-name">${label}</span>` : nothing}
    <select aria-label=${label} ?disabled=${isOff} @change=${take}>
      ${isUnsaid ? html`<option value="" .selected=${live(value === undefined)}>${label}</option>` : nothing}
      ${options.map((one, n) => html`<option value=${n} ?disabled=${allowed && !allowed.includes(one)} .selected=${live(one === picked)}>${valueWords(parameter.name, one)}</option>`)}
    </select>
  </label>`;
}

function countPill({ count, models }, acts) {
  const most = mostVariations(models);
  const each = Math.min(count, most);
  return html`<label class="pill pill-count" data-tip=${t("Variations")}><select aria-label=${t("Variations")} @change=${({ target }) => acts.setCount(Number(target.value))}>
    ${Array.from({ length: most }, (_, n) => n + 1).map((one) => html`<option value=${one} .selected=${live(one === each)}>×${one}</option>`)}
  </select></label>`;
}

/** All settings of one model. `variations`: {count, models, set} where it is the first one. */
export function sheet({ title, task, values, set, variations, close }) {
  const parameters = task?.parameters ?? [];
  return html`<header class="dialog-head"><h2 id="form-sheet-title">${title}</h2><button class="icon-button" type="button" aria-label=${t("Close")} @click=${close}><span class="icon icon-x" aria-hidden="true"></span></button></header>
    <div class="form-sheet-body parameter-list">
      ${variations ? steps(variations) : nothing}
      ${parameters.map((parameter) =>
        setting({
          parameter,
          prefix: "sheet",
          value: values[parameter.name],
          rival: ruledOutBy(parameter, withDefaults(parameters, values)),
          allowed: allowedFor(task, parameter.name, values),
          set: (value) => set(withValue(values, parameter.name, value)),
        }),
      )}
      ${parameters.length || variations ? nothing : html`<p class="field-hint">${t("This model has no settings.")}</p>`}
    </div>
    <footer class="form-sheet-foot"><button class="button button-primary button-large" type="button" @click=${close}>${t("Done")}</button></footer>`;
}

function steps({ count, models, set }) {
  const most = mostVariations(models);
  const each = Math.min(count, most);
  return html`<div class="parameter">
    <div class="parameter-head"><span id="sheet-count">${t("Variations")}</span></div>
    <div class="stepper" role="group" aria-labelledby="sheet-count">
      <button class="icon-button" type="button" aria-label=${t("Fewer")} ?disabled=${each <= 1} @click=${() => set(each - 1)}><span class="icon icon-minus" aria-hidden="true"></span></button>
      <output aria-live="polite">${each}</output>
      <button class="icon-button" type="button" aria-label=${t("More")} ?disabled=${each >= most} @click=${() => set(each + 1)}><span class="icon icon-plus" aria-hidden="true"></span></button>
    </div>
  </div>`;
}
