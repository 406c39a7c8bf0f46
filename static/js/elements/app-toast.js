/** Words about global things at the lower edge, with Undo; they wait while one points at them or is on their button. */

import { t } from "lib/i18n.js";

const MOST = 3;

class AppToast extends HTMLElement {
  #listen = ({ detail }) => this.#show(detail);

  connectedCallback() {
    this.popover = "manual"; // above dialogs
    this.setAttribute("role", "status");
    this.showPopover(); // empty too: a live region that only appears with its words often goes unread
    document.addEventListener("toast", this.#listen);
  }

  disconnectedCallback() {
    document.removeEventListener("toast", this.#listen);
  }

  #show({ text, kind, seconds, action, onAction, until }) {
    const toast = document.createElement("div");
    toast.className = "toast";
    if (kind) toast.dataset.kind = kind;
    const words = document.createElement("span");
    words.textContent = text;
    toast.append(words);
    if (action) toast.append(this.#button(action, () => this.#act(toast, onAction)));
    toast.append(this.#cross(toast));
    this.append(toast);
    until?.addEventListener("abort", () => toast.remove());
    while (this.childElementCount > MOST) this.firstElementChild.remove();
    const foot = document.querySelector("#main > .foot"); // the composer stays free
    this.style.setProperty("--above", `${foot?.offsetHeight ?? 0}px`);
    if (document.querySelector("dialog[open]")) this.#rise();
    this.#wait(toast, seconds * 1000);
  }

  #button(text, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "toast-action";
    button.textContent = text;
    button.addEventListener("click", act);
    return button;
  }

  #cross(toast) {
    const cross = this.#button("", () => toast.remove());
    cross.className = "icon-button";
    cross.ariaLabel = t("Close");
    cross.innerHTML = '<span class="icon icon-x" aria-hidden="true"></span>';
    return cross;
  }

  #act(toast, onAction) {
    toast.remove();
    onAction?.();
  }

  /** Counts down only while nobody is busy with it. */
  #wait(toast, left) {
    let timer = 0;
    let since = 0;
    const run = () => {
      since = performance.now();
      timer = setTimeout(() => toast.remove(), left);
    };
    const hold = () => {
      clearTimeout(timer);
      left = Math.max(2000, left - (performance.now() - since));
    };
    toast.addEventListener("pointerenter", hold);
    toast.addEventListener("pointerleave", run);
    toast.addEventListener("focusin", hold);
    toast.addEventListener("focusout", run);
    run();
  }

  /** Above a dialog that opened later. */
  #rise() {
    this.hidePopover();
    this.showPopover();
  }
}

customElements.define("app-toast", AppToast);
