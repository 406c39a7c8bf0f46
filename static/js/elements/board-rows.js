/** The rows of the board: live, in order, and as many as one likes to scroll. */

import { fragment } from "lib/dom.js";
import { Growth } from "lib/growth.js";
import { act } from "lib/job-acts.js";
import { belongs, isBefore } from "lib/job-order.js";
import { isOpen, leftWords } from "lib/job-words.js";
import { t } from "lib/i18n.js";
import { lengthText } from "lib/measures.js";
import { getText } from "lib/requests.js";
import { on } from "lib/socket.js";
import { everySecond } from "lib/ticking.js";
import { localTimes } from "lib/times.js";

const COALESCE_MS = 120;
const ADDRESS = "/board/rows/";

class BoardRows extends HTMLElement {
  #stop = null;
  #offs = [];
  #wanted = new Set(); // rows to be fetched again
  #timer = 0;
  #growths = new WeakMap();
  #began = new WeakMap();
  #isUnsettled = false; // rows have ended under the pointer and wait for their new place
  #wasOffline = false;
  #atEnd = null;

  connectedCallback() {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    this.addEventListener("click", (event) => this.#clicked(event), { signal });
    this.addEventListener("keydown", (event) => this.#pressed(event), { signal });
    this.addEventListener("pointerleave", () => this.#settle(), { signal });
    this.#offs = [
      on("generation.changed", (frame) => this.#hear(frame)),
      on("conversation.changed", ({ conversation, change }) => this.#conversation(conversation, change)),
      on("access.lost", ({ conversation }) => this.#ofConversation(conversation).forEach((row) => this.#remove(row))),
      on("state", ({ state }) => this.#lineIs(state)),
      everySecond(() => this.#tick()),
    ];
    const near = { root: this.closest(".page"), rootMargin: "800px" };
    this.#atEnd = new IntersectionObserver((all) => all.some((one) => one.isIntersecting) && this.#more(), near);
    this.#rows.forEach((row) => this.#begin(row));
    this.#watchEnd();
  }

  disconnectedCallback() {
    this.#stop.abort();
    this.#offs.forEach((off) => off());
    this.#atEnd.disconnect();
    clearTimeout(this.#timer);
  }

  get #list() {
    return this.querySelector(".job-list");
  }

  get #rows() {
    return [...this.querySelectorAll(".job")];
  }

  get #next() {
    return this.querySelector(".rows-next");
  }

  #find(generation) {
    return this.querySelector(`#job-${Number(generation)}`);
  }

  #ofConversation(conversation) {
    return this.#rows.filter(({ dataset }) => dataset.conversation === String(conversation));
  }

  /** A row that is here now: its clock and its bar begin. */
  #begin(row) {
    localTimes(row);
    if (!("open" in row.dataset)) return;
    const { progress, left, elapsed } = row.dataset;
    this.#began.set(row, performance.now() - Number(elapsed) * 1000);
    this.#show(row, { progress: Number(progress), left_s: Number(left) || null, is_slow: "slow" in row.dataset });
  }

  #show(row, facts) {
    const bar = row.querySelector(".progress-bar");
    if (!bar) return;
    if (!this.#growths.has(row)) this.#growths.set(row, new Growth(bar));
    this.#growths.get(row).set(facts);
    bar.parentElement.ariaValueNow = String(Math.round((facts.progress ?? 0) * 100));
    const words = leftWords({ state: row.dataset.state, ...facts });
    const left = row.querySelector("[data-left-words]");
    if (left && left.textContent !== words) left.textContent = words;
  }

  #tick() {
    for (const row of this.querySelectorAll(".job[data-open]")) {
      const clock = row.querySelector("[data-clock]");
      const words = lengthText((performance.now() - this.#began.get(row)) / 1000);
      if (clock.textContent !== words) clock.textContent = words;
    }
  }

  // What changes

  #hear({ generation, revision, state, ...facts }) {
    const row = this.#find(generation);
    if (!row || row.dataset.state !== state) this.#ask(generation);
    else if (isOpen(state) && revision >= Number(row.dataset.revision)) this.#show(row, facts);
  }

  #conversation(conversation, change) {
    if (!["shared", "unshared", "deleted", "restored"].includes(change)) return;
    for (const { dataset } of this.#ofConversation(conversation)) this.#ask(Number(dataset.generation));
    if (change === "shared" || change === "restored") this.#catchUp();
  }

  #ask(generation) {
    this.#wanted.add(generation);
    this.#timer ||= setTimeout(() => this.#refetch(), COALESCE_MS);
  }

  /** One by one: twenty that end together must not ask twenty times at once. */
  async #refetch() {
    for (const generation of this.#wanted) {
      this.#wanted.delete(generation);
      const html = await getText(`${ADDRESS}${generation}/`).catch(({ status }) => (status === 404 ? "" : null));
      if (!this.isConnected) return;
      if (html !== null) this.#take(generation, html);
    }
    this.#timer = 0;
    if (this.#wanted.size) this.#ask(this.#wanted.values().next().value);
  }

  #take(generation, html) {
    const old = this.#find(generation);
    const fresh = html ? fragment(html).querySelector(".job") : null;
    if (!fresh || !belongs(fresh.dataset, this.dataset.scope, document.body.dataset.user)) return old && this.#remove(old);
    const focused = old?.contains(document.activeElement) ? document.activeElement.dataset.act : undefined;
    this.#replace(old, fresh);
    if (fresh.isConnected) this.#begin(fresh);
    if (focused !== undefined) (fresh.querySelector(`[data-act="${focused}"]`) ?? fresh.querySelector("a, button"))?.focus();
    this.#sayEmpty();
  }

