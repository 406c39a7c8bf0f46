/** Counts the seconds of replies that have not begun, and doubts a live one that has been silent for long. */

import { t } from "lib/i18n.js";

const SILENT_MS = 10_000;
const SLOW_S = 15; // nearly all models have begun by then

export class Waiting {
  #bubbles;
  #doubt;
  #isConnected;
  #heardAt = new WeakMap();
  #beganAt = new WeakMap();
  #timer;

  /** `doubt(article)` is called for each SILENT_MS without a word; `isConnected()` tells of the line to the server. */
  constructor({ bubbles, doubt, isConnected }) {
    this.#bubbles = bubbles;
    this.#doubt = doubt;
    this.#isConnected = isConnected;
    this.#timer = setInterval(() => this.#look(), 1000);
  }

  stop() {
    clearInterval(this.#timer);
  }

  heard(article) {
    this.#heardAt.set(article, performance.now());
  }

  #look() {
    for (const article of this.#bubbles.live) {
      const label = article.querySelector("[data-waiting]");
      if (label) this.#count(article, label);
      if (document.visibilityState === "visible") this.#listen(article);
    }
  }

  #listen(article) {
    const now = performance.now();
    if (!this.#heardAt.has(article)) this.heard(article);
    if (now - this.#heardAt.get(article) < SILENT_MS) return;
    this.heard(article);
    this.#doubt(article);
  }

  #count(article, label) {
    if ("pending" in article.dataset) return say(label, this.#isConnected() ? t("Sending") : t("Goes out when the connection is back"));
    if (!this.#beganAt.has(article)) this.#beganAt.set(article, performance.now() - elapsedOf(label));
    const seconds = Math.floor((performance.now() - this.#beganAt.get(article)) / 1000);
    const words = seconds < SLOW_S ? t("waiting %(seconds)s s", { seconds }) : t("waiting %(seconds)s s: the gateway is slow today", { seconds });
    if (seconds > 0) say(label, words);
  }
}

function say(label, words) {
  label.querySelector("[data-label]").textContent = words;
}

/** What the server's clock says has passed already; 0 where the two clocks disagree. */
function elapsedOf(label) {
  const elapsed = Date.now() - Date.parse(label.dataset.since);
  return elapsed > 0 && elapsed < 3_600_000 ? elapsed : 0;
}
