/** One folded line for what the model thought: its timer runs while thinking goes on; opened, it shows the text. */

import { t } from "lib/i18n.js";
import { inSeconds } from "lib/times.js";

class ThinkingBlock extends HTMLElement {
  #began = 0;
  #timer = null;

  connectedCallback() {
    this.addEventListener("toggle", this.#toggled, true); // "toggle" does not bubble
    if ("live" in this.dataset) this.#start();
  }

  disconnectedCallback() {
    this.removeEventListener("toggle", this.#toggled, true);
    clearInterval(this.#timer);
  }

  /** The model has gone on to its answer. The row will tell the exact time. */
  end() {
    if (!("live" in this.dataset)) return;
    clearInterval(this.#timer);
    delete this.dataset.live;
    this.#say(t("Thought %(time)s", { time: inSeconds((performance.now() - this.#began) / 1000) }));
  }

  #start() {
    this.#began ||= performance.now();
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#tick(), 1000);
    this.#tick();
  }

  #tick() {
    if (!("live" in this.dataset)) return clearInterval(this.#timer);
    const seconds = Math.floor((performance.now() - this.#began) / 1000);
    this.#say(seconds ? t("Thinking %(time)s", { time: inSeconds(seconds, 0) }) : t("Thinking"));
  }

  #say(words) {
    const label = this.querySelector("summary [data-label]");
    if (label) label.textContent = words;
  }

  #toggled = () => this.querySelector("markdown-text")?.showIfStale?.();
}

customElements.define("thinking-block", ThinkingBlock);
