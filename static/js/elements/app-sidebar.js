/** The frame around the content: sidebar and right panel, beside it on a desktop, as sheets over it on a phone. */

import { isNarrow } from "lib/dom.js";
import { isComposing } from "lib/ime.js";
import { remember } from "lib/preferences.js";

const isPanelOver = () => matchMedia("(width < 75rem)").matches;

class AppSidebar extends HTMLElement {
  #stop = null;
  #opener = null; // where the focus goes back to when a sheet closes

  connectedCallback() {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    document.addEventListener("click", (event) => this.#clicked(event), { signal });
    document.addEventListener("keydown", (event) => this.#escape(event), { signal });
    document.addEventListener("toggle-sidebar", () => this.#toggle(), { signal });
    document.addEventListener("toggle-panel", () => this.#togglePanel(), { signal });
    document.addEventListener("conversation-opened", () => this.#opened(), { signal });
    matchMedia("(width < 48rem)").addEventListener("change", () => this.#settle(), { signal });
    this.#settle();
  }

  disconnectedCallback() {
    this.#stop.abort();
  }

  #clicked({ target }) {
    if (target.closest("[data-open-sidebar], [data-fold-sidebar]")) this.#toggle();
    if (target.closest("[data-toggle-panel]")) this.#togglePanel();
    if (target.closest("[data-close-sheets]")) this.#closeSheets();
    if (target.closest("#sidebar a") && isNarrow()) this.#closeSheets();
  }

  #toggle() {
    const { dataset } = document.body;
    if (isNarrow()) return dataset.sheet === "sidebar" ? this.#closeSheets() : this.#openSheet();
    const isFolded = dataset.sidebar !== "folded";
    dataset.sidebar = isFolded ? "folded" : "open";
    remember("sidebar", dataset.sidebar);
    const next = isFolded ? ".open-sidebar" : "[data-fold-sidebar]";
    if (document.activeElement === document.body) document.querySelector(next)?.focus();
  }

  #openSheet() {
    this.#opener = document.activeElement;
    document.body.dataset.sheet = "sidebar";
    this.#settle();
    this.querySelector("a, button")?.focus();
  }

  #togglePanel() {
    const panel = document.getElementById("panel");
    if (!panel?.childElementCount) return;
    const isOpen = document.body.dataset.panel !== "open";
    if (isOpen) this.#opener = document.activeElement;
    document.body.dataset.panel = isOpen ? "open" : "folded";
    this.#settle();
    if (isOpen) panel.querySelector(".panel-body :is(button, input, select, textarea), button")?.focus();
    else this.#giveBack();
  }

  #closeSheets() {
    delete document.body.dataset.sheet;
    if (isPanelOver()) document.body.dataset.panel = "folded";
    this.#settle();
    this.#giveBack();
  }

  #escape(event) {
    if (event.key !== "Escape" || event.defaultPrevented || isComposing(event)) return;
    if (document.querySelector("dialog[open], :popover-open:not([popover=manual])")) return; // they come first
    const { dataset } = document.body;
    if (!dataset.sheet && !(dataset.panel === "open" && isPanelOver())) return;
    event.preventDefault();
    this.#closeSheets();
  }

  #opened() {
    if (isNarrow()) document.body.dataset.panel = "folded";
    this.#settle();
  }

  #giveBack() {
    if (this.#opener?.isConnected) this.#opener.focus();
    this.#opener = null;
  }

  /** Says to assistive technology what is open, and takes what a sheet covers out of reach. */
  #settle() {
    const { dataset } = document.body;
    const isSheet = isNarrow() && dataset.sheet === "sidebar";
    document.getElementById("main").inert = isSheet;
    this.#markPlace();
    const isPanel = dataset.panel === "open";
    document.querySelector(".bar > .open-panel")?.setAttribute("aria-expanded", String(isPanel));
    document.querySelector(".bar > .open-sidebar")?.setAttribute("aria-expanded", String(isSheet));
  }

  #markPlace() {
    for (const link of this.querySelectorAll(".sidebar-places > a")) {
      if (location.pathname.startsWith(link.pathname)) link.ariaCurrent = "page";
      else link.ariaCurrent = null;
    }
  }
}

customElements.define("app-sidebar", AppSidebar);
