/** What a reply may call, as the composer keeps it: {names, is_auto, most_rounds}; pure, no page. */

export const NO_TOOLS = Object.freeze({ names: [], is_auto: false, most_rounds: 8 });
export const MOST_ROUNDS = 20;
/** Tools of the vendor itself are settings of the model; they are switched here too, where a person looks for tools. */
export const VENDOR_TOOLS = ["web_search", "code_execution", "url_context", "image_generation"];

/** The server's {tools, sets} as one list of what has a name in a message's `tools`. */
export function choosable({ tools = [], sets = [] }) {
  const ours = tools.filter(({ is_vendors }) => !is_vendors).map((tool) => ({ ...tool, group: groupOf(tool.name) }));
  const kept = sets.map(({ id, name, is_shared, functions }) => ({
    name: `functions:${id}`,
    label: name,
    functions,
    is_shared,
    is_available: !ours.length || ours.some(({ is_available }) => is_available), // it can call functions
    group: "functions",
  }));
  return [...ours, ...kept];
}

const groupOf = (name) => (name.startsWith("formula:") ? "formulas" : "ours");

/** What goes out: without those that the model cannot call or that are gone. `offered` null: nobody has asked yet. */
export function outgoing(tools, offered) {
  const can = offered && new Set(offered.filter(({ is_available }) => is_available).map(({ name }) => name));
  const names = can ? tools.names.filter((name) => can.has(name)) : tools.names;
  return names.length ? { ...tools, names } : null;
}

export function toggled(tools, name) {
  const names = tools.names.includes(name) ? tools.names.filter((other) => other !== name) : [...tools.names, name];
  return { ...tools, names };
}

/** As a message has it: an empty object where no tools were on. */
export const toolsOf = (kept) => ({ ...NO_TOOLS, ...(Array.isArray(kept?.names) ? kept : {}) });

/** The JSON schema of a function's arguments, from the sets that `names` switched on; null where nobody wrote one. */
export function schemaOf(name, sets = [], names = []) {
  const chosen = sets.filter(({ id }) => names.includes(`functions:${id}`));
  return chosen.flatMap(({ functions }) => functions).find((one) => one.name === name)?.parameters || null;
}

/** What `schema` requires and the arguments lack. */
export function missing(schema, values) {
  const required = Array.isArray(schema?.required) ? schema.required : [];
  return required.filter((name) => !Object.hasOwn(values, name));
}
