/** Prepared questions: asks the server for them, and lays one into the composer. Nothing is ever sent. */

import { tell } from "lib/dom.js";
import { t } from "lib/i18n.js";
import { load } from "lib/model-list.js";
import { modelOf } from "lib/models.js";
import { suggested } from "lib/opening.js";
import { filled } from "lib/preset-text.js";
import { request } from "lib/requests.js";
import { toastUndo } from "lib/toast.js";

export const all = async () => (await (await request("GET", "/presets/list/")).json()).presets;
const one = async (id) => (await request("GET", `/presets/${Number(id)}/`)).json();

/** Resolves to {slot: value}, or null if the person thought better of it. */
const ask = (preset, values) => new Promise((done) => tell("slots-wanted", { preset, values, done }));

/** `composer`: bar, desk, text (the parts), typed(). `isInPlace`: where the caret is, else after what stands there. */
export async function lay(composer, { preset, values = {}, isInPlace = false }) {
  const whole = typeof preset === "object" ? preset : await one(preset);
  const isOpen = whole.slots.some((slot) => !values[slot]);
  const given = isOpen ? await ask(whole, values) : values;
  if (given) {
    await choose(composer, whole, given);
    write(composer, filled(whole.text, given), isInPlace);
  }
  composer.text.focus();
}

function write({ desk, text, typed }, words, isInPlace) {
  if (words && isInPlace) text.insert(words);
  else if (words) text.value = suggested(desk.text, words);
  typed();
}

async function choose({ bar }, preset, values) {
  const parameters = { ...preset.parameters };
  if (parameters.system_prompt) parameters.system_prompt = filled(parameters.system_prompt, values);
  const hasTools = Boolean(preset.tools.names?.length);
  if (!preset.model && !Object.keys(parameters).length && !hasTools) return;
  const catalog = await load();
  const { choice } = bar;
  const before = { model: choice.model.id, wanted: choice.wanted, tools: choice.tools };
  const take = ({ model, wanted, tools }) =>
    bar.change((now) => {
      now.pick(modelOf(catalog, model));
      now.set(wanted);
      if (tools) now.setTools?.(tools);
    });
  const wanted = preset.model ? parameters : { ...before.wanted, ...parameters };
  take({ model: preset.model || before.model, wanted, tools: hasTools ? preset.tools : null });
  toastUndo(t("Model and settings are those of “%(name)s”.", { name: preset.name }), () => take(before));
}
