/** `<side-by-side>`: several answers to one question in columns: opens and folds them, votes, goes on with one of them. */

import { announce, fragment, tell } from "lib/dom.js";
import { takeColumns } from "lib/columns.js";
import { t } from "lib/i18n.js";
import { morphMessage, ready } from "lib/morph.js";
import { request } from "lib/requests.js";
import { toastError } from "lib/toast.js";

class SideBySide extends HTMLElement {
  #listening = new AbortController();
  #frame = 0;
  #resized = new ResizeObserver(() => this.#scrolled());

  connectedCallback() {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    this.addEventListener("click", (event) => this.#clicked(event), { signal });
    // Scroll does not bubble; the list of columns may be another one after a change.
    this.addEventListener("scroll", () => this.#scrolled(), { signal, capture: true, passive: true });
    this.#resized.observe(this.querySelector(".side-columns"));
  }

  disconnectedCallback() {
    this.#listening.abort();
    this.#resized.disconnect();
    cancelAnimationFrame(this.#frame);
  }

  get #columns() {
    return [...this.querySelectorAll(".side-column")];
  }

  #clicked({ target }) {
    const button = target.closest("button[data-do]");
    if (!button || !this.contains(button)) return;
    const column = button.closest(".side-column");
    const acts = {
      open: () => this.#open(),
      step: () => this.#step(Number(button.dataset.by)),
      choose: () => this.#goOn(column, button),
      vote: () => this.#vote(column, button),
    };
    acts[button.dataset.do]?.();
  }

  #open() {
    const isOpen = this.toggleAttribute("data-open");
    const button = this.querySelector("[data-do=open]");
    button.setAttribute("aria-expanded", String(isOpen));
    button.textContent = isOpen ? t("Only the chosen one") : t("Show all");
  }

  /** The list sees to what follows; the composer asks this model from here on. */
  #goOn(column) {
    const article = column.querySelector(".message");
    for (const one of this.#columns) this.#mark(one, one === column); // at once: the next question may be quicker than the server
    tell("message-choose", { message: Number(article.dataset.message) });
    if (article.dataset.model) tell("compare-over", { model: article.dataset.model });
    announce(t("The next message goes on from this answer."));
    tell("focus-composer");
  }

  #mark(column, isChosen) {
    column.toggleAttribute("data-chosen", isChosen);
    column.querySelector("[data-do=choose]").ariaPressed = String(isChosen);
  }

  async #vote(column, button) {
    const reply = Number(column?.querySelector(".message").dataset.message) || null;
    button.ariaBusy = "true";
    try {
      const answer = await request("POST", `/comparisons/${this.dataset.comparison}/vote/`, { body: { reply } });
      await this.take(fragment(await answer.text()).firstElementChild);
      announce(t("Your vote is kept."));
    } catch (error) {
      toastError(error);
    }
    button.ariaBusy = null;
  }

  /** The server's newer HTML of these columns; live ones keep what has come. */
  async take(fresh) {
    await ready();
    await takeColumns(this, fresh, (article, newer) => morphMessage(article, newer, true));
    this.#scrolled();
  }

  // One column at a time, where there is no room for more.

  #step(by) {
    const columns = this.#columns;
    const next = columns[Math.max(0, Math.min(columns.length - 1, this.#place + by))];
    next.scrollIntoView({ behavior: "smooth", inline: "start", block: "nearest" });
  }

  /** Which one stands at the start of the view. */
  get #place() {
    const start = this.querySelector(".side-columns").getBoundingClientRect().left;
    const away = this.#columns.map((column) => Math.abs(column.getBoundingClientRect().left - start));
    return away.indexOf(Math.min(...away));
  }

  #showPlace() {
    const list = this.querySelector(".side-columns");
    this.toggleAttribute("data-fits", list.scrollWidth <= list.clientWidth + 1);
    const place = this.querySelector("[data-place]");
    if (place) place.textContent = `${this.#place + 1}/${this.#columns.length}`;
    const names = this.querySelector("[data-names]");
    if (names) names.textContent = this.#inView.map((column) => column.querySelector(".message-model")?.textContent ?? "").join(" · ");
  }

  /** Where the columns scroll, their own headings cannot stay at the top of the page's scroll: the row's heading names them. */
  get #inView() {
    const { left, right } = this.querySelector(".side-columns").getBoundingClientRect();
    const middle = (column) => (column.getBoundingClientRect().left + column.getBoundingClientRect().right) / 2;
    return this.#columns.filter((column) => middle(column) > left && middle(column) < right);
  }

  #scrolled() {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#showPlace());
  }
}

customElements.define("side-by-side", SideBySide);
