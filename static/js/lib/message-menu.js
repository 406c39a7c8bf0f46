/** The menu behind "⋯" of a message: one for the whole list, opened beside the button. */

import { copy } from "lib/clipboard.js";
import { rowOf } from "lib/columns.js";
import { tell } from "lib/dom.js";
import { t } from "lib/i18n.js";
import { openMenu } from "lib/menus.js";
import { request } from "lib/requests.js";
import { toast, toastError, toastUndo } from "lib/toast.js";

export class MessageMenu {
  #menu;
  #bubbles;
  #changed;
  #article = null;

  /** `changed()` asks the server for what is in view now. */
  constructor({ menu, bubbles, changed }) {
    this.#menu = menu;
    this.#bubbles = bubbles;
    this.#changed = changed;
    menu.addEventListener("click", (event) => this.#clicked(event));
  }

  open(article, button) {
    this.#article = article;
    const branch = this.#menu.querySelector("[data-action=branch]");
    if (branch) branch.hidden = article.dataset.role !== "assistant" || rowOf(article) !== article || article === this.#bubbles.last;
    const wire = this.#menu.querySelector("[data-action=wire]");
    if (wire) wire.hidden = article.dataset.role !== "assistant" || !article.dataset.message || "blind" in article.dataset;
    openMenu(this.#menu, button);
  }

  #clicked(event) {
    const name = event.target.closest("[data-action]")?.dataset.action;
    const acts = {
      link: () => this.#copyLink(),
      wire: () => tell("open-wire", { message: Number(this.#article.dataset.message) }),
      branch: () => this.#branch(),
      delete: () => this.#delete(),
    };
    acts[name]?.();
  }

  async #copyLink() {
    const url = new URL(`/m/${this.#article.dataset.message}/`, location.href).href;
    if (await copy(url)) toast(t("Link copied"));
  }

  /** What follows goes from view, and what is sent next begins a branch here. */
  #branch() {
    this.#bubbles.cutAfter(this.#article.dataset.message);
    toastUndo(t("What you send next begins a new branch here."), this.#changed);
    tell("focus-composer");
  }

  async #delete() {
    const message = this.#article.dataset.message;
    try {
      await request("DELETE", `/messages/${message}/`);
    } catch (error) {
      return toastError(error);
    }
    this.#bubbles.cutAfter(message);
    this.#bubbles.find(message)?.remove();
    this.#changed();
    toastUndo(t("Message deleted"), () => this.#restore(message));
  }

  async #restore(message) {
    try {
      await request("POST", `/messages/${message}/restore/`);
    } catch (error) {
      return toastError(error);
    }
    this.#changed();
  }
}
