/** Chunks of a stream as a person reads them: whole events, each with the time at which its last byte came. */

const BLANK = /\r?\n\r?\n/;

/** `chunks`: [{at_s, text, left_out}]; answers [{at_s, name, data} | {at_s, comment} | {at_s, left_out}]. */
export function eventsOf(chunks) {
  const found = [];
  let rest = "";
  let last = 0;
  for (const { at_s, text, left_out } of chunks) {
    last = at_s;
    if (left_out) {
      if (rest.trim()) found.push(eventOf(rest, at_s));
      rest = "";
      found.push({ at_s, left_out });
    }
    const pieces = (rest + text).split(BLANK);
    rest = pieces.pop();
    for (const piece of pieces) if (piece.trim()) found.push(eventOf(piece, at_s));
  }
  if (rest.trim()) found.push(eventOf(rest, last));
  return found;
}

function eventOf(text, at_s) {
  const lines = text.split(/\r?\n/);
  const value = (field) => lines.filter((line) => line.startsWith(field)).map((line) => line.slice(field.length).replace(/^ /, ""));
  const data = value("data:");
  if (!data.length && lines.every((line) => line.startsWith(":"))) return { at_s, comment: value(":").join("\n") };
  // An error may come as a bare line of JSON.
  return { at_s, name: value("event:").join(" "), data: data.length ? data.join("\n") : text };
}

/** The JSON of an event's data, or undefined. */
export function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// The same in every event of a stream, so they say nothing about one.
const DULL = new Set(["id", "object", "created", "model", "system_fingerprint", "service_tier", "type", "item_id", "sequence_number", "responseId", "modelVersion"]);

/** What tells one event from the next, in a line: nothing dull, nothing empty, no wrapping. */
export function gist(data) {
  const value = parsed(data);
  if (typeof value !== "object" || value === null) return data;
  const said = telling(value);
  return JSON.stringify(said === undefined ? value : said);
}

function telling(value) {
  if (Array.isArray(value)) return value.length === 1 ? telling(value[0]) : value;
  if (typeof value !== "object" || value === null) return value ?? undefined;
  const kept = Object.entries(value).filter(([name]) => !DULL.has(name)).map(([name, one]) => [name, telling(one)]);
  const said = kept.filter(([name, one]) => one !== undefined && !(name === "index" && one === 0));
  if (said.length !== 1) return said.length ? Object.fromEntries(said) : undefined;
  const [[name, one]] = said;
  return typeof one === "object" ? one : { [name]: one };
}
