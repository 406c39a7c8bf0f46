/** Functions as the bench edits them: schemas as text until they are read, problems by the field they belong to. Pure. */

export const EMPTY_SCHEMA = { type: "object", properties: {}, required: [] };
export const EXAMPLE = {
  name: "get_weather",
  description: "The weather at a place now",
  parameters: { type: "object", properties: { city: { type: "string", description: "City, as Paris" } }, required: ["city"] },
  result: '{"temperature_c": 21, "sky": "clear"}',
};

/** As a card holds it: `schema` is the text in its box, `result` null where a person answers. */
export const carded = ({ name = "", description = "", parameters = EMPTY_SCHEMA, result = null }) => ({
  name,
  description,
  schema: JSON.stringify(parameters, null, 2),
  result,
});

/** {value} of a text that is JSON, or {line, message} of where it is not. */
export function read(text) {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { line: lineOf(text, error.message), message: error.message };
  }
}

/** Chromium and Firefox name the place each in its own way; 0 where nobody does. */
function lineOf(text, message) {
  const line = /line (\d+)/.exec(message);
  if (line) return Number(line[1]);
  const at = /position (\d+)/.exec(message);
  if (at) return text.slice(0, Number(at[1])).split("\n").length;
  return /end of (JSON|data)/i.test(message) ? text.split("\n").length : 0;
}

/** What is sent for the cards; a schema that cannot be read stays a text, which the server refuses. */
export function told(cards) {
  return cards.map(({ name, description, schema, result }) => ({ name, description, parameters: read(schema).value ?? schema, result }));
}

/** Problems that need no server: {place: {field: {line, message}}}. */
export function unread(cards) {
  const found = {};
  cards.forEach(({ schema }, place) => {
    const { value, ...problem } = read(schema);
    if (value === undefined) found[place] = { parameters: problem };
  });
  return found;
}

/** The server's list by card and field, beneath what the page found itself. */
export function byField(problems, own = {}) {
  const found = {};
  for (const { function: place, field, message } of problems) {
    const at = place ?? "set";
    found[at] = { ...found[at], [field]: { message } };
  }
  for (const [place, fields] of Object.entries(own)) found[place] = { ...found[place], ...fields };
  return found;
}

/** As one pastes it elsewhere: OpenAI's form. */
export const exported = (cards) =>
  JSON.stringify(told(cards).map(({ name, description, parameters }) => ({ type: "function", function: { name, description, parameters } })), null, 2);
