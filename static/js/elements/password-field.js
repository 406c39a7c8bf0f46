/** A password that can be looked at while it is typed. */

import { t } from "lib/i18n.js";

class PasswordField extends HTMLElement {
  #button;

  connectedCallback() {
    const input = this.querySelector("input");
    if (!input || this.#button) return;
    this.#button = document.createElement("button");
    this.#button.type = "button";
    this.#button.className = "icon-button";
    this.#button.setAttribute("aria-controls", input.id);
    this.#button.append(Object.assign(document.createElement("span"), { className: "icon" }));
    this.#button.addEventListener("click", () => this.#show(input.type === "password"));
    input.form?.addEventListener("submit", this.#hide); // or the browser would offer it as a plain word next time
    input.after(this.#button);
    this.#show(false);
  }

  disconnectedCallback() {
    this.querySelector("input")?.form?.removeEventListener("submit", this.#hide);
    this.#button?.remove();
    this.#button = undefined;
  }

  #hide = () => this.#show(false);

  #show(isShown) {
    this.querySelector("input").type = isShown ? "text" : "password";
    const name = isShown ? t("Hide the password") : t("Show the password");
    this.#button.ariaLabel = name;
    this.#button.title = name;
    this.#button.firstChild.className = `icon icon-${isShown ? "eye-off" : "eye"}`;
    this.#button.firstChild.ariaHidden = "true";
  }
}

customElements.define("password-field", PasswordField);
