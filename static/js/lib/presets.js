/** Prepared questions: their slots, finding one behind "/", and laying one into the composer. Nothing is ever sent. */

import { tell } from "lib/dom.js";
import { t } from "lib/i18n.js";
import { load } from "lib/model-list.js";
import { modelOf } from "lib/models.js";
import { suggested } from "lib/opening.js";
import { request } from "lib/requests.js";
import { toastUndo } from "lib/toast.js";

const SLOT = /\{\{\s*([^{}\n]{1,60}?)\s*\}\}/g; // chats/presets.py reads them in the same way
const LONGEST_QUERY = 40;

/** Names to be filled in, each once, in order. */
export const slotsOf = (text) => [...new Set([...text.matchAll(SLOT)].map(([, name]) => name))];

/** `text` with `values` in its slots; one without a value stays as it is written. */
export const filled = (text, values) => text.replace(SLOT, (whole, name) => values[name] || whole);

/** The "/" in front of the caret, at the start of a line: {from, query}, or null. */
export function slashBefore(text, caret) {
  const line = text.slice(0, caret).split("\n").at(-1);
  if (!line.startsWith("/") || line.length > LONGEST_QUERY) return null;
  return { from: caret - line.length, query: line.slice(1) };
}

/** Those whose name, then those whose text has all words of the query. */
export function found(presets, query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const has = (text) => words.every((word) => text.toLowerCase().includes(word));
  const byName = presets.filter(({ name }) => has(name));
  return [...byName, ...presets.filter((one) => !byName.includes(one) && has(`${one.name} ${one.text}`))];
}

/** Whoever opens it finds the composer filled; slots that the address leaves empty are asked for. */
export function linkOf(id, slots, origin = location.origin) {
  const named = slots.map((slot) => `&${encodeURIComponent(slot)}=`);
  return `${origin}/?preset=${id}${named.join("")}`;
}

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
