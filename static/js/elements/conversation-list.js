/** The conversations at the left: which list, live, and as long as one likes to scroll. The rows are the other element's. */

import "elements/conversation-rows.js";
import { fragment, tell } from "lib/dom.js";
import { untilTomorrow } from "lib/days.js";
import { t } from "lib/i18n.js";
import { remember } from "lib/preferences.js";
import { getText } from "lib/requests.js";
import { belongs, isBefore } from "lib/rows.js";
import { on, send } from "lib/socket.js";

const COALESCE_MS = 80; // one turn changes its conversation several times
const TITLES = { archived: () => t("Archived"), deleted: () => t("Bin") };
const EMPTY = {
  mine: () => t("Your conversations will be here."),
  team: () => t("What you share with the team will be here."),
  archived: () => t("Nothing is archived."),
  deleted: () => t("The bin is empty. Deleted conversations stay here for 30 days."),
};
const isOpenNow = (conversation) => document.body.dataset.conversation === String(conversation);

class ConversationList extends HTMLElement {
  #stop = null;
  #offs = [];
  #changed = new Set(); // conversations whose row has to be fetched again
  #timers = {};
  #atEnd = null;
  #wasOffline = false;

  connectedCallback() {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    this.addEventListener("click", (event) => this.#clicked(event), { signal });
    document.addEventListener("conversation-row", ({ detail }) => this.#answered(detail), { signal });
    document.addEventListener("rename-conversation", (event) => this.#rename(event), { signal });
    document.addEventListener("visibilitychange", () => this.#seen(), { signal });
    for (const type of ["conversation-opened", "conversation-settled"]) {
      document.addEventListener(type, () => this.#opened(), { signal });
    }
    this.#offs = [
      on("conversation.changed", ({ conversation, change }) => this.#frame(conversation, change)),
      on("state", ({ state }) => this.#lineIs(state)),
    ];
    const whenNear = { root: this, rootMargin: "400px" };
    this.#atEnd = new IntersectionObserver((all) => all.some((one) => one.isIntersecting) && this.#more(), whenNear);
    customElements.upgrade(this.#rows); // a parent that arrives in a swapped piece is upgraded before its children
    this.#arrange(this.querySelectorAll("li"));
    this.#seen();
    this.#atMidnight();
  }

  disconnectedCallback() {
    this.#stop.abort();
    this.#offs.forEach((off) => off());
    this.#atEnd.disconnect();
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
  }

  get scope() {
    return this.dataset.scope;
  }

  get #rows() {
    return this.querySelector("conversation-rows");
  }

  #arrange(items) {
    this.#rows.arrange([...items], EMPTY[this.scope]());
    this.#watchEnd();
  }

  #finish() {
    this.#rows.finish(EMPTY[this.scope]());
  }

  #watchEnd() {
    this.#atEnd.disconnect();
    if (this.#rows.next) this.#atEnd.observe(this.#rows.next);
  }

  // What changes

  #frame(conversation, change) {
    this.#changed.add(conversation);
    if (change !== "seen" && isOpenNow(conversation)) this.#seen();
    this.#timers.refetch ||= setTimeout(() => this.#refetch(), COALESCE_MS);
  }

  async #refetch() {
    this.#timers.refetch = 0;
    const ids = [...this.#changed];
    this.#changed.clear();
    for (const id of ids) {
      try {
        this.#take(id, await getText(`/c/${id}/row/`));
      } catch (error) {
        if (error.status === 404) this.#take(id, "");
      }
    }
    this.#finish();
  }

  /** An action of this tab has brought the new row along. */
  #answered({ conversation, html }) {
    if (html === undefined) return;
    this.#take(conversation, html);
    this.#finish();
  }

  #take(conversation, html) {
    const old = this.#rows.find(conversation);
    if (old?.querySelector("input")) return; // being renamed at this moment
    const hadFocus = old?.contains(document.activeElement);
    old?.remove();
    const fresh = html ? fragment(html).querySelector(".row") : null;
    if (!fresh) return;
    if (isOpenNow(conversation) && !document.hidden) delete fresh.dataset.unread;
    if (this.#isShown(fresh)) this.#rows.put(fresh);
    else this.#hint(fresh);
    if (hadFocus) fresh.querySelector(".row-link")?.focus();
    tell("conversation-row", { conversation: Number(conversation), row: fresh.dataset, title: fresh.dataset.title });
  }

  /** Not if it is older than all that is loaded so far: then it comes when one scrolls there. */
  #isShown({ dataset }) {
    if (!belongs(dataset, this.scope)) return false;
    const last = this.#rows.all().at(-1);
    return "pinned" in dataset || !this.#rows.next || !last || isBefore(dataset, last.dataset);
  }

  /** Something new in the other list. */
  #hint({ dataset }) {
    if (this.scope === "mine" && "unread" in dataset && belongs(dataset, "team")) this.#dot(true);
  }

