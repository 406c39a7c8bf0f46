/** ⌘K: finds conversations and things to do, with the keyboard alone. */

import { html, nothing, render } from "lit-html";
import { fragment, tell } from "lib/dom.js";
import { t } from "lib/i18n.js";
import { isComposing } from "lib/ime.js";
import { open } from "lib/navigation.js";
import { getText } from "lib/requests.js";
import { isBefore } from "lib/rows.js";
import { actions, matching, pieces } from "lib/search.js";
import { label } from "lib/shortcuts.js";

const WAIT_MS = 80;
const MOST = 30;
const RECENT = 8;

class SearchDialog extends HTMLElement {
  #listen = () => this.#open();
  #query = "";
  #found = []; // conversations
  #at = 0;
  #state = "";
  #timer = 0;
  #asked = null;

  connectedCallback() {
    document.addEventListener("open-search", this.#listen);
  }

  disconnectedCallback() {
    document.removeEventListener("open-search", this.#listen);
    clearTimeout(this.#timer);
  }

  get #dialog() {
    return this.querySelector("dialog");
  }

  #open() {
    if (this.#dialog?.open) return this.#dialog.close();
    this.#query = "";
    this.#found = [];
    this.#at = 0;
    this.#show();
    this.#dialog.showModal();
    this.#field.value = "";
    this.#field.focus();
    this.#search();
  }

  get #field() {
    return this.querySelector("input");
  }

  /** In the order of the screen: first what was found, then what can be done. */
  get #options() {
    const found = this.#found.map((row) => ({ ...row, href: `/c/${row.id}/` }));
    return [...found, ...matching(actions(), this.#query)];
  }

  #typed() {
    this.#query = this.#field.value.trim();
    this.#at = 0;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#search(), WAIT_MS);
    this.#show();
  }

  async #search() {
    this.#asked?.abort();
    const mine = (this.#asked = new AbortController());
    try {
      const url = `/conversations/?q=${encodeURIComponent(this.#query)}`;
      const rows = fragment(await getText(url, { signal: mine.signal })).querySelectorAll(".row");
      const newest = [...rows].sort((one, other) => (isBefore(one.dataset, other.dataset) ? -1 : 1)); // pins are no news
      this.#found = newest.slice(0, this.#query ? MOST : RECENT).map(readRow);
      this.#state = "";
    } catch (error) {
      if (error.name === "AbortError") return;
      this.#found = [];
      this.#state = error.message;
    }
    this.#show();
  }

  #pressed(event) {
    if (isComposing(event)) return;
    const last = this.#options.length - 1;
    const next = { ArrowDown: this.#at + 1, ArrowUp: this.#at - 1, PageDown: this.#at + 8, PageUp: this.#at - 8 }[event.key];
    if (next !== undefined) {
      event.preventDefault();
      this.#at = next > last ? (event.key === "ArrowDown" ? 0 : last) : next < 0 ? (event.key === "ArrowUp" ? last : 0) : next;
      this.#show();
      this.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.#choose(this.#options[this.#at], event);
    }
  }

  #choose(option, event) {
    if (!option) return;
    if (option.href && (event.metaKey || event.ctrlKey)) return void window.open(option.href, "_blank", "noopener");
    this.#dialog.close();
    if (option.href) open(option.href);
    else tell(option.event);
  }

  #show() {
    const options = this.#options;
    const isNone = this.#query && !this.#found.length && !this.#state;
    const list = options.map((option, n) => this.#option(option, n, options[n - 1]));
    render(
      html`<dialog class="dialog search" aria-label=${t("Search")} closedby="any">
        <div class="search-head">
          <span class="icon icon-search" aria-hidden="true"></span>
          <input type="text" role="combobox" aria-expanded="true" aria-controls="search-options" aria-autocomplete="list"
            aria-activedescendant=${options.length ? `option-${this.#at}` : nothing} aria-label=${t("Search")}
            placeholder=${t("Search conversations and actions")} autocomplete="off" spellcheck="false" enterkeyhint="go"
            @input=${() => this.#typed()} @keydown=${(event) => this.#pressed(event)}>
          <button class="icon-button" type="button" aria-label=${t("Close")} @click=${() => this.#dialog.close()}><span class="icon icon-x" aria-hidden="true"></span></button>
        </div>
        ${this.#state ? html`<p class="search-none">${this.#state}</p>` : nothing}
        ${isNone ? html`<p class="search-none">${t("No conversation has these words in its title.")}</p>` : nothing}
        <div class="search-options" id="search-options" role="listbox" aria-label=${t("Results")}>${list}</div>
      </dialog>`,
      this,
    );
  }

  #option(option, n, previous) {
    const isFirstAction = !option.id && (!previous || previous.id);
    const heading = n === 0 && option.id ? (this.#query ? t("Conversations") : t("Recent")) : isFirstAction ? t("Actions") : "";
    return html`${heading ? html`<div class="search-heading" role="presentation">${heading}</div>` : nothing}
      <div class="search-option" role="option" id="option-${n}" aria-selected=${n === this.#at}
        @click=${(event) => this.#choose(option, event)} @pointermove=${() => this.#point(n)}>
        <span class="icon icon-${option.icon}" aria-hidden="true"></span>
        <span class="truncate">${pieces(option.name, this.#query).map(([text, isFound]) => (isFound ? html`<mark>${text}</mark>` : text))}</span>
        ${option.day ? html`<span class="search-day">${option.day}</span>` : nothing}
        ${option.key ? html`<kbd>${label(option.key)}</kbd>` : nothing}
      </div>`;
  }

  #point(n) {
    if (n === this.#at) return;
    this.#at = n;
    this.#show();
  }
}

function readRow({ dataset }) {
  const day = new Intl.DateTimeFormat(document.documentElement.lang, { month: "short", day: "numeric" });
  return {
    id: dataset.conversation,
    name: dataset.title || t("Untitled"),
    icon: "archived" in dataset ? "archive" : "shared" in dataset ? "users" : "message-square",
    day: day.format(new Date(dataset.updated)),
  };
}

customElements.define("search-dialog", SearchDialog);
