/** Fetches messages anew, one request per message at a time; a hint that comes meanwhile is followed by one more. */

const TRIES = 5;
const FIRST_PAUSE_MS = 120;

export class Refresher {
  #wanted = new Map(); // message: the least revision that it must show
  #running = new Set();
  #work;

  /** `fetch(message)` resolves to something with `revision`, or null where the message is gone; then take() or gone(). */
  constructor({ fetch, take, gone, fail, pause = (ms) => new Promise((done) => setTimeout(done, ms)) }) {
    this.#work = { fetch, take, gone, fail, pause };
  }

  ask(message, revision = 0) {
    this.#wanted.set(message, Math.max(revision, this.#wanted.get(message) ?? 0));
    if (!this.#running.has(message)) this.#run(message);
  }

  forget() {
    this.#wanted.clear();
  }

  async #run(message) {
    this.#running.add(message);
    try {
      for (let tries = 0; this.#wanted.has(message); tries += 1) await this.#once(message, tries);
    } catch (error) {
      this.#wanted.delete(message); // the next hint, or the open socket, asks again
      this.#work.fail(error);
    } finally {
      this.#running.delete(message);
    }
  }

  async #once(message, tries) {
    const { fetch, take, gone, pause } = this.#work;
    const least = this.#wanted.get(message);
    this.#wanted.delete(message);
    const found = await fetch(message);
    if (!found) return gone(message);
    if (found.revision >= least || tries >= TRIES) return take(message, found);
    this.#wanted.set(message, Math.max(least, this.#wanted.get(message) ?? 0)); // read before the row was written
    await pause(FIRST_PAUSE_MS * 2 ** tries);
  }
}
