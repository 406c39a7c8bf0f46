/** A conversation's title in the bar; a click, F2 or "Rename" turns it into a field. The list uses the same field. */

import { rename } from "lib/conversations.js";
import { t } from "lib/i18n.js";
import { isComposing } from "lib/ime.js";

/** Puts a field in place of `node`; Enter or leaving saves, Esc does not. Resolves to the new title, or null. */
export async function editTitle(node, conversation, title) {
  const field = document.createElement("input");
  Object.assign(field, { className: "title-field", value: title, maxLength: 200, autocomplete: "off" });
  field.ariaLabel = t("Title");
  node.hidden = true;
  node.after(field);
  field.focus();
  field.select();
  const typed = await typedInto(field);
  const hadFocus = document.activeElement === field;
  node.hidden = false;
  field.remove();
  if (hadFocus) node.focus();
  const isNew = typed && typed !== title;
  return isNew && (await rename(conversation, typed)) ? typed : null;
}

/** What was typed, or "" after Esc; keys of an input method are left to it. */
function typedInto(field) {
  return new Promise((resolve) => {
    field.addEventListener("blur", () => resolve(field.value.trim()));
    field.addEventListener("keydown", (event) => {
      if (isComposing(event)) return;
      event.stopPropagation(); // the arrows and letters of this field are no keys of the list
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault();
      resolve(event.key === "Enter" ? field.value.trim() : "");
    });
  });
}

class TitleEditor extends HTMLElement {
  #stop = null;

  connectedCallback() {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    document.addEventListener("conversation-row", ({ detail }) => this.#rowChanged(detail), { signal });
    this.querySelector(".title-edit")?.addEventListener("click", () => this.edit(), { signal });
  }

  disconnectedCallback() {
    this.#stop.abort();
  }

  get #text() {
    return this.querySelector(".title-text");
  }

  async edit() {
    if (this.querySelector("input")) return;
    const title = await editTitle(this.querySelector(".title-shown"), this.dataset.conversation, this.#text.textContent);
    if (title) this.#show(title);
    this.querySelector(".title-edit")?.focus();
  }

  /** Somebody renamed it, or the first turn gave it a name. */
  #rowChanged({ conversation, title }) {
    if (String(conversation) === this.dataset.conversation && title) this.#show(title);
  }

  #show(title) {
    const old = this.#text.textContent;
    if (old === title) return;
    this.#text.textContent = title;
    document.title = document.title.replace(old, () => title);
  }
}

customElements.define("title-editor", TitleEditor);
