/** Text that arrives in pieces, for <message-list> and <markdown-text>: joins deltas, renders block by block, paces. */

import { blocksOf, renderBlock, renderBlocks } from "lib/markdown.js";

const REST = 4; // times the duration of a rendering, before the next

/** What a delta starting at UTF-16 offset `at` adds to `length` units of text; null when something before it is missing. */
export function unseen(length, at, delta) {
  return at > length ? null : delta.slice(length - at);
}

/**
 * Renders growing Markdown. Only the text after the last frozen block is parsed again; a block is frozen once a later
 * one, whose first line is complete, has begun. `render()` gives the HTML of blocks by position from `from` on.
 */
export class BlockStream {
  #md;
  #source = "";
  #frozenTo = 0;
  #frozenBlocks = 0;
  #references = {};
  #rank; // of the last frozen heading

  constructor(md) {
    this.#md = md;
  }

  append(text) {
    const held = this.#source.endsWith("\r") ? "\r" : ""; // its "\n" may come in the next piece
    const before = held ? this.#source.slice(0, -1) : this.#source;
    this.#source = before + (held + text).replace(/\r\n|\r(?!$)/g, "\n");
  }

  /** `{from, blocks}`: blocks before `from` are as they were, the others are `blocks`. */
  render() {
    return this.#renderTail(wholeCharacters(this.#source.slice(this.#frozenTo)));
  }

  /** The last rendering. A definition may have come after its use: then it is the whole text once more. */
  finish() {
    const last = this.#renderTail(this.#source.slice(this.#frozenTo));
    if (!this.#hasDefinitions()) return last;
    return { from: 0, blocks: renderBlocks(this.#md, this.#source) };
  }

  #renderTail(tail) {
    const from = this.#frozenBlocks;
    const env = { references: { ...this.#references }, rank: this.#rank };
    const groups = blocksOf(this.#md.parse(tail, env));
    this.#freeze(groups, tail, env);
    return { from, blocks: groups.map((tokens) => renderBlock(this.#md, tokens, env)) };
  }

  #hasDefinitions() {
    const env = { references: { ...this.#references } };
    this.#md.parse(this.#source.slice(this.#frozenTo), env);
    return Object.keys(env.references).length > 0;
  }

  #freeze(groups, tail, env) {
    const kept = lastBegun(groups, count(tail, "\n"));
    if (kept < 1) return;
    const end = offsetOfLine(tail, groups[kept][0].map[0]);
    if (Object.keys(env.references).length > Object.keys(this.#references).length) {
      this.#md.parse(tail.slice(0, end), { references: this.#references });
    }
    const heading = groups.slice(0, kept).flat().findLast(({ type }) => type === "heading_open");
    if (heading) this.#rank = Number(heading.tag[1]);
    this.#frozenTo += end;
    this.#frozenBlocks += kept;
  }
}

/** The last block whose first line has ended (a table's second too): that the ones before it are over cannot change. */
function lastBegun(groups, endedLines) {
  return groups.findLastIndex(([{ type, map }]) => map[0] + (type === "table_open" ? 1 : 0) < endedLines);
}

function count(text, character) {
  let found = 0;
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) found += 1;
  return found;
}

function offsetOfLine(text, line) {
  let at = 0;
  for (let n = 0; n < line; n += 1) at = text.indexOf("\n", at) + 1;
  return at;
}

/** Half a surrogate pair waits for its other half. */
function wholeCharacters(text) {
  return /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text;
}

/** Runs `act` in animation frames, never before it has rested four times as long as it took. */
export class Pace {
  #act;
  #clock;
  #isDue = false;
  #restUntil = 0;

  /** `clock` has now and requestFrame; tests bring their own. */
  constructor(act, clock = browserClock) {
    this.#act = act;
    this.#clock = clock;
  }

  ask() {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#clock.requestFrame(() => this.#frame());
  }

  /** At once: for the first words, and for the end. */
  run() {
    this.#isDue = false;
    const began = this.#clock.now();
    this.#act();
    const ended = this.#clock.now();
    this.#restUntil = ended + REST * (ended - began);
  }

  #frame() {
    if (!this.#isDue) return;
    if (this.#clock.now() < this.#restUntil) this.#clock.requestFrame(() => this.#frame());
    else this.run();
  }
}

const browserClock = {
  now: () => performance.now(),
  requestFrame: (act) => requestAnimationFrame(act),
};
