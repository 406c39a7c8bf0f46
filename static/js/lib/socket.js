/** The tab's one line to the server: every element speaks through it; it comes back by itself and notices a dead line. */

import { kept } from "lib/kept.js";

const PING_EVERY_MS = 15_000;
const ANSWER_WITHIN_MS = 14_500; // so a dead line is given up at the next ping, 30 s after its last frame
const PROBE_MS = 5_000; // after sleep or a change of network an answer is due sooner
const HANDSHAKE_MS = 10_000;
const ACK_EVERY_MS = 1000; // the server drops deltas for a browser that is a megabyte behind, so this is often enough
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
const TRIES_BEFORE_OFFLINE = 4;
const OPEN = 1; // WebSocket.OPEN
const REFUSALS = { 4401: "signed_out", 4403: "no_access" };

export class Socket {
  state = "connecting"; // connecting, open or offline
  reason = ""; // signed_out, no_access or other_user: why it does not try again by itself
  #handlers = new Map();
  #options;
  #line = null;
  #timers = {};
  #tries = 0;
  #awaitedSince = null; // when the oldest ping left that nothing has answered yet
  #isDoubted = false; // the browser reports no network, though the line has not closed
  #hasNoNetwork = false;
  #pings = 0;
  #receivedBytes = 0;
  #ackedAt = -Infinity;
  #ackedBytes = 0;
  #shownReason = "";

  /** `clock` has now, setTimeout and clearTimeout; `url` and `refusal` (a reason, or "") are asked before each try. */
  constructor({ url, WebSocket, clock, random = Math.random, refusal = () => "" }) {
    this.#options = { url, WebSocket, clock, random, refusal };
  }

  /** Calls `act(frame)` for each frame of `type` ("state": each change of state); returns a function that stops it. */
  on(type, act) {
    if (!this.#handlers.has(type)) this.#handlers.set(type, new Set());
    this.#handlers.get(type).add(act);
    this.connect();
    return () => this.#handlers.get(type).delete(act);
  }

  /** Sends now or not at all; what must arrive goes through the outbox. */
  send(frame) {
    if (this.#line?.readyState !== OPEN) return false;
    this.#line.send(JSON.stringify(frame));
    return true;
  }

  connect() {
    if (!this.#line && !this.#timers.retry && !this.reason) this.#dial();
  }

  /** The network or the person is back: try at once, or make sure that the open line is alive. */
  wake() {
    this.#hasNoNetwork = false;
    if (this.#line?.readyState === OPEN) return this.#probe();
    this.#drop(); // a handshake begun on the old network would hang
    this.#tries = 0;
    this.reason = "";
    this.#dial();
  }

  /** The browser says that there is no network. A server on this machine still answers, so the line is only doubted. */
  doubt() {
    this.#hasNoNetwork = true;
    this.#isDoubted = true;
    this.#probe();
    this.#show();
  }

  /** Ends the line for `reason` until it is woken. */
  close(reason = "closed") {
    this.#drop();
    this.#clear("retry");
    this.reason = reason;
    this.#show();
  }

  #dial() {
    const { url, WebSocket, refusal } = this.#options;
    this.#clear("retry");
    if (refusal()) return this.close(refusal());
    this.#receivedBytes = this.#ackedBytes = 0;
    const line = (this.#line = new WebSocket(url()));
    line.onopen = () => this.#opened();
    line.onmessage = (event) => this.#received(event.data);
    line.onclose = (event) => this.#lost(event.code);
    this.#after("handshake", HANDSHAKE_MS, () => this.#lost());
    this.#show();
  }

  #opened() {
    this.#clear("handshake");
    this.#trust();
    this.#ping();
  }

  #received(data) {
    this.#awaitedSince = null;
    this.#tries = 0;
    this.#clear("probe");
    this.#receivedBytes += data.length; // as the server counts: characters, which cost nothing to count
    this.#ack();
    if (this.#isDoubted) this.#trust();
    const frame = JSON.parse(data);
    this.#tell(frame.type, frame);
  }

  #trust() {
    this.#isDoubted = this.#hasNoNetwork = false;
    this.#show();
  }

  #lost(code = 0) {
    this.#drop();
    this.reason = REFUSALS[code] ?? "";
    if (!this.reason) this.#retryLater();
    this.#show();
  }

  #drop() {
    const line = this.#line;
    this.#line = null;
    this.#awaitedSince = null;
    for (const name of ["handshake", "ping", "probe", "ack"]) this.#clear(name);
    if (!line) return;
    line.onopen = line.onmessage = line.onclose = null;
    line.close();
  }

