/** Light, dark or like the system: counts at once, here and in the next browser. */

import { setTheme } from "lib/preferences.js";
import { toastError } from "lib/toast.js";

class ThemeSwitch extends HTMLElement {
  connectedCallback() {
    this.dataset.stays = ""; // the menu around it stays open: one tries
    this.addEventListener("click", this.#choose);
  }

  disconnectedCallback() {
    this.removeEventListener("click", this.#choose);
  }

  #choose = ({ target }) => {
    const chosen = target.closest("[data-theme]");
    if (!chosen) return;
    for (const one of this.querySelectorAll("[data-theme]")) one.setAttribute("aria-checked", String(one === chosen));
    setTheme(chosen.dataset.theme).catch(toastError);
  };
}

customElements.define("theme-switch", ThemeSwitch);
