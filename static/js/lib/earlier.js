/** Older messages come as one scrolls up, a page at a time, without moving what is read; a permalink loads until it is there. */

import { getText } from "lib/requests.js";

const NEAR = "900px 0px 0px 0px";

export class Earlier {
  #list;
  #bubbles;
  #follow;
  #marker;
  #loading = null;
  #observer;

  constructor({ list, bubbles, follow, scroller }) {
    this.#list = list;
    this.#bubbles = bubbles;
    this.#follow = follow;
    this.#marker = list.querySelector(".older");
    this.#observer = new IntersectionObserver((entries) => this.#seen(entries), { root: scroller, rootMargin: NEAR });
    this.#watch();
  }

  stop() {
    this.#observer.disconnect();
  }

  get hasMore() {
    return !this.#marker.hidden;
  }

  /** One page more; resolves to whether anything came. */
  load() {
    this.#loading ??= this.#loadPage().finally(() => (this.#loading = null));
    return this.#loading;
  }

  /** The article of `message`, loading pages until it is there; null where it is on none of them. */
  async find(message) {
    for (;;) {
      const found = this.#bubbles.find(message);
      if (found || !this.hasMore || !(await this.load())) return found;
    }
  }

  async #loadPage() {
    const { first } = this.#bubbles;
    if (!first || !this.hasMore) return false;
    const html = await getText(`/c/${this.#list.dataset.conversation}/messages/?before=${first.dataset.message}`);
    if (!this.#list.isConnected || this.#bubbles.first !== first) return false;
    const before = this.#bubbles.all.length;
    this.#follow.keep(first, () => (this.#marker.hidden = !this.#bubbles.prepend(html)));
    this.#watch();
    return this.#bubbles.all.length > before;
  }

  #watch() {
    this.#observer.unobserve(this.#marker); // observing anew tells again where it is
    if (this.hasMore) this.#observer.observe(this.#marker);
  }

  #seen(entries) {
    // At first the page stands at its top for a moment, before it goes to the end.
    const { isFollowing, below } = this.#follow;
    if (entries.some((entry) => entry.isIntersecting) && !(isFollowing && below > 0)) this.load().catch(() => {});
  }
}
