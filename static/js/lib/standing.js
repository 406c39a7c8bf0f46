/** Where a conversation stands for its next message: what runs, what the server has not answered yet, what comes last. */

import { Running } from "lib/running.js";

const WELL = new Set(["complete", "generating"]); // what is being made does not keep anybody from asking on
const CATCH_UP_MS = 1000; // for <message-list> to fetch what was missed; the queue answers the reply that comes last then

export class Standing {
  conversation = null;
  place = "";
  isKnown = false; // the server has said what runs here, and the page has caught up with it
  isHeld = false; // the last reply did not end well, or was stopped: nothing follows it by itself
  #outbox;
  #sending;
  #page;
  #changed;
  #catchingUp = 0;
  #own = new Set(); // client ids asked from here
  #running;
  #stopping = new Set(); // replies told to stop; the server takes the next question at once
  #stoppedEarly = new Set(); // client ids stopped before their reply had a name
  #lastReply = null; // accepted, perhaps not on the page yet
  #newest = 0; // the highest reply seen
  #statuses = new Map(); // of replies, as the line told them: the page may be behind

  /** `page`: isShown(message), replies() → [{message, status}] in order, mark (kept with the page's address).
   *
   * `act(message, status)` is called when a reply begins, goes on or ends, `changed()` when anything may have changed.
   */
  constructor({ outbox, sending, page, act, changed }) {
    this.#outbox = outbox;
    this.#sending = sending;
    this.#page = page;
    this.#running = new Running((message, status) => {
      if (!this.#running.messages.includes(message)) this.#ended(message, status);
      this.#newest = Math.max(this.#newest, message);
      act(message, status);
      changed();
    });
    this.#changed = changed;
  }

  /** Listens to the socket's `on`; returns a function that stops it. */
  follow(on) {
    const here = (act) => (frame) => frame.conversation === this.conversation && act(frame);
    const stops = [
      on("state", () => this.#lineChanged()),
      on("conversation.opened", here((frame) => this.#opened(frame))),
      on("message.created", here((frame) => this.#running.created(frame))),
      on("message.delta", here((frame) => this.#running.delta(frame))),
      on("message.changed", here((frame) => this.#told(frame))),
    ];
    const replies = this.#page.replies();
    this.#newest = Math.max(0, ...replies.map(({ message }) => message));
    for (const reply of replies) this.#running.changed(reply);
    this.isHeld = replies.length > 0 && !this.#running.messages.length && !WELL.has(replies.at(-1).status);
    return () => {
      clearTimeout(this.#catchingUp);
      stops.forEach((stop) => stop());
    };
  }

  #lineChanged() {
    this.isKnown = false;
    this.#statuses.clear();
  }

  #told(frame) {
    this.#statuses.set(frame.message, frame.status);
    this.#running.changed(frame);
  }

  #opened(frame) {
    this.#running.opened(frame);
    this.#changed();
    clearTimeout(this.#catchingUp);
    this.#catchingUp = setTimeout(() => {
      this.isKnown = true;
      this.#changed();
    }, CATCH_UP_MS);
  }

  #ended(message, status) {
    const wasStopped = this.#stopping.delete(message);
    if (!wasStopped) this.isHeld = !WELL.has(status);
  }

  /** A question has been asked from here. */
  asked(client_id) {
    this.isHeld = false;
    this.#own.add(client_id);
    if (!this.conversation) this.#page.mark = client_id;
  }

  isOwn(client_id) {
    return this.#own.has(client_id) || this.#page.mark === client_id;
  }

  /** `replies`: of a question that several models answer side by side. */
  accepted({ client_id, reply, replies = [reply] }) {
    const isStopped = this.#stoppedEarly.delete(client_id);
    this.#lastReply = reply;
    for (const one of replies) {
      if (isStopped) this.#stopping.add(one);
      this.#running.accepted({ reply: one });
    }
  }

  /** Questions of this page that the server has not answered yet. Conversations without an address are told apart. */
  get pending() {
    const isOfPage = ({ frame, place }) =>
      frame.type === "message.create" && place === this.place && (this.conversation || this.isOwn(frame.client_id));
    return this.#outbox.waiting().filter(isOfPage);
  }

  /** Replies being written on the branch in view. */
  get live() {
    this.#forgetShown();
    const isShown = (id) => id === this.#lastReply || this.#page.isShown(id);
    return this.#running.messages.filter((id) => !this.#stopping.has(id) && isShown(id));
  }

  /** "send", "stop", or "back": the question has not left yet and can be taken back. */
  get activity() {
    const { pending } = this;
    if (pending.length) return pending.every(({ is_sent }) => !is_sent) ? "back" : "stop";
    return this.live.length ? "stop" : "send";
  }

  /** The reply that the next message answers: the last one shown, or one accepted that is not on the page yet. */
  get leaf() {
    this.#forgetShown();
    return this.#lastReply ?? this.#page.replies().at(-1)?.message ?? null;
  }

  /** The reply that the next message answers waits for a person to decide about its calls. */
  get isAsking() {
    const { leaf } = this;
    const status = this.#statuses.get(leaf) ?? this.#page.replies().findLast(({ message }) => message === leaf)?.status;
    return status === "waiting";
  }

  /** Nothing after it was ever on this page: if the server knows of something, the page was behind. */
  isNewest(message) {
    return message !== null && message >= this.#newest;
  }

  /** Once it is on the page the page decides: another branch may be chosen there. */
  #forgetShown() {
    if (this.#lastReply && this.#page.isShown(this.#lastReply)) this.#lastReply = null;
  }

  stop() {
    this.isHeld = true;
    for (const { frame } of this.pending) {
      this.#stoppedEarly.add(frame.client_id);
      this.#sending.stopPending(frame.client_id);
    }
    for (const message of this.live) this.stopReply(message);
  }

  stopReply(message) {
    this.#stopping.add(message);
    this.isHeld = true;
    this.#sending.stop(message);
  }
}
