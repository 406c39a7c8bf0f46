/** The text of a prepared question: its slots, and finding one behind "/". Pure. */

const SLOT = /\{\{\s*([^{}\s][^{}\n]{0,59}?)\s*\}\}/g; // chats/presets.py reads them in the same way
const LONGEST_QUERY = 40;
const SLASHES = /^[/／、]/; // the same key of Chinese keyboards

/** Names to be filled in, each once, in order. */
export const slotsOf = (text) => [...new Set([...text.matchAll(SLOT)].map(([, name]) => name))];

/** `text` with `values` in its slots; one without a value stays as it is written. */
export const filled = (text, values) => text.replace(SLOT, (whole, name) => values[name] || whole);

/** The "/" in front of the caret, at the start of a line: {from, query}, or null. */
export function slashBefore(text, caret) {
  const line = text.slice(0, caret).split("\n").at(-1);
  if (!SLASHES.test(line) || line.length > LONGEST_QUERY) return null;
  return { from: caret - line.length, query: line.slice(1) };
}

/** Those whose name, then those whose name and text have all words of the query. */
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
