/** Under a reply that waits: decides about all its calls at once, or ends it here. */

import { sending } from "lib/sending.js";

class ToolAsks extends HTMLElement {
  #stop = new AbortController();

  connectedCallback() {
    this.#stop = new AbortController();
    this.addEventListener("click", (event) => this.#clicked(event), this.#stop);
  }

  disconnectedCallback() {
    this.#stop.abort();
  }

  get #steps() {
    return [...this.closest(".message").querySelectorAll("tool-step")].filter(({ isAsked }) => isAsked);
  }

  #clicked({ target }) {
    const action = target.closest("[data-asks]")?.dataset.asks;
    if (action === "stop") sending.stop(Number(this.dataset.message));
    if (action === "refuse") for (const step of this.#steps) step.decide("refuse");
    if (action === "approve") for (const step of this.#steps.filter(({ dataset }) => "mayRun" in dataset)) step.decide("approve");
  }
}

customElements.define("tool-asks", ToolAsks);
