/** JSON as text that a person writes: where its first mistake is, and the same laid out. */

const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

export const laidOut = (value) => JSON.stringify(value, null, 2);

/** {value} of an object, or {at, line, column} of the first mistake; `at` is -1 where only the kind is wrong. */
export function check(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return placeOf(text, mistakeAt(text)); // browsers word it differently, and Safari names no place
  }
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? { value } : { at: -1, line: 1, column: 1 };
}

export function placeOf(text, at) {
  const before = text.slice(0, at);
  return { at, line: before.split("\n").length, column: at - before.lastIndexOf("\n") };
}

/** How far the text reads as JSON. */
export function mistakeAt(text) {
  const reader = new Reader(text);
  const isRead = reader.value();
  reader.skip(SPACE);
  return isRead && reader.at === text.length ? -1 : reader.at;
}

class Reader {
  at = 0;

  constructor(text) {
    this.text = text;
  }

  skip(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at = pattern.lastIndex;
    return Boolean(found);
  }

  sign(wanted) {
    this.skip(SPACE);
    if (this.text[this.at] !== wanted) return false;
    this.at += 1;
    return true;
  }

  value() {
    if (this.sign("{")) return this.entries("}", () => this.skip(SPACE) && this.skip(STRING) && this.sign(":") && this.value());
    if (this.sign("[")) return this.entries("]", () => this.value());
    return this.skip(STRING) || this.skip(SCALAR);
  }

  entries(end, one) {
    if (this.sign(end)) return true;
    do {
      if (!one()) return false;
    } while (this.sign(","));
    return this.sign(end);
  }
}
