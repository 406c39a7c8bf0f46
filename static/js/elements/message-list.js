/** The messages of a conversation: takes the server's HTML, follows the socket, and heals every doubt by fetching again. */

import "elements/markdown-text.js";
import "elements/thinking-block.js";
import { Asked } from "lib/asked.js";
import { Bubbles } from "lib/bubbles.js";
import { announce, fragment, tell } from "lib/dom.js";
import { Earlier } from "lib/earlier.js";
import { Follow } from "lib/follow.js";
import { t } from "lib/i18n.js";
import { MessageMenu } from "lib/message-menu.js";
import { isLive } from "lib/morph.js";
import { Refresher } from "lib/refresher.js";
import { getText, request } from "lib/requests.js";
import { on, send, socket } from "lib/socket.js";
import { localTimes } from "lib/times.js";
import { toastError } from "lib/toast.js";
import { Waiting } from "lib/waiting.js";

const FOUND_MS = 2400;

class MessageList extends HTMLElement {
  #bubbles;
  #follow;
  #earlier;
  #waiting;
  #asked;
  #menu;
  #refresher = new Refresher({
    fetch: (message) => this.#fetch(message),
    take: async (message, { article, askedAt }) => this.#took(await this.#bubbles.take(article, askedAt)),
    gone: (message) => this.#gone(message),
    fail: () => {}, // the line is down; once it is back everything is asked again
  });
  #wasOpen = false;
  #stops = [];

  connectedCallback() {
    const bubbles = (this.#bubbles = new Bubbles(this));
    const scroller = this.closest(".scroll") ?? document.scrollingElement;
    const follow = new Follow({ scroller, content: bubbles.box, room: this.querySelector(".room"), onChange: () => this.#showEnd() });
    this.#follow = follow;
    this.#earlier = new Earlier({ list: this, bubbles, follow, scroller });
    const isConnected = () => socket.state === "open";
    this.#waiting = new Waiting({ bubbles, doubt: (article) => this.#doubt(article), isConnected });
    const resync = () => this.#resync();
    this.#asked = new Asked({ list: this, bubbles, follow, resync, refresh: (message) => this.#refresher.ask(message) });
    this.#menu = new MessageMenu({ menu: this.querySelector("#message-menu"), bubbles, changed: resync });
    localTimes(this);
    bubbles.groom();
    this.#listen();
    if (socket.state === "open") this.#subscribe();
    queueMicrotask(() => this.#shown()); // after navigation.js has said that the page is there
  }

  disconnectedCallback() {
    for (const stop of this.#stops.splice(0)) stop();
    for (const part of [this.#follow, this.#earlier, this.#waiting]) part.stop();
    if (this.conversation) send({ type: "conversation.close", conversation: this.conversation });
  }

  get conversation() {
    return Number(this.dataset.conversation) || null;
  }

  #listen() {
    const frames = {
      state: ({ state }) => state === "open" && this.#subscribe(),
      "conversation.opened": (frame) => this.#subscribed(frame),
      "message.created": (frame) => this.#created(frame),
      "message.delta": (frame) => this.#delta(frame),
      "message.changed": (frame) => this.#changed(frame),
      "attachment.changed": (frame) => this.#fileChanged(frame),
      resync: () => this.#resync(),
    };
    for (const [type, act] of Object.entries(frames)) {
      const isOurs = ({ conversation }) => conversation === undefined || conversation === this.conversation;
      this.#stops.push(on(type, (frame) => isOurs(frame) && act(frame)));
    }
    this.#hear(document, {
      "message-pending": ({ detail }) => this.#asked.pending(detail),
      "message-accepted": ({ detail }) => this.#accepted(detail),
      "message-refused": ({ detail }) => this.#asked.refused(detail),
      "message-retry": ({ detail }) => this.#asked.retry(detail),
      "message-choose": ({ detail }) => this.#chooseMade(detail.message).catch(toastError),
      "copy-last-reply": () => this.#copyLast(".message[data-role=assistant] message-actions"),
      "copy-last-code": () => this.#copyLast("code-block"),
    });
    this.#hear(window, { hashchange: () => this.#showLinked() });
    this.#hear(this, { click: (event) => this.#clicked(event) });
  }

  #hear(target, acts) {
    for (const [type, act] of Object.entries(acts)) {
      target.addEventListener(type, act);
      this.#stops.push(() => target.removeEventListener(type, act));
    }
  }

  #shown() {
    for (const article of this.#bubbles.running) this.#tellState(article);
    this.#showLinked();
  }

  /* The socket */

  #subscribe() {
    const { conversation } = this;
    if (!conversation) return;
    const live = this.#bubbles.live.filter(hasRow);
    const lengths = Object.fromEntries(live.map((article) => [article.dataset.message, this.#bubbles.lengths(article)]));
    send({ type: "conversation.open", conversation, lengths });
  }

  /** After a break, or where somebody wrote between the page and the line, there may be messages nobody told us of. */
  #subscribed({ live }) {
    if (this.#wasOpen || live.some((message) => !this.#bubbles.find(message))) this.#resync();
    this.#wasOpen = true;
  }

  #created({ message, parent, role, client_id }) {
    if (this.#bubbles.find(message)) return;
    const isOurs = this.#bubbles.pendingOf(client_id, role);
    if (!isOurs && !this.#bubbles.isEnd(parent)) return this.#besideUs(parent);
    const article = isOurs ?? this.#bubbles.addPending(role, client_id, parent);
    this.#bubbles.adopt(article, message, parent);
    this.#refresher.ask(message);
    this.#tellState(article);
  }

  /** Somebody made a branch: the switch of what we look at counts one more. */
  #besideUs(parent) {
    const sibling = this.#bubbles.all.find(({ dataset }) => dataset.parent === String(parent ?? "") && dataset.message);
    if (sibling) this.#refresher.ask(Number(sibling.dataset.message));
  }

  #delta({ message, revision, ops }) {
    const article = this.#bubbles.find(message);
    if (!article) return;
    this.#waiting.heard(article);
    const before = this.#bubbles.lengths(article).length;
    if (!ops.every((op) => this.#bubbles.append(article, op))) return this.#peek(article);
    if (revision <= Number(article.dataset.revision)) return;
    article.dataset.revision = revision;
    if (article.dataset.status !== "streaming" || !before) this.#begun(article);
  }

  #begun(article) {
    article.querySelector("[data-waiting]")?.remove();
    article.dataset.status = "streaming";
    announce(t("The reply has started."));
    this.#tellState(article);
  }

  #changed({ message, revision, status }) {
    const article = this.#bubbles.find(message);
    if (!article) return this.#changedElsewhere(message);
    this.#waiting.heard(article);
    const isOver = isLive(article) && !isLive({ dataset: { status } });
    this.#refresher.ask(message, revision);
    if (isOver) this.#over(article, status);
  }

  #over(article, status) {
    const words = { complete: t("The reply is finished."), failed: t("The reply failed."), waiting: t("The reply waits for you: look at its calls.") };
    announce(words[status] ?? t("The reply was stopped."));
    const question = this.#bubbles.find(article.dataset.parent);
    // Its files have got their receipts now.
    if (question?.querySelector("[data-attachment]")) this.#refresher.ask(Number(question.dataset.message));
  }

  /** On a branch not in view, or restored: nobody else moves what we look at, unless it continues it. */
  async #changedElsewhere(message) {
    const found = await this.#fetch(message).catch(() => null);
    if (!found || !this.isConnected || this.#bubbles.find(message)) return;
    const parent = Number(found.article.dataset.parent) || null;
    if (this.#bubbles.isEnd(parent)) this.#resync();
    else this.#besideUs(parent);
  }

  #fileChanged({ attachment }) {
    const tiles = [...this.querySelectorAll(`[data-attachment="${Number(attachment)}"]`)];
    const articles = new Set(tiles.map((tile) => tile.closest(".message")).filter((article) => article && hasRow(article)));
    for (const { dataset } of articles) this.#refresher.ask(Number(dataset.message));
  }

  #peek(article) {
    send({ type: "reply.peek", message: Number(article.dataset.message), lengths: this.#bubbles.lengths(article) });
  }

  /** Silence: perhaps a frame was lost, perhaps the writer is gone, which the row will tell. */
  #doubt(article) {
    if (!hasRow(article)) return;
    this.#peek(article);
    this.#refresher.ask(Number(article.dataset.message));
  }

  #tellState(article) {
    const { role, message, status } = article.dataset;
    if (role === "assistant" && message) tell("reply-state", { message: Number(message), status });
  }

  /* Fetching */

  async #fetch(message) {
    const askedAt = performance.now();
    const html = await getText(`/messages/${message}/`).catch((error) => {
      if (error.status === 404) return "";
      throw error;
    });
    const article = fragment(html).querySelector(".message");
    return article && { article, askedAt, revision: Number(article.dataset.revision) };
  }

  #took(article) {
    if (!article) return;
    this.#tellState(article);
    if (article.dataset.comparison && !article.closest("side-by-side")) this.#resync(); // others stand beside it
  }

  #gone(message) {
    const article = this.#bubbles.find(message);
    if (!article) return;
    this.#bubbles.cutAfter(message);
    article.remove();
    this.#resync();
  }

  /** The newest page once more, as the server would show it now. */
  async #resync() {
    const { conversation } = this;
    if (!conversation) return;
    const askedAt = performance.now();
    const html = await getText(`/c/${conversation}/`, { headers: { "X-Swap": "1" } }).catch(() => "");
    if (!html || !this.isConnected || conversation !== this.conversation) return; // the open socket comes here again
    const page = new DOMParser().parseFromString(html, "text/html");
    const fresh = [...page.querySelectorAll("message-list .messages > *")];
    await this.#bubbles.reconcile(fresh.map((node) => document.adoptNode(node)), askedAt);
    for (const article of this.#bubbles.live.filter(hasRow)) {
      this.#tellState(article);
      this.#peek(article);
    }
  }

  /* What a person does */

  #accepted(detail) {
    const isFirst = !this.conversation && detail.frame?.conversation === null;
    if (isFirst) this.dataset.conversation = detail.conversation;
    this.#asked.accepted(detail);
    if (isFirst) this.#subscribe();
  }

  #clicked(event) {
    const pressed = event.target.closest("[data-action]");
    if (!pressed || pressed.closest("[role=menu]")) return;
    const article = pressed.closest(".message");
    const acts = {
      older: () => this.#earlier.load().catch(toastError),
      end: () => this.#follow.toEnd(),
      retry: () => this.#asked.retry({ message: Number(article.dataset.message) }),
      model: () => this.#asked.retryWithAnother(article),
      continue: () => this.#asked.goOn(article),
      choose: () => this.#choose(article, pressed).catch(toastError),
      unfold: () => this.#unfold(pressed),
      menu: () => this.#menu.open(article, pressed),
    };
    acts[pressed.dataset.action]?.();
  }

  /** ‹ 2/3 ›: the other answer comes to where this one was, with all that follows it. */
  async #choose(article, pressed) {
    const side = pressed.getAttribute("aria-label");
    const response = await request("POST", `/messages/${pressed.dataset.sibling}/choose/`);
    const html = await response.text();
    if (!article.isConnected) return;
    this.#follow.release();
    this.#bubbles.replaceFrom(article, html);
    const chosen = this.#bubbles.find(pressed.dataset.sibling);
    const buttons = [...(chosen?.querySelectorAll("[data-action=choose]") ?? [])].filter(({ disabled }) => !disabled);
    (buttons.find((button) => button.ariaLabel === side) ?? buttons[0])?.focus({ preventScroll: true });
    this.#shown();
    if (this.#bubbles.live.length) this.#subscribe();
  }

  /** An answer that somebody has just asked for beside another: it comes into view, with the switch between them. */
  async #chooseMade(message) {
    if (this.#bubbles.find(message)?.closest("side-by-side")) return this.#chooseColumn(message);
    const found = await this.#fetch(message);
    if (!found || this.#bubbles.find(message)) return;
    const { parent } = found.article.dataset;
    const beside = this.#bubbles.all.find(({ dataset }) => dataset.parent === parent);
    if (!beside) return this.#resync();
    const response = await request("POST", `/messages/${message}/choose/`);
    const html = await response.text();
    if (!beside.isConnected) return;
    this.#follow.release();
    this.#bubbles.replaceFrom(beside, html);
    this.#bubbles.find(message)?.scrollIntoView({ block: "nearest" });
    this.#shown();
  }

  async #chooseColumn(message) {
    await request("POST", `/messages/${message}/choose/`);
    await this.#resync();
  }

  #unfold(button) {
    const fold = button.previousElementSibling;
    const isFolded = fold.toggleAttribute("data-folded");
    button.setAttribute("aria-expanded", String(!isFolded));
    button.textContent = isFolded ? t("Show all") : t("Show less");
    if (isFolded) button.closest(".message").scrollIntoView({ block: "nearest" });
  }

  #copyLast(selector) {
    [...this.querySelectorAll(selector)].at(-1)?.copy();
  }

  /** /c/1/#m2: there it is, older pages or not, with a light on it for a moment. */
  async #showLinked() {
    const message = /^#m(\d+)$/.exec(location.hash)?.[1];
    if (!message) return;
    this.#follow.release();
    const article = await this.#earlier.find(message).catch(() => null);
    if (!article?.isConnected) return;
    this.#follow.hold(article);
    article.focus({ preventScroll: true });
    article.dataset.found = "";
    setTimeout(() => delete article.dataset.found, FOUND_MS);
  }

  #showEnd() {
    const button = this.querySelector(".to-end");
    if (!button || !this.#follow) return;
    const { isFollowing, isAtEnd } = this.#follow;
    button.hidden = isFollowing || isAtEnd;
    const label = this.#bubbles.live.length ? t("New text") : t("To the end");
    const words = button.querySelector("[data-label]");
    if (!button.hidden && words.textContent !== label) words.textContent = label;
  }
}

const hasRow = ({ dataset }) => Boolean(dataset.message);
customElements.define("message-list", MessageList);
