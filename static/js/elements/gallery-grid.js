/** The gallery: pages of pieces as one scrolls, filters, arrow keys, and one piece large. */

import { fragment } from "lib/dom.js";
import { GalleryPages } from "lib/gallery-pages.js";
import { t } from "lib/i18n.js";
import { isComposing } from "lib/ime.js";
import { PieceWindow } from "lib/piece-window.js";
import { getText } from "lib/requests.js";
import { on } from "lib/socket.js";

const TYPED_MS = 250;
const NAMES = ["q", "kind", "model", "author", "from", "to"];

class GalleryGrid extends HTMLElement {
  #stop = null;
  #pages = null;
  #window = null;
  #atEnd = null;
  #resizing = null;
  #off = null;
  #timer = 0;
  #asked = 0;

  connectedCallback() {
    this.#stop = new AbortController();
    const options = { signal: this.#stop.signal };
    const root = this.closest(".page");
    this.#pages = new GalleryPages(this.#box, root);
    this.#window = new PieceWindow({ beside: (tile, steps) => this.#beside(tile, steps), closed: (tile) => this.#focus(tile) });
    this.#atEnd = new IntersectionObserver((all) => all.some((one) => one.isIntersecting) && this.#more(), { root, rootMargin: "1600px 0px" });
    this.#resizing = new ResizeObserver(() => this.#pages.resize());
    this.#resizing.observe(this.#box);
    this.#form.addEventListener("submit", (event) => this.#submitted(event), options);
    this.#form.addEventListener("input", (event) => this.#typed(event), options);
    this.#box.addEventListener("click", (event) => this.#clicked(event), options);
    this.#box.addEventListener("keydown", (event) => this.#pressed(event), options);
    this.#box.addEventListener("focusin", (event) => this.#reach(event.target.closest(".piece")), options);
    this.#off = on("generation.changed", ({ state }) => state === "succeeded" && this.#news());
    this.#take(this.#box);
  }

  disconnectedCallback() {
    this.#stop.abort();
    this.#off();
    for (const one of [this.#atEnd, this.#resizing]) one.disconnect();
    this.#pages.stop();
    this.#window.close();
    clearTimeout(this.#timer);
  }

  get #box() {
    return this.querySelector(".gallery-pages");
  }

  get #form() {
    return this.querySelector("form");
  }

  get #next() {
    return this.querySelector(".gallery-next");
  }

  // Pages

  /** Sections of the server's HTML, already in the box or not yet. */
  #take(source) {
    const isFirst = this.#pages.isEmpty;
    for (const ul of [...source.querySelectorAll(".gallery-page")]) this.#pages.add(ul);
    if (source !== this.#box) this.#box.append(...source.children);
    if (isFirst) this.#reach(this.#pages.first);
    this.#atEnd.disconnect();
    if (this.#next) this.#atEnd.observe(this.#next);
    this.#sayEmpty();
  }

  #sayEmpty() {
    const isNarrowed = Boolean(this.#query.toString());
    for (const node of this.querySelectorAll("[data-empty]")) {
      node.hidden = !this.#pages.isEmpty || (node.dataset.empty === "found") !== isNarrowed;
    }
  }

  async #more() {
    const next = this.#next;
    if (!next || "asked" in next.dataset) return;
    next.dataset.asked = "";
    const query = this.#query;
    query.set("before", next.dataset.before);
    try {
      const html = await getText(`/gallery/items/?${query}`);
      if (!next.isConnected) return;
      next.remove();
      this.#take(fragment(html));
    } catch (error) {
      delete next.dataset.asked;
      if (next.isConnected) this.#failed(error, () => this.#more());
    }
  }

  get #query() {
    const values = new FormData(this.#form);
    return new URLSearchParams(NAMES.flatMap((name) => (values.get(name) ? [[name, values.get(name)]] : [])));
  }

  #submitted(event) {
    event.preventDefault();
    this.#reload();
  }

  #typed(event) {
    if (isComposing(event)) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#reload(), event.target.type === "search" ? TYPED_MS : 0);
  }

  async #reload() {
    clearTimeout(this.#timer);
    const asked = (this.#asked += 1);
    const query = this.#query;
    history.replaceState(history.state, "", query.toString() ? `/gallery/?${query}` : "/gallery/");
    this.#box.ariaBusy = "true";
    try {
      const html = await getText(`/gallery/items/?${query}`);
      if (asked !== this.#asked || !this.isConnected) return;
      this.#pages.clear();
      this.#box.replaceChildren();
      this.#say("");
      this.#take(fragment(html));
    } catch (error) {
      if (asked === this.#asked) this.#failed(error, () => this.#reload());
    } finally {
      if (asked === this.#asked) this.#box.ariaBusy = null;
    }
  }

  #failed(error, again) {
    this.#say(error.message, t("Try again"), again);
  }

  /** Nothing moves while one looks: what is new comes when it is asked for. */
  #news() {
    this.#say(t("There is something new."), t("Show"), () => {
      this.closest(".page").scrollTop = 0;
      this.#reload();
    });
  }

  #say(words, label, act) {
    const line = this.querySelector(".gallery-state");
    line.hidden = !words;
    line.textContent = words;
    if (!label) return;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: label });
    button.addEventListener("click", () => {
      this.#say("");
      act();
    });
    line.append(" ", button);
  }

  // Moving about

  #clicked(event) {
    const link = event.target.closest(".piece-link");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    event.preventDefault();
    this.#window.open(link.closest(".piece"));
  }

  #pressed(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const tile = event.target.closest(".piece");
    const found = tile && this.#stepped(event.key, tile);
    if (found === undefined || !tile) return;
    event.preventDefault();
    if (found) this.#focus(found);
  }

  #stepped(key, tile) {
    const isLeft = getComputedStyle(this).direction === "rtl" ? 1 : -1;
    const steps = {
      ArrowLeft: () => this.#pages.beside(tile, isLeft),
      ArrowRight: () => this.#pages.beside(tile, -isLeft),
      ArrowUp: () => this.#pages.across(tile, -1),
      ArrowDown: () => this.#pages.across(tile, 1),
      PageUp: () => this.#pages.across(tile, -3) ?? this.#pages.first,
      PageDown: () => this.#pages.across(tile, 3) ?? this.#pages.last,
      Home: () => this.#pages.first,
      End: () => this.#pages.last,
    };
    return steps[key]?.();
  }

  async #beside(tile, steps) {
    if (steps > 0 && tile === this.#pages.last) await this.#more();
    return this.#pages.beside(tile, steps);
  }

  #focus(tile) {
    if (!tile) return;
    this.#pages.ensure(tile);
    tile.querySelector(".piece-link").focus({ preventScroll: true });
    tile.scrollIntoView({ block: "nearest" });
  }

  /** One piece at a time is in the tab order, with its own menu. */
  #reach(tile) {
    if (!tile) return;
    for (const node of this.#box.querySelectorAll('[tabindex="0"]')) node.tabIndex = -1;
    for (const node of tile.querySelectorAll(".piece-link, [data-use]")) node.tabIndex = 0;
  }
}

customElements.define("gallery-grid", GalleryGrid);
