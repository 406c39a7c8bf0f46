/** Words of the scripts in the page's language: English is the key, `<script id="strings">` has the others. */

let strings = {};

/** Reads the strings again; navigation.js calls it after the language has changed. */
export function readStrings(root = globalThis.document) {
  strings = JSON.parse(root?.getElementById("strings")?.textContent || "{}");
}

export const useStrings = (found) => (strings = found);

const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (whole, name) => values[name] ?? whole);

/** fills in `%(name)s` */
export function t(text, values = {}) {
  const found = strings[text];
  return fill(typeof found === "string" && found ? found : text, values);
}

/** `nt("%(count)s file", "%(count)s files", 3)`; Chinese has one form for every number. */
export function nt(one, many, count, values = {}) {
  const forms = strings[one];
  const own = Array.isArray(forms) ? (forms[count === 1 ? 0 : 1] ?? forms[0]) : null;
  return fill(own || (count === 1 ? one : many), { count, ...values });
}

export const language = () => globalThis.document?.documentElement.lang || "en";

readStrings();
