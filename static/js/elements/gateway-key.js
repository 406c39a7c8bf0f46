/** Sends the key without leaving the page: a refused one stays in the field, and nowhere else. */

import { t } from "lib/i18n.js";

class GatewayKey extends HTMLElement {
  connectedCallback() {
    this.addEventListener("submit", this.#submit);
  }

  disconnectedCallback() {
    this.removeEventListener("submit", this.#submit);
  }

  #submit = async (event) => {
    event.preventDefault();
    const form = event.target;
    const body = new FormData(form, event.submitter);
    this.#tell(t("Asking the gateway…"), "", true);
    try {
      const response = await fetch(form.action, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
      await this.#answered(response, form.action);
    } catch {
      this.#tell(t("The server cannot be reached."), "");
    }
  };

  async #answered(response, action) {
    if (response.ok) return location.assign(action.replace(/key\/$/, ""));
    if (response.status !== 422) return this.#tell(t("The server could not do this."), "");
    const { cause, details } = await response.json();
    this.#tell(cause, details);
    this.querySelector("[name=unchecked]").hidden = !details;
    this.querySelector("input[name=key]").focus();
  }

  #tell(text, details, isBusy = false) {
    const error = this.querySelector("#key-error");
    error.textContent = text;
    error.dataset.busy = String(isBusy);
    const input = this.querySelector("input[name=key]");
    input.setAttribute("aria-invalid", String(!isBusy && Boolean(text)));
    for (const button of this.querySelectorAll("button:not([type=button])")) button.disabled = isBusy;
    const more = this.querySelector(".key-details");
    more.hidden = !details;
    more.querySelector("p").textContent = details;
  }
}

customElements.define("gateway-key", GatewayKey);
