/** Which replies of the conversation in view are being written, told by the socket's frames in whatever order they come. */

const LIVE = new Set(["queued", "streaming"]);

export class Running {
  #statuses = new Map(); // message: status, of those being written
  #unsure = new Set(); // over, but nobody has said how
  #ended = new Set(); // a late "accepted" or delta must not bring these back to life
  #act;

  /** `act(message, status)` is called for each change. */
  constructor(act) {
    this.#act = act;
  }

  get messages() {
    return [...this.#statuses.keys()];
  }

  /** The server's list after subscribing: what is not in it has ended while nobody listened; how, `changed` tells next. */
  opened({ live }) {
    for (const message of this.messages.filter((id) => !live.includes(id))) {
      this.#statuses.delete(message);
      this.#unsure.add(message);
    }
    for (const message of live) {
      this.#ended.delete(message);
      if (!this.#statuses.has(message)) this.#set(message, "queued");
    }
  }

  /** One whose pictures or films are made elsewhere is not being written: the next question may be asked. */
  created({ message, role, status }) {
    if (role !== "assistant") return;
    if (status === "generating") this.#elsewhere(message);
    else if (!this.#ended.has(message)) this.#begin(message);
  }

  #elsewhere(message) {
    if (this.#statuses.has(message)) this.#set(message, "generating");
    this.#ended.add(message);
  }

  accepted({ reply, status }) {
    if (status === "generating") this.#elsewhere(reply);
    else if (!this.#ended.has(reply)) this.#begin(reply);
  }

  #begin(message) {
    if (!this.#statuses.has(message)) this.#set(message, "queued");
  }

  delta({ message }) {
    if (this.#statuses.get(message) === "queued") this.#set(message, "streaming");
  }

  /** The row's word counts, also for a reply that is continued. */
  changed({ message, status }) {
    if (LIVE.has(status) || this.#statuses.has(message) || this.#unsure.has(message)) this.#set(message, status);
    if (!LIVE.has(status)) this.#ended.add(message);
  }

  #set(message, status) {
    const isLive = LIVE.has(status);
    if (this.#statuses.get(message) === status) return;
    if (isLive) this.#statuses.set(message, status);
    else this.#statuses.delete(message);
    this.#unsure.delete(message);
    this.#ended[isLive ? "delete" : "add"](message);
    this.#act(message, status);
  }
}