  /** Nothing moves while one reads: a row goes to its new place once the pointer has left. */
  #replace(old, fresh) {
    const isRead = this.matches(":hover") || this.contains(document.activeElement);
    if (old && isRead) {
      old.replaceWith(fresh);
      this.#isUnsettled = true;
    } else {
      old?.remove();
      this.#put(fresh);
    }
  }

  #put(row) {
    const after = this.#rows.find((other) => isBefore(row.dataset, other.dataset));
    if (after) after.before(row);
    else if (!this.#next) this.#list.append(row); // else it is older than all that is loaded, and comes when one scrolls there
  }

  #settle() {
    if (!this.#isUnsettled) return;
    this.#isUnsettled = false;
    const rows = this.#rows;
    const sorted = rows.toSorted((a, b) => (isBefore(a.dataset, b.dataset) ? -1 : 1));
    const marks = rows.map((row) => row.parentElement.insertBefore(document.createComment(""), row));
    sorted.forEach((row, place) => rows[place] !== row && marks[place].after(row));
    for (const mark of marks) mark.remove();
  }

  #remove(row) {
    row.remove();
    this.#sayEmpty();
  }

  #sayEmpty() {
    this.querySelector(".board-empty").hidden = this.#rows.length > 0;
  }

  #lineIs(state) {
    if (state !== "open") return void (this.#wasOffline = true);
    if (this.#wasOffline) this.#catchUp();
    this.#wasOffline = false;
  }

  /** The newest page once more: what changed meanwhile was not told. */
  async #catchUp() {
    const html = await getText(`${ADDRESS}?scope=${this.dataset.scope}`).catch(() => "");
    if (!html || !this.isConnected) return;
    const fresh = [...fragment(html).querySelectorAll(".job")];
    const known = new Set(fresh.map(({ id }) => id));
    for (const row of this.querySelectorAll(".job[data-open]")) if (!known.has(row.id)) this.#ask(Number(row.dataset.generation));
    for (const row of fresh) this.#take(Number(row.dataset.generation), row.outerHTML);
  }

  // Pages

  #watchEnd() {
    this.#atEnd.disconnect();
    if (this.#next) this.#atEnd.observe(this.#next);
  }

  async #more() {
    const next = this.#next;
    if (!next || "asked" in next.dataset) return;
    next.dataset.asked = "";
    try {
      const query = new URLSearchParams({ scope: this.dataset.scope, before: next.dataset.before });
      const html = await getText(`${ADDRESS}?${query}`);
      if (!next.isConnected) return;
      this.#append(next, fragment(html));
    } catch (error) {
      delete next.dataset.asked;
      if (next.isConnected) this.#failed(next, error);
    }
  }

  /** A page in a box of its own, which costs nothing once it is far away. */
  #append(next, page) {
    const box = Object.assign(document.createElement("div"), { className: "job-page", role: "none" });
    for (const row of page.querySelectorAll(".job")) {
      if (this.#find(row.dataset.generation)) continue;
      box.append(row);
      this.#begin(row);
    }
    next.replaceWith(box, ...page.querySelectorAll(".rows-next"));
    this.#watchEnd();
  }

  #failed(next, error) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "button rows-again", textContent: `${error.message} ${t("Try again")}` });
    button.addEventListener("click", () => {
      button.remove();
      this.#more();
    });
    next.before(button);
  }

  #clicked(event) {
    const button = event.target.closest("[data-act]");
    const row = button?.closest(".job");
    if (row) act(button.dataset.act, { generation: Number(row.dataset.generation), conversation: Number(row.dataset.conversation) }, button);
  }

  /** ↑ and ↓ go from prompt to prompt. */
  #pressed(event) {
    const row = event.target.closest(".job");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!row || !step || event.altKey || event.ctrlKey || event.metaKey) return;
    const rows = this.#rows;
    const link = rows[rows.indexOf(row) + step]?.querySelector(".job-prompt");
    if (!link) return;
    event.preventDefault();
    link.focus();
  }
}

customElements.define("board-rows", BoardRows);
