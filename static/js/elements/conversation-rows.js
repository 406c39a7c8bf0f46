/** The rows of `<conversation-list>`: kept in order under their headings, and walked through by keyboard. */

import { fragment, tell } from "lib/dom.js";
import { headingOf } from "lib/days.js";
import { isComposing } from "lib/ime.js";
import { groupFor, isBefore, rank } from "lib/rows.js";
import { editTitle } from "elements/title-editor.js";

class ConversationRows extends HTMLElement {
  #stop = null;

  connectedCallback() {
    this.#stop = new AbortController();
    this.addEventListener("keydown", (event) => this.#pressed(event), { signal: this.#stop.signal });
  }

  disconnectedCallback() {
    this.#stop.abort();
  }

  all() {
    return [...this.querySelectorAll(".row")];
  }

  find(conversation) {
    return this.querySelector(`.row[data-conversation="${Number(conversation)}"]`);
  }

  /** The server's mark that there are older ones: `<li class="row-next" data-before="…">`. */
  get next() {
    return this.querySelector(":scope > .row-next");
  }

  /** Everything anew; `items` are `<li>`s, newest first and flat, as the server sends them. */
  arrange(items, emptyWords) {
    this.replaceChildren();
    this.append(...items.filter((item) => item.matches(".row-next")));
    for (const item of items) if (item.matches(".row")) this.put(item);
    this.finish(emptyWords);
  }

  /** Older ones below those that are there. */
  add(items, emptyWords) {
    this.append(...items.filter((item) => item.matches(".row-next")));
    for (const item of items) if (item.matches(".row") && !this.find(item.dataset.conversation)) this.put(item);
    this.finish(emptyWords);
  }

  /** Puts one row under its heading, in its place. */
  put(row) {
    const list = this.#section(groupFor(row.dataset)).querySelector("ul");
    const after = [...list.children].find((other) => isBefore(row.dataset, other.dataset));
    list.insertBefore(row, after ?? null);
  }

  #section(group) {
    const sections = [...this.querySelectorAll("section")];
    const found = sections.find((section) => section.dataset.group === group);
    if (found) return found;
    const section = fragment('<section><h2></h2><ul class="rows"></ul></section>').firstElementChild;
    section.dataset.group = group;
    section.querySelector("h2").textContent = headingOf(group);
    const after = sections.find((other) => rank(other.dataset.group) > rank(group));
    this.insertBefore(section, after ?? this.next);
    return section;
  }

  /** After any change: no empty heading, a word where nothing is left, one row in the tab order, the count told. */
  finish(emptyWords) {
    for (const section of this.querySelectorAll("section")) if (!section.querySelector(".row")) section.remove();
    this.querySelector(".list-empty")?.remove();
    const rows = this.all();
    if (!rows.length && !this.next) this.#sayEmpty(emptyWords);
    this.markOpen();
    tell("list-state", {
      unread: rows.filter((row) => "unread" in row.dataset).length,
      running: rows.filter((row) => "running" in row.dataset).length,
    });
  }

  #sayEmpty(words) {
    const node = document.createElement("p");
    node.className = "list-empty";
    node.textContent = words;
    this.append(node);
  }

  markOpen() {
    for (const link of this.querySelectorAll(".row-link")) {
      const isOpen = link.parentElement.dataset.conversation === document.body.dataset.conversation;
      if (isOpen) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    this.#focusable(this.querySelector('[aria-current="page"]') ?? this.querySelector("a.row-link"));
  }

  /** One row at a time is in the tab order; the arrows move it. */
  #focusable(link) {
    for (const other of this.querySelectorAll('.row-link[tabindex="0"]')) other.tabIndex = -1;
    if (link) link.tabIndex = 0;
  }

  #pressed(event) {
    if (isComposing(event) || event.altKey || event.ctrlKey || event.metaKey) return;
    const link = event.target.closest(".row-link");
    if (!link) return;
    if (event.key === "F2") {
      event.preventDefault();
      return void this.edit(link.parentElement);
    }
    const links = [...this.querySelectorAll("a.row-link")];
    const at = links.indexOf(link);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
    if (!links[next]) return;
    event.preventDefault();
    this.#focusable(links[next]);
    links[next].focus();
  }

  async edit(row) {
    if (!("mayWrite" in row.dataset) || row.querySelector("input")) return;
    const { conversation, title } = row.dataset;
    const saved = await editTitle(row.querySelector(".row-link"), conversation, title);
    if (saved) this.find(conversation)?.querySelector(".row-link").focus();
  }
}

customElements.define("conversation-rows", ConversationRows);
