/** A JSON value to look through: what is short stands open, what is long waits folded, media are shown as what they are. */

import { t } from "lib/i18n.js";
import { make, makeButton } from "lib/make.js";
import { sizeText } from "lib/measures.js";

const SHORT = 240; // characters of JSON that stand open
const LONG_TEXT = 160;
const PREVIEW = 60;
const AT_ONCE = 100; // entries of a list or object; the others on demand

class JsonTree extends HTMLElement {
  /** Draws `value`; what is folded is drawn when it is opened. */
  set value(value) {
    const entries = typeof value === "object" && value !== null && !mediumOf(value) ? entriesOf(value) : [];
    this.replaceChildren(...(entries.length ? drawn(entries, 1) : [entry(null, value, 1)]));
  }
}

function entry(name, value, depth, isNewest = false) {
  const medium = mediumOf(value);
  if (medium) return row(name, drawnMedium(medium));
  if (typeof value === "string" && (value.length > LONG_TEXT || value.includes("\n"))) return longText(name, value);
  if (typeof value !== "object" || value === null || !Object.keys(value).length) return row(name, scalar(value));
  return fold(name, value, depth, isNewest);
}

function row(name, node) {
  const line = make("div", "json-row");
  line.append(...named(name), node);
  return line;
}

/** The name of an entry: a key as it is, a place in a list fainter. */
function named(name) {
  if (name === null) return [];
  return [make("span", typeof name === "number" ? "json-place" : "json-name", String(name)), make("span", "json-colon", ": ")];
}

function scalar(value) {
  const kind = typeof value === "object" ? "null" : typeof value;
  return make("span", `json-${kind}`, JSON.stringify(value));
}

function longText(name, value) {
  const details = make("details", "json-fold");
  const summary = make("summary");
  summary.append(...named(name), make("span", "json-string", `"${value.slice(0, PREVIEW).replaceAll("\n", "⏎")}…`), make("span", "json-count", countOf(value.length)));
  details.append(summary);
  whenOpened(details, () => [Object.assign(make("pre", "json-text", value), { tabIndex: 0 })]);
  return details;
}

const countOf = (count) => t("%(count)s characters", { count: count.toLocaleString() });

function fold(name, value, depth, isNewest) {
  const details = make("details", "json-fold");
  const isList = Array.isArray(value);
  const text = JSON.stringify(value, (_key, one) => (mediumOf(one) ? "…" : one));
  const summary = make("summary");
  const sides = isList ? ["[", "]"] : ["{", "}"];
  const count = Object.keys(value).length;
  summary.append(...named(name), make("span", "json-side", sides[0]), make("span", "json-preview", preview(text)), make("span", "json-side", sides[1]), make("span", "json-count", String(count)));
  details.append(summary);
  whenOpened(details, () => drawn(entriesOf(value), depth + 1));
  details.open = text.length <= SHORT || (depth === 1 && isList) || isNewest;
  return details;
}

const entriesOf = (value) => (Array.isArray(value) ? value.map((one, at) => [at, one]) : Object.entries(value));
const preview = (text) => (text.length > PREVIEW + 2 ? `${text.slice(1, PREVIEW)}…` : text.slice(1, -1));

function drawn(entries, depth) {
  const isNewest = (at) => depth === 2 && at === entries.length - 1 && typeof entries[at][0] === "number"; // the last message
  const nodes = entries.slice(0, AT_ONCE).map(([name, value], at) => entry(name, value, depth, isNewest(at)));
  if (entries.length <= AT_ONCE) return nodes;
  const more = makeButton("button button-quiet", t("%(count)s more", { count: entries.length - AT_ONCE }));
  more.addEventListener("click", () => more.replaceWith(...drawn(entries.slice(AT_ONCE), depth)));
  return [...nodes, more];
}

function whenOpened(details, content) {
  details.addEventListener("toggle", () => details.open && details.children.length === 1 && fill(details, content));
}

function fill(details, content) {
  const inner = make("div", "json-inner");
  inner.append(...content());
  details.append(inner);
}

const mediumOf = (value) => (typeof value === "object" && value !== null ? value.$media : undefined);

/** {sha256, bytes, prefix, attachment?}: a file by what it is, with its picture where we may show it. */
function drawnMedium({ sha256, bytes, prefix = "", attachment }) {
  const kind = /^data:([\w.+/-]+)/.exec(prefix)?.[1] ?? t("file");
  const chip = make(attachment ? "a" : "span", "json-medium");
  if (attachment) Object.assign(chip, { href: `/attachments/${attachment}/file/`, target: "_blank", rel: "noopener" });
  if (attachment && kind.startsWith("image/")) {
    chip.append(Object.assign(make("img"), { src: `/attachments/${attachment}/preview/`, alt: "", loading: "lazy" }));
  }
  chip.append(`${kind} · ${sizeText(bytes)}`);
  chip.title = `sha256 ${sha256}`;
  return chip;
}

customElements.define("json-tree", JsonTree);
