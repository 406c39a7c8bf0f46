/** One paid job in a message: its bar grows, its clock counts, its buttons act; the server's HTML is fetched when it changes. */

import { announce, fragment, isCoarse } from "lib/dom.js";
import { Growth } from "lib/growth.js";
import { act } from "lib/job-acts.js";
import { isOpen, leftWords, spoken } from "lib/job-words.js";
import { lengthText } from "lib/measures.js";
import { morphCard } from "lib/morph.js";
import { Refresher } from "lib/refresher.js";
import { getText } from "lib/requests.js";
import { on } from "lib/socket.js";
import { everySecond } from "lib/ticking.js";

const SILENT_MS = 45_000; // no poll is as far apart; perhaps a frame was lost

class GenerationCard extends HTMLElement {
  static observedAttributes = ["data-generation", "data-state", "data-elapsed", "data-revision"];
  #growth = null;
  #stops = [];
  #began = 0;
  #heardAt = 0;
  #stillCounting = null;
  #isSettling = false;
  #spokenState = "";
  #refresher = new Refresher({
    fetch: () => this.#fetch(),
    take: (_id, { card }) => this.isConnected && morphCard(this, card),
    gone: () => this.remove(),
    fail: () => {}, // once the line is back the whole list is fetched anew
  });

  connectedCallback() {
    if (this.generation) this.#begin(); // one that is on its way to the server gets its row's attributes later
  }

  #begin() {
    this.#spokenState = this.dataset.state;
    this.#stops = [on("generation.changed", (frame) => this.#hear(frame))];
    this.addEventListener("click", this.#clicked);
    this.#settle();
  }

  disconnectedCallback() {
    for (const stop of this.#stops.splice(0)) stop();
    this.removeEventListener("click", this.#clicked);
    this.#growth?.stop();
    this.#count(false);
  }

  /** The server's newer HTML has come, piece by piece: taken in once all of it is there. */
  attributeChangedCallback(_name, old) {
    if (!this.isConnected || this.#isSettling) return;
    this.#isSettling = true;
    queueMicrotask(() => {
      this.#isSettling = false;
      if (!this.isConnected || !this.generation) return;
      if (this.#stops.length) this.#settle();
      else this.#begin();
    });
  }

  get generation() {
    return Number(this.dataset.generation) || 0;
  }

  #settle() {
    const { state, elapsed, progress, left, label } = this.dataset;
    this.#began = performance.now() - Number(elapsed) * 1000;
    this.#heardAt = performance.now();
    this.#show({ progress: Number(progress), left_s: Number(left) || null, is_slow: "slow" in this.dataset });
    this.#count(isOpen(state));
    const words = spoken(this.#spokenState, state, label);
    this.#spokenState = state;
    if (words) announce(words);
  }

  #count(isCounting) {
    if (isCounting === Boolean(this.#stillCounting)) return;
    if (isCounting) this.#stillCounting = everySecond(() => this.#tick());
    else {
      this.#stillCounting();
      this.#stillCounting = null;
    }
  }

  #tick() {
    const clock = this.querySelector("[data-clock]");
    const words = lengthText((performance.now() - this.#began) / 1000);
    if (clock && clock.textContent !== words) clock.textContent = words;
    if (performance.now() - this.#heardAt > SILENT_MS) this.refresh();
  }

  #hear({ generation, revision, state, ...facts }) {
    if (generation !== this.generation) return;
    this.#heardAt = performance.now();
    // While a picture is streamed each step brings a better one.
    const isDrawing = this.dataset.kind === "image" && state === "submitting" && revision > Number(this.dataset.revision);
    if (state !== this.dataset.state || isDrawing) return this.refresh(revision);
    if (isOpen(state)) this.#show(facts);
  }

  refresh(revision = 0) {
    this.#heardAt = performance.now();
    this.#refresher.ask(this.generation, revision);
  }

  async #fetch() {
    const html = await getText(`/generations/${this.generation}/`).catch((error) => {
      if (error.status === 404) return "";
      throw error;
    });
    const card = fragment(html).querySelector("generation-card");
    return card && { card, revision: Number(card.dataset.revision) };
  }

  #show(facts) {
    const bar = this.querySelector(".progress-bar");
    if (!bar) {
      this.#growth?.stop();
      this.#growth = null;
      return;
    }
    if (this.#growth?.bar !== bar) this.#growth = new Growth(bar);
    this.#growth.set(facts);
    bar.parentElement.ariaValueNow = String(Math.round((facts.progress ?? 0) * 100));
    const words = leftWords({ state: this.dataset.state, ...facts });
    const left = this.querySelector("[data-left-words]");
    if (left && left.textContent !== words) left.textContent = words;
  }

  #clicked = (event) => {
    const button = event.target.closest("[data-act]");
    if (!button) return;
    if (isCoarse()) button.blur();
    act(button.dataset.act, { generation: this.generation, conversation: Number(this.dataset.conversation) }, button);
  };
}

customElements.define("generation-card", GenerationCard);
