/** From what was chosen to what is sent: runs of one or several models, and what they make. Pure. */

import { meant, takesAll } from "lib/generation-tasks.js";
import { carriedOver, hindrance, ruledOutBy } from "lib/models.js";

export const MOST_VARIATIONS = 8;
export const MOST_MODELS = 6;
export const MOST_AT_ONCE = 16; // generations of one message, as the server counts

/** What of `values` goes out for a task: known, in range, and not ruled out by another setting. */
export function settingsOf(task, values = {}) {
  const offered = task?.parameters ?? [];
  const known = carriedOver(offered, values);
  const all = withDefaults(offered, known);
  const rests = new Set(offered.filter((parameter) => ruledOutBy(parameter, all)).map(({ name }) => name));
  return Object.fromEntries(Object.entries(known).filter(([name]) => !rests.has(name)));
}

/** What holds where nothing was set. */
export const withDefaults = (parameters, values) => ({
  ...Object.fromEntries(parameters.flatMap((one) => (one.default === undefined ? [] : [[one.name, one.default]]))),
  ...values,
});

/** The two or three that stand in the bar. How many of one call come is in the sheet: variations say it for every model. */
export const mainOf = (task) => (task?.parameters ?? []).filter(({ is_main, name }) => is_main && name !== "n").slice(0, 3);

/** The values that a rule leaves for the setting `name`, or null; see chats/catalog/rules.py. */
export function allowedFor({ parameters = [], rules = [] }, name, values) {
  const all = withDefaults(parameters, values);
  const [rule] = rules.filter((one) => name in one.only && holds(one, all));
  return rule ? rule.only[name] : null;
}

const holds = (rule, all) => Object.entries(rule.if).every(([name, among]) => among.includes(all[name]));

/** The first setting whose value breaks a rule: {name, allowed, given: [[name, value]]}, or null. */
export function broken({ parameters = [], rules = [] }, values) {
  const all = withDefaults(parameters, values);
  for (const rule of rules.filter((one) => holds(one, all))) {
    const found = Object.entries(rule.only).find(([name, among]) => all[name] !== undefined && !among.includes(all[name]));
    if (found) return { name: found[0], allowed: found[1], given: Object.keys(rule.if).map((name) => [name, all[name]]) };
  }
  return null;
}

/** `values` after `name` was set: what it rules out elsewhere takes the first value that goes with it. */
export function adjusted(task, values, name) {
  const fault = broken(task, values);
  const isCause = fault?.given.some(([given]) => given === name) && fault.name !== name;
  return isCause ? adjusted(task, { ...values, [fault.name]: fault.allowed[0] }, name) : values;
}

/** A setting that nobody may leave out and nobody has set. */
export const unset = ({ parameters = [] }, values) =>
  parameters.find((one) => one.is_required && one.default === undefined && values[one.name] === undefined) ?? null;

/** As many variations as may go out with so many models. */
export const mostVariations = (models) => Math.max(1, Math.min(MOST_VARIATIONS, Math.floor(MOST_AT_ONCE / models)));

/** Could this model do the same with the same files? Those that draw while they chat have a form for it too. */
export const isAble = (model, makes, files) => !hindrance(model) && model.form?.makes === makes && takesAll(model.form, files);

/** [{model, parameters, count}] as `message.create` carries them. `models`: the first and those beside it. */
export function runsOf(models, { roles, values, count }) {
  const each = Math.min(count, mostVariations(models.length));
  return models.map(({ id, form }) => ({ model: id, parameters: settingsOf(form && meant(form, roles).task, values[id]), count: each }));
}

/** The longest usual time of all runs in seconds; null where nobody knows one. */
export function typicalOf(models, roles) {
  const times = models.map(({ form }) => form && meant(form, roles).task?.typical_s).filter(Boolean);
  return times.length ? Math.max(...times) : null;
}

const RATIO = /^(\d+(?:\.\d+)?)\s*[:x×*]\s*(\d+(?:\.\d+)?)$/i;

/** How wide the result will be for its height: as set, else as the first picture given, else as such results are. */
export function ratioOf(task, values, makes, files = []) {
  const all = withDefaults(task?.parameters ?? [], values);
  for (const value of Object.values(all)) {
    const found = typeof value === "string" && RATIO.exec(value.trim());
    if (found) return Number(found[1]) / Number(found[2]);
  }
  const first = files.find(({ width, height }) => width && height);
  if (first) return first.width / first.height;
  return makes === "image" ? 1 : 16 / 9;
}
