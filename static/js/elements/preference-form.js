/** Choices that count as soon as they are made. */

import { readPreferences, showTheme } from "lib/preferences.js";
import { request } from "lib/requests.js";
import { toastError } from "lib/toast.js";

class PreferenceForm extends HTMLElement {
  connectedCallback() {
    this.querySelector("[data-save]").hidden = true;
    this.addEventListener("change", this.#save);
  }

  disconnectedCallback() {
    this.removeEventListener("change", this.#save);
  }

  #save = async () => {
    const form = this.querySelector("form");
    const body = new FormData(form);
    showTheme(body.get("theme"));
    this.#keep(body);
    await request("POST", form.action, { body }).catch(toastError);
  };

  /** lib/preferences.js reads the page's own copy. */
  #keep(body) {
    const kept = document.getElementById("preferences");
    if (!kept) return;
    const chosen = { theme: body.get("theme"), send_key: body.get("send_key") };
    const ticked = { shortcuts: body.has("shortcuts"), sound: body.has("sound") };
    kept.textContent = JSON.stringify({ ...JSON.parse(kept.textContent), ...chosen, ...ticked });
    readPreferences();
  }
}

customElements.define("preference-form", PreferenceForm);
