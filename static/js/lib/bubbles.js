/** The messages of a page as nodes: finds, makes, places and takes them away; knows nothing of sockets. */

import { articlesOf, keyOf, pendingColumns, rowOf, takeColumns } from "lib/columns.js";
import { fragment } from "lib/dom.js";
import { morphMessage, ready } from "lib/morph.js";
import { unseen } from "lib/stream.js";
import { localTimes } from "lib/times.js";

export class Bubbles {
  #list;
  #box;
  #grownAt = new WeakMap(); // when the last delta came
  #adoptedAt = new WeakMap(); // when it got its row

  /** `list` is the <message-list>, which holds the templates and the box of messages. */
  constructor(list) {
    this.#list = list;
    this.#box = list.querySelector(".messages");
  }

  get box() {
    return this.#box;
  }

  /** Every article, also those side by side. */
  get all() {
    return [...this.#box.querySelectorAll(".message")];
  }

  /** What stands one below the other: an article, or several side by side. */
  get #rows() {
    return [...this.#box.children];
  }

  /** The first one on the branch in view: of answers side by side the chosen one. */
  get first() {
    const article = this.#box.querySelector(".message[data-message]:not([data-message=''])");
    return rowOf(article)?.querySelector(".side-column[data-chosen] .message") ?? article;
  }

  get last() {
    return this.#box.lastElementChild;
  }

  find(message) {
    return message ? this.#box.querySelector(`#m${Number(message)}`) : null;
  }

  get live() {
    return this.all.filter(({ dataset }) => dataset.status === "queued" || dataset.status === "streaming");
  }

  /** Also those whose pictures or films are being made elsewhere, and those that wait for a person. */
  get running() {
    return this.all.filter(({ dataset }) => ["generating", "waiting"].includes(dataset.status)).concat(this.live);
  }

  pendingOf(client_id, role) {
    return this.all.find(({ dataset }) => "pending" in dataset && dataset.client === client_id && dataset.role === role);
  }

  /** A bubble before its row, at the end. */
  addPending(role, client_id, parent) {
    const { content } = this.#list.querySelector(`template[data-pending=${role}]`);
    const article = document.importNode(content.firstElementChild, true);
    Object.assign(article.dataset, { client: client_id ?? "", parent: parent ?? "" });
    this.#box.append(article);
    this.groom();
    return article;
  }

  /** Answers of several models before their rows, at the end. */
  addPendingColumns(client_id, names) {
    const row = pendingColumns(this.#list.querySelector("template[data-pending=columns]"), { client_id, names });
    this.#box.append(row);
    return row;
  }

  /** The answers side by side that were asked for under this id, pending or not; the articles in order. */
  columnsOf(client_id, parent) {
    const row = this.#rows.find((one) => one.localName === "side-by-side" && one.dataset.client === client_id);
    if (!row) return [];
    delete row.dataset.pending;
    row.dataset.parent = parent;
    return articlesOf(row);
  }

  /** The bubble has got its row. */
  adopt(article, message, parent) {
    this.#adoptedAt.set(article, performance.now());
    article.id = `m${message}`;
    article.dataset.message = message;
    article.dataset.parent = parent ?? "";
    delete article.dataset.pending;
    return article;
  }

  /** Is `parent` (null: before the first) the last one in view, so that a child of it belongs at the end? */
  isEnd(parent) {
    const last = this.last;
    return parent ? Boolean(last) && articlesOf(last).some(({ dataset }) => dataset.message === String(parent)) : !last;
  }

  /** Takes away all that follows `parent` and returns it, so that it can be put back. */
  cutAfter(parent) {
    const from = parent ? this.find(parent) : null;
    if (parent && !from) return [];
    const cut = this.#rows.slice(from ? this.#rows.indexOf(rowOf(from)) + 1 : 0);
    for (const node of cut) node.remove();
    return cut;
  }

  putBack(nodes) {
    this.#box.append(...nodes);
    this.groom();
  }

  /** Newer HTML of one message, asked for at `askedAt`; null where there is nothing to take. */
  async take(fresh, askedAt) {
    await ready();
    const article = this.find(fresh.dataset.message);
    if (!article || !morphMessage(article, fresh, this.#isQuiet(article, askedAt))) return null;
    this.groom();
    return article;
  }

  #isQuiet(article, since) {
    return !(this.#grownAt.get(article) >= since);
  }

  /** Messages of an older page, above the others. */
  prepend(html) {
    const page = fragment(html);
    const marker = page.querySelector("[data-older]");
    marker?.remove();
    localTimes(page);
    this.#box.prepend(page);
    this.groom();
    return Boolean(marker);
  }

  /** Replaces `article` and all after it by another branch. */
  replaceFrom(article, html) {
    const page = fragment(html);
    localTimes(page);
    for (const node of this.#rows.slice(this.#rows.indexOf(rowOf(article)))) node.remove();
    this.#box.append(page);
    this.groom();
  }

  /** Makes the end of the page like the server's newest one; what is above it and bubbles without a row stay. */
  async reconcile(fresh, askedAt) {
    await ready();
    const wanted = [...fresh];
    const known = new Set(wanted.map(keyOf));
    const start = this.#rows.findIndex((row) => known.has(keyOf(row)));
    const old = this.#rows.slice(Math.max(0, start)).filter((row) => !this.#isNewer(row, askedAt));
    for (const row of old) if (!known.has(keyOf(row))) row.remove();
    const kept = new Map(this.#rows.map((row) => [keyOf(row), row]));
    let before = null;
    for (const node of wanted.reverse()) {
      const mine = kept.get(keyOf(node));
      const morph = (article, fresh) => morphMessage(article, fresh, this.#isQuiet(article, askedAt));
      if (mine) mine.matches(".message") ? morph(mine, node) : await takeColumns(mine, node, morph);
      else this.#box.insertBefore(node, before ?? this.#rows.find((row) => this.#isNewer(row, askedAt)) ?? null);
      before = mine ?? node;
    }
    localTimes(this.#box);
    this.groom();
  }

  /** Without a row in the database, or with one that a page asked for at `askedAt` need not know yet. */
  #isNewer(row, askedAt) {
    return "pending" in row.dataset || articlesOf(row).some((article) => this.#adoptedAt.get(article) >= askedAt);
  }

  /** Appends what is new; false where something before it is missing. */
  append(article, [part, kind, at, text]) {
    const element = this.#textOf(article, part) ?? this.#addPart(article, part, kind);
    const more = unseen(element.length, at, text);
    if (more === null) return false;
    this.#grownAt.set(article, performance.now());
    if (more) element.append(more);
    return true;
  }

  /** UTF-16 lengths of the parts, as `reply.peek` and `conversation.open` tell them. */
  lengths(article) {
    const lengths = [];
    for (const element of article.querySelectorAll("markdown-text[data-part]")) lengths[Number(element.dataset.part)] = element.length ?? 0;
    return Array.from(lengths, (length) => length ?? 0);
  }

  /** The name stands only where the person changes. */
  groom() {
    let author = null;
    for (const { dataset } of this.all) {
      if (dataset.role !== "user") continue;
      if (dataset.author === author) dataset.sameAuthor = "";
      else delete dataset.sameAuthor;
      ({ author } = dataset);
    }
  }

  #textOf(article, part) {
    return article.querySelector(`markdown-text[data-part="${Number(part)}"]`);
  }

  #addPart(article, part, kind) {
    const box = article.querySelector(".message-parts");
    for (const block of box.querySelectorAll("thinking-block[data-live]")) block.end?.();
    const node = kind === "reasoning" ? this.#thinking() : document.createElement("markdown-text");
    const element = node.localName === "markdown-text" ? node : node.querySelector("markdown-text");
    Object.assign(element.dataset, { part, kind });
    const after = [...box.querySelectorAll("[data-part]")].filter((other) => Number(other.dataset.part) < part).at(-1);
    if (after) (after.closest("thinking-block") ?? after).after(node);
    else box.prepend(node);
    return element;
  }

  #thinking() {
    return document.importNode(this.#list.querySelector("template[data-part=reasoning]").content, true).firstElementChild;
  }
}
