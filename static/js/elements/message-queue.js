/** Messages above the composer: those that wait for the running reply, and those that came back unsent. */

import { html, nothing, render } from "lit-html";

import { tell } from "lib/dom.js";
import { nt, t } from "lib/i18n.js";

/** Tells `queue-act {action, index}`: send, edit or delete. */
class MessageQueue extends HTMLElement {
  /** `isHeld`: the last reply was stopped or failed, or is asking about calls, so nothing follows it by itself. */
  show(messages, { isHeld, isAsking }) {
    this.hidden = !messages.length;
    render(messages.length ? this.#list(messages, isHeld && !messages[0].is_returned, isAsking) : nothing, this);
  }

  #list(messages, isHeld, isAsking) {
    const reason = isAsking ? t("Waits until the calls of the reply are decided.") : t("Waits for you: the last reply was stopped or failed.");
    const words = html`<p class="queue-held">${reason}</p>`;
    return html`${isHeld ? words : nothing}
      <ul class="queue" aria-label=${t("Waiting messages")}>
        ${messages.map((message, index) => this.#row(message, index))}
      </ul>`;
  }

  #row({ text, files, is_returned, error }, index) {
    const words = text.trim() || nt("%(count)s file", "%(count)s files", files.length);
    return html`<li class="queue-row" ?data-returned=${is_returned}>
      <span class="icon ${is_returned ? "icon-triangle-alert" : "icon-list-end"}" aria-hidden="true"></span>
      <span class="queue-text">
        <span class="truncate" dir="auto">${words}</span>
        ${text.trim() && files.length ? html`<span class="faint">${nt("%(count)s file", "%(count)s files", files.length)}</span>` : nothing}
        ${is_returned ? html`<span class="queue-reason">${error?.message || t("Not sent")}</span>` : nothing}
      </span>
      ${this.#button(index, "send", is_returned ? t("Send again") : t("Send now"), "icon-arrow-up")}
      ${this.#button(index, "edit", t("Edit"), "icon-pencil")}
      ${this.#button(index, "delete", t("Delete"), "icon-x")}
    </li>`;
  }

  #button(index, action, name, icon) {
    const act = () => tell("queue-act", { action, index }, this);
    return html`<button class="icon-button" type="button" aria-label=${name} @click=${act}>
      <span class="icon ${icon}" aria-hidden="true"></span>
    </button>`;
  }
}

customElements.define("message-queue", MessageQueue);
