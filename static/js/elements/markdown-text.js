/** Text of a message: holds it raw, shows it as Markdown, block by block while it grows. `data-typed`: as a person typed it. */

import MarkdownIt from "markdown-it";
import cjkFriendly from "markdown-it-cjk-friendly";

import { draw as drawCites, withCites } from "lib/cites.js";
import { fragment } from "lib/dom.js";
import { drawFormulas } from "lib/formulas.js";
import { createMarkdown, renderBlocks, renderTyped } from "lib/markdown.js";
import math from "lib/math.js";
import { patchChildren } from "lib/patch.js";
import { BlockStream, Pace } from "lib/stream.js";

export const md = createMarkdown(MarkdownIt, [cjkFriendly, math]);

const LIVE = /^(?:queued|streaming)$/;
const SLICE_MS = 12; // of rendering at a time while a page of messages opens
const FIRST_SLICE_MS = 24;

export class MarkdownText extends HTMLElement {
  #text = "";
  #stream = null;
  #pace = new Pace(() => this.#render());
  #isFinished = false;
  #isShown = false; // something has been rendered
  #isStale = false; // closed in a <details>: rendered when it opens

  connectedCallback() {
    if (this.#stream) return; // moved
    this.#text = this.textContent;
    this.#restart();
    this.#isFinished = !this.isLive;
    if (this.#text) wait(this);
  }

  get isLive() {
    return LIVE.test(this.closest("[data-status]")?.dataset.status ?? "");
  }

  get text() {
    return this.#text;
  }

  /** In UTF-16 units, as deltas count. */
  get length() {
    return this.#text.length;
  }

  set text(text) {
    if (text === this.#text) return;
    if (text.startsWith(this.#text) && !this.#isFinished) return this.append(text.slice(this.#text.length));
    this.#text = text;
    this.#restart();
    this.show();
  }

  append(text) {
    if (!text) return;
    this.#text += text;
    if (this.#isFinished) this.#restart();
    else this.#stream.append(text);
    this.#isFinished = false;
    if (this.#isShown) this.#pace.ask();
    else this.show();
  }

  /** Where its sources are cited, as the server says in `data-cites`; known once it is at rest. */
  set cites(cites) {
    if (cites === (this.dataset.cites ?? "")) return;
    if (cites) this.dataset.cites = cites;
    else delete this.dataset.cites;
    if (!this.#isShown || this.isLive) return;
    this.#isFinished = true;
    this.show();
  }

  /** No more will come. */
  finish() {
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.show();
  }

  /** Renders at once what there is. */
  show() {
    waiting.delete(this);
    this.#pace.run();
  }

  showIfStale() {
    if (this.#isStale) this.show();
  }

  #restart() {
    this.#stream = new BlockStream(md);
    this.#stream.append(this.#text);
  }

  #render() {
    this.#isStale = Boolean(this.closest("details:not([open])"));
    if (this.#isStale) return;
    if (!this.#isShown) this.replaceChildren();
    this.#isShown = true;
    const { from, blocks } = this.#blocks();
    const fresh = fragment(blocks.join(""));
    if (this.#hasCites) drawCites(fresh, JSON.parse(this.dataset.cites));
    patchChildren(this, from, fresh);
    for (const node of [...this.children].slice(from)) drawFormulas(node);
    this.dataset.shown = "";
    this.dispatchEvent(new CustomEvent("markdown-rendered", { bubbles: true }));
  }

  get #hasCites() {
    return this.#isFinished && Boolean(this.dataset.cites);
  }

  #blocks() {
    if ("typed" in this.dataset) return { from: 0, blocks: renderTyped(md, this.#text) };
    if (this.#hasCites) return { from: 0, blocks: renderBlocks(md, withCites(this.#text, JSON.parse(this.dataset.cites))) };
    return this.#isFinished ? this.#stream.finish() : this.#stream.render();
  }
}

/** Texts of a page that has just opened: the last ones first, in slices, so that the page answers meanwhile. */
const waiting = new Set();
let isDraining = false;

function wait(element) {
  waiting.add(element);
  if (isDraining) return;
  isDraining = true;
  queueMicrotask(() => drain(FIRST_SLICE_MS));
}

function drain(slice) {
  const until = performance.now() + slice;
  for (const element of [...waiting].reverse()) {
    if (performance.now() >= until) break;
    if (element.isConnected) element.show();
    else waiting.delete(element);
  }
  isDraining = waiting.size > 0;
  if (isDraining) setTimeout(() => drain(SLICE_MS), 0);
}

customElements.define("markdown-text", MarkdownText);
