/** The row under a message: copies it, and says what else a person wants with it; <message-list> does that. */

import { md } from "elements/markdown-text.js";
import { copy } from "lib/clipboard.js";
import { announce, tell } from "lib/dom.js";
import { t } from "lib/i18n.js";
import { renderForClipboard } from "lib/markdown.js";

const DONE_MS = 1500;

class MessageActions extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this.#clicked);
  }

  disconnectedCallback() {
    this.removeEventListener("click", this.#clicked);
  }

  get #article() {
    return this.closest(".message");
  }

  get #text() {
    const texts = this.#article.querySelectorAll("markdown-text[data-kind=text]");
    return [...texts].map(({ text }) => text).join("\n\n");
  }

  /** Markdown for a text box, HTML for a document; a person's words as they typed them. */
  async copy() {
    const isTyped = this.#article.dataset.role === "user";
    const worked = await copy(this.#text, isTyped ? "" : renderForClipboard(md, this.#text));
    announce(worked ? t("Copied") : t("The browser did not allow copying."));
    if (worked) this.#tick();
  }

  #tick() {
    const icon = this.querySelector("[data-action=copy] .icon");
    icon?.classList.add("icon-check");
    setTimeout(() => icon?.classList.remove("icon-check"), DONE_MS);
  }

  #edit() {
    const { message, parent } = this.#article.dataset;
    const files = this.#article.querySelector("[data-files]")?.dataset.files ?? "";
    tell("message-edit", {
      message: Number(message),
      text: this.#text,
      attachments: files.split(" ").filter(Boolean).map(Number),
      parent: Number(parent) || null,
    });
  }

  #clicked = ({ target }) => {
    const name = target.closest("[data-action]")?.dataset.action;
    if (name === "copy") this.copy();
    if (name === "edit") this.#edit();
  };
}

customElements.define("message-actions", MessageActions);