  #dot(isShown) {
    this.querySelector(".unread-dot").hidden = !isShown;
  }

  #opened() {
    this.#rows.markOpen();
    this.#seen();
  }

  /** What one looks at is read; the server keeps it for other tabs and for tomorrow. */
  #seen() {
    const conversation = Number(document.body.dataset.conversation);
    if (!conversation || document.hidden) return;
    send({ type: "conversation.seen", conversation });
    const row = this.#rows.find(conversation);
    if (!row || !("unread" in row.dataset)) return;
    delete row.dataset.unread;
    this.#finish();
  }

  #lineIs(state) {
    if (state !== "open") return void (this.#wasOffline = true);
    if (this.#wasOffline) this.load(); // what changed meanwhile was not told
    this.#wasOffline = false;
    this.#seen();
  }

  #atMidnight() {
    this.#timers.midnight = setTimeout(() => {
      this.#arrange(this.querySelectorAll("li"));
      this.#atMidnight();
    }, untilTomorrow() + 1000);
  }

  // Lists and pages

  #clicked({ target }) {
    const scope = target.closest("button[data-scope]")?.dataset.scope;
    if (scope) this.show(scope);
  }

  #rename(event) {
    const row = this.#rows.find(event.detail.conversation);
    if (!row?.contains(document.activeElement)) return;
    event.preventDefault();
    this.#rows.edit(row);
  }

  async show(scope) {
    this.dataset.scope = scope;
    if (scope === "mine" || scope === "team") remember("list", scope);
    if (scope === "team") this.#dot(false);
    for (const tab of this.querySelectorAll(".segments [data-scope]")) {
      tab.setAttribute("aria-pressed", String(tab.dataset.scope === scope));
    }
    const title = TITLES[scope]?.() ?? "";
    this.querySelector(".list-head").hidden = Boolean(title);
    this.querySelector(".list-title").hidden = !title;
    this.querySelector(".list-title h2").textContent = title;
    await this.load();
  }

  async load() {
    const scope = this.scope;
    try {
      const html = await getText(`/conversations/?scope=${scope}`);
      if (scope === this.scope) this.#arrange(fragment(html).children);
    } catch (error) {
      if (scope === this.scope) this.#failed(error, () => this.load());
    }
  }

  async #more() {
    const { next } = this.#rows;
    if (!next || next.hasAttribute("data-asked")) return;
    next.setAttribute("data-asked", "");
    try {
      const html = await getText(`/conversations/?scope=${this.scope}&before=${encodeURIComponent(next.dataset.before)}`);
      if (!next.isConnected) return;
      next.remove();
      this.#rows.add([...fragment(html).children], EMPTY[this.scope]());
      this.#watchEnd();
    } catch (error) {
      next.removeAttribute("data-asked");
      if (next.isConnected) this.#failed(error, () => this.#more());
    }
  }

  #failed(error, again) {
    this.querySelector(".list-error")?.remove();
    const html = '<p class="list-error"><span></span> <button class="button button-quiet" type="button"></button></p>';
    const box = fragment(html).firstElementChild;
    box.querySelector("span").textContent = error.message;
    const button = box.querySelector("button");
    button.textContent = t("Try again");
    button.addEventListener("click", () => {
      box.remove();
      again();
    });
    this.#rows.append(box);
  }
}

customElements.define("conversation-list", ConversationList);