  #retryLater() {
    const { random } = this.#options;
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#tries) * (0.5 + random() / 2);
    this.#tries += 1;
    this.#after("retry", wait, () => this.#dial());
  }

  /** Browsers slow the timers of hidden tabs, so a dead line is told by an unanswered ping, not by the time alone. */
  #ping() {
    const now = this.#options.clock.now();
    if (this.#awaitedSince !== null && now - this.#awaitedSince >= ANSWER_WITHIN_MS) return this.#lost();
    this.#awaitedSince ??= now;
    this.send({ type: "ping", n: (this.#pings += 1) });
    this.#after("ping", PING_EVERY_MS, () => this.#ping());
  }

  #probe() {
    if (this.#line?.readyState !== OPEN) return;
    this.send({ type: "ping", n: (this.#pings += 1) });
    this.#after("probe", PROBE_MS, () => this.#lost());
  }

  #ack() {
    const { clock } = this.#options;
    const wait = this.#ackedAt + ACK_EVERY_MS - clock.now();
    if (wait > 0) return this.#timers.ack || this.#after("ack", wait, () => this.#ack());
    if (this.#ackedBytes === this.#receivedBytes) return;
    this.#ackedAt = clock.now();
    this.#ackedBytes = this.#receivedBytes;
    this.send({ type: "ack", bytes: this.#receivedBytes });
  }

  #show() {
    const state = this.#currentState();
    if (state === this.state && this.reason === this.#shownReason) return;
    this.state = state;
    this.#shownReason = this.reason;
    this.#tell("state", { type: "state", state, reason: this.reason });
  }

  #currentState() {
    if (this.#line?.readyState === OPEN && !this.#isDoubted) return "open";
    return this.reason || this.#hasNoNetwork || this.#tries >= TRIES_BEFORE_OFFLINE ? "offline" : "connecting";
  }

  #tell(type, frame) {
    for (const act of [...(this.#handlers.get(type) ?? [])]) {
      try {
        act(frame);
      } catch (error) {
        reportError(error); // one listener's fault must not keep the frame from the others
      }
    }
  }

  #after(name, wait, act) {
    this.#clear(name);
    this.#timers[name] = this.#options.clock.setTimeout(() => {
      this.#timers[name] = null;
      act();
    }, wait);
  }

  #clear(name) {
    if (this.#timers[name]) this.#options.clock.clearTimeout(this.#timers[name]);
    this.#timers[name] = null;
  }
}

/** Ties a socket to what the browser tells about network, sleep and a page taken out of the back/forward cache. */
export function follow(socket, window) {
  window.addEventListener("online", () => socket.wake());
  window.addEventListener("offline", () => socket.doubt());
  window.addEventListener("pageshow", (event) => event.persisted && socket.wake());
  window.document.addEventListener("visibilitychange", () => {
    if (window.document.visibilityState === "visible") socket.wake();
  });
}

function ofThisTab() {
  const url = () => `${globalThis.location.origin.replace(/^http/, "ws")}/ws/`;
  const clock = {
    now: () => performance.now(),
    setTimeout: (act, wait) => globalThis.setTimeout(act, wait),
    clearTimeout: (id) => globalThis.clearTimeout(id),
  };
  // The line would carry the cookie of whoever signed in last, on a page made for somebody else.
  const refusal = () => (kept.isForeign ? "other_user" : "");
  return new Socket({ url, WebSocket: globalThis.WebSocket, clock, refusal });
}

/** The tab's line. It connects when the first listener comes. */
export const socket = ofThisTab();
if (globalThis.document) {
  follow(socket, globalThis.window);
  kept.onUser(globalThis.window, () => (kept.isForeign ? socket.close("other_user") : socket.wake()));
}
export const on = (type, act) => socket.on(type, act);
export const send = (frame) => socket.send(frame);
