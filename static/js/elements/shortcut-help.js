/** The list of the page's keys, and the switch that turns them off. */

import { t } from "lib/i18n.js";
import { preference, savePreferences } from "lib/preferences.js";
import { ACTIONS, label, names } from "lib/shortcuts.js";
import { toastError } from "lib/toast.js";

class ShortcutHelp extends HTMLElement {
  #listen = () => this.#open();

  connectedCallback() {
    document.addEventListener("open-shortcut-help", this.#listen);
  }

  disconnectedCallback() {
    document.removeEventListener("open-shortcut-help", this.#listen);
  }

  #open() {
    if (this.querySelector("dialog[open]")) return this.querySelector("dialog").close();
    this.innerHTML = `
      <dialog class="dialog" aria-labelledby="shortcut-title" closedby="any">
        <header class="dialog-head"><h2 id="shortcut-title"></h2><button class="icon-button" type="button"><span class="icon icon-x" aria-hidden="true"></span></button></header>
        <dl class="keys"></dl>
        <label class="check"><input type="checkbox"> <span></span></label>
      </dialog>`;
    this.querySelector("h2").textContent = t("Keyboard shortcuts");
    const close = this.querySelector("button");
    close.ariaLabel = t("Close");
    close.addEventListener("click", () => this.querySelector("dialog").close());
    this.#rows();
    this.#switch();
    this.querySelector("dialog").showModal();
  }

  #rows() {
    const words = names();
    const more = { Enter: t("Send"), "shift+Enter": t("New line"), "↑": t("Edit the last message"), F2: t("Rename") };
    const rows = [...Object.keys(ACTIONS).map((name) => [label(name), words[name]]), ...Object.entries(more).map(([key, text]) => [label(key), text])];
    for (const [key, text] of rows) {
      const [term, value, kbd] = ["dt", "dd", "kbd"].map((tag) => document.createElement(tag));
      term.textContent = text;
      kbd.textContent = key;
      value.append(kbd);
      this.querySelector("dl").append(term, value);
    }
  }

  #switch() {
    const box = this.querySelector("input");
    box.checked = preference("shortcuts") !== false;
    box.nextElementSibling.textContent = t("Use these shortcuts");
    box.addEventListener("change", () => savePreferences({ shortcuts: box.checked }).catch(toastError));
  }
}

customElements.define("shortcut-help", ShortcutHelp);
