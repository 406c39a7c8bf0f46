/** The tabs at the head of the right panel; "open-wire" brings the wire of a reply into view. */

import { tell } from "lib/dom.js";
import { choose, listen } from "lib/tabs.js";

class PanelTabs extends HTMLElement {
  #stop = new AbortController();

  connectedCallback() {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    listen(this, signal, (tab) => this.#shown(tab));
    document.addEventListener("open-wire", () => this.#open("tab-wire"), { signal });
    this.#shown(this.querySelector("[aria-selected=true]"));
  }

  disconnectedCallback() {
    this.#stop.abort();
    delete document.body.dataset.panelTab;
  }

  #open(id) {
    const tab = this.querySelector(`#${id}`);
    choose(this, tab);
    this.#shown(tab);
    if (document.body.dataset.panel !== "open") tell("toggle-panel");
    tab.focus({ preventScroll: true });
  }

  /** The wire needs more room than settings do: css/wire.css. */
  #shown(tab) {
    document.body.dataset.panelTab = tab.id.replace("tab-", "");
  }
}

customElements.define("panel-tabs", PanelTabs);
