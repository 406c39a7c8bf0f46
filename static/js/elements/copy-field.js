/** A line to pass on, with a button that copies it. */

import { t } from "lib/i18n.js";

const TOLD_MS = 2000;

class CopyField extends HTMLElement {
  #timer;

  connectedCallback() {
    this.addEventListener("click", this.#copy);
    this.addEventListener("focusin", this.#select);
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    this.removeEventListener("click", this.#copy);
    this.removeEventListener("focusin", this.#select);
  }

  #select = ({ target }) => target.select?.();

  #copy = async ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    const isCopied = await this.#put(this.querySelector("input"));
    button.textContent = isCopied ? t("Copied") : t("Press Ctrl+C");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (button.textContent = t("Copy")), TOLD_MS);
  };

  async #put(input) {
    try {
      await navigator.clipboard.writeText(input.value);
      return true;
    } catch {
      // No clipboard outside of https and localhost: the old way, and the selection stays for the person's own keys.
      input.select();
      return document.execCommand("copy");
    }
  }
}

customElements.define("copy-field", CopyField);
