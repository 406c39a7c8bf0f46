/** Frames that must arrive exactly once: kept in the browser until the server has answered, sent again after each break. */

import { kept } from "lib/kept.js";
import { socket } from "lib/socket.js";

const FOLDER = "outbox/";
const TEAM = "team";
const TRIES = 8; // a frame that breaks the line each time must not keep everything else from going out
const ORPHAN_AFTER_MS = 20_000; // without Web Locks: how long a frame of another tab is left to that tab
const LOOK_AGAIN_MS = 30_000;

export class Outbox {
  #kept;
  #socket;
  #browser;
  #now;
  #tab = newId();
  #tries = new Map(); // client_id: how often this tab has sent it
  #sent = new Set(); // on the line as it is now
  #listeners = { accepted: new Set(), answered: new Set(), refused: new Set(), change: new Set() };
  #isOpen = false;
  #flushes = 0; // under way
  #lastAt = 0;
  #lookAgain = null;

  /** `browser` is the window: its timers, its storage events and its navigator.locks. */
  constructor({ kept, socket, browser, now = Date.now }) {
    this.#now = now;
    this.#kept = kept;
    this.#socket = socket;
    this.#browser = browser;
  }

  start() {
    this.#holdLock();
    this.#socket.on("state", ({ state }) => this.#lineIs(state));
    this.#socket.on("message.accepted", (frame) => this.#answered("accepted", frame));
    this.#socket.on("tool.answered", (frame) => this.#answered("answered", frame));
    this.#socket.on("frame.refused", (frame) => this.#answered("refused", frame));
    this.#kept.onForeign(this.#browser, FOLDER, () => this.#foreignChange());
    return this;
  }

  /** From now on frames go out: whoever shows their answers is listening. */
  open() {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.flush();
  }

  /** Keeps the frame, sends it when the line is open, and returns its client_id.
   *
   * `about` is kept with it for whoever shows it (files); `about.team`: it may only go out while that team is in view.
   */
  send(frame, about = {}) {
    const client_id = frame.client_id ?? newId();
    const entry = { ...about, frame: { ...frame, client_id }, at: this.#nextAt(), tab: this.#tab, is_sent: false };
    this.#kept.set(FOLDER + client_id, entry);
    this.#tell("change");
    if (!this.#flushes && !this.#isHeld(entry)) this.#put(entry); // else it goes out in its turn, behind the older ones
    return client_id;
  }

  /** What still waits for its answer, oldest first: [{frame, at, tab, is_sent, isStalled, isHeld, …about}]. */
  waiting() {
    const entries = this.#kept.names(FOLDER).map((name) => this.#kept.get(name));
    const known = entries.filter((entry) => entry?.frame?.client_id);
    const told = (entry) => ({ ...entry, isStalled: this.#isStalled(entry), isHeld: this.#isHeld(entry) });
    return known.sort((a, b) => a.at - b.at).map(told);
  }

  has(client_id) {
    return this.#kept.get(FOLDER + client_id) !== undefined;
  }

  isDurable(client_id) {
    return this.#kept.isDurable(FOLDER + client_id);
  }

  /** Begun in one team while another is in view: the server would put a new conversation into the wrong one. */
  #isHeld({ team }) {
    const inView = this.#kept.get(TEAM);
    return team !== undefined && inView !== undefined && team !== inView;
  }

  /** The team that a new conversation would begin in, as the last page of this browser showed it. */
  set team(team) {
    this.#kept.set(TEAM, team);
  }

  /** Tries again what was given up after too many breaks. */
  retry() {
    this.#tries.clear();
    this.#sent.clear();
    this.#tell("change");
    return this.flush();
  }

  /** Takes back a frame that has never left, and returns its entry; null if it may have arrived. */
  takeBack(client_id) {
    const entry = this.#kept.get(FOLDER + client_id);
    if (!entry || entry.is_sent) return null;
    this.#kept.remove(FOLDER + client_id);
    this.#tell("change");
    return entry;
  }

  /** Listens to "accepted", "answered" and "refused" (answer, entry) or "change" (); returns a function that stops it. */
  on(type, act) {
    this.#listeners[type].add(act);
    return () => this.#listeners[type].delete(act);
  }

  async flush() {
    this.#flushes += 1;
    const alive = await this.#tabsAlive();
    this.#flushes -= 1;
    const entries = this.waiting();
    for (const entry of entries) {
      if (!entry.isStalled && !entry.isHeld && this.#isMine(entry, alive)) this.#put(entry);
    }
    if (entries.some(({ tab }) => tab !== this.#tab)) this.#lookLater();
  }

  #put({ isStalled, isHeld, ...entry }) {
    const { client_id } = entry.frame;
    if (!this.#isOpen || this.#socket.state !== "open" || this.#kept.isForeign || this.#sent.has(client_id)) return;
    // Marked first: after a crash in between it counts as sent, and a resend is harmless.
    this.#kept.set(FOLDER + client_id, { ...entry, tab: this.#tab, is_sent: true });
    this.#socket.send(entry.frame);
    this.#sent.add(client_id);
    this.#tries.set(client_id, (this.#tries.get(client_id) ?? 0) + 1);
  }

  #isMine({ tab, at }, alive) {
    if (tab === this.#tab) return true;
    return alive ? !alive.has(tab) : this.#now() - at > ORPHAN_AFTER_MS;
  }

  #isStalled({ frame }) {
    return (this.#tries.get(frame.client_id) ?? 0) >= TRIES && !this.#sent.has(frame.client_id);
  }

  #answered(type, answer) {
    const entry = this.#kept.get(FOLDER + answer.client_id);
    if (!entry) return;
    this.#kept.remove(FOLDER + answer.client_id);
    this.#sent.delete(answer.client_id);
    this.#tries.delete(answer.client_id);
    this.#tell(type, answer, entry);
    this.#tell("change");
  }

  #lineIs(state) {
    if (state === "open") return this.flush();
    this.#sent.clear();
    this.#tell("change");
  }

  #foreignChange() {
    this.#tell("change");
    this.#lookLater();
  }

  /** A tab may close with frames of its own still waiting; whoever is left takes them over. */
  #lookLater() {
    this.#lookAgain ??= this.#browser.setTimeout(() => {
      this.#lookAgain = null;
      this.flush();
    }, LOOK_AGAIN_MS);
  }

  #holdLock() {
    const held = new Promise(() => {}); // until the tab is gone
    this.#browser.navigator.locks?.request(lockOf(this.#tab), () => held);
  }

  async #tabsAlive() {
    const state = await this.#browser.navigator.locks?.query();
    return state && new Set(state.held.map(({ name }) => name.replace(lockOf(""), "")));
  }

  #nextAt() {
    this.#lastAt = Math.max(this.#now(), this.#lastAt + 1);
    return this.#lastAt;
  }

  #tell(type, ...details) {
    for (const act of [...this.#listeners[type]]) act(...details);
  }
}

const lockOf = (tab) => `playground/tab/${tab}`;

/** A name that nobody else makes. crypto.randomUUID is missing on http addresses other than localhost. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function ofThisTab() {
  const outbox = new Outbox({ kept, socket, browser: globalThis.window }).start();
  if (!document.querySelector("message-composer")) outbox.open(); // else the composer does, once it listens
  return outbox;
}

export const outbox = globalThis.document ? ofThisTab() : null;
