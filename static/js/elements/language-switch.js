/** The page in another language without loading it again: drafts, replies under way and the socket stay. */

import { refreshWhole } from "lib/navigation.js";
import { setLanguage } from "lib/preferences.js";
import { toastError } from "lib/toast.js";

class LanguageSwitch extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this.#choose);
  }

  disconnectedCallback() {
    this.removeEventListener("click", this.#choose);
  }

  #choose = async ({ target }) => {
    const chosen = target.closest("[data-language]");
    if (!chosen || chosen.ariaChecked === "true") return;
    try {
      await setLanguage(chosen.dataset.language);
      await refreshWhole();
    } catch (error) {
      toastError(error);
    }
  };
}

customElements.define("language-switch", LanguageSwitch);
