/** Says how the line to the server is, only when that matters, and how many messages wait for it. */

import { html, nothing, render } from "lit-html";

import { t } from "lib/i18n.js";
import { outbox } from "lib/outbox.js";
import { socket } from "lib/socket.js";

const PATIENCE_MS = 700; // a break that nobody would notice is not worth a word

class ConnectionState extends HTMLElement {
  #stops = [];
  #timer = 0;

  connectedCallback() {
    this.setAttribute("role", "status");
    this.#stops = [socket.on("state", () => this.#soon()), outbox.on("change", () => this.#soon())];
    this.#soon();
  }

  disconnectedCallback() {
    this.#stops.forEach((stop) => stop());
    clearTimeout(this.#timer);
  }

  #soon() {
    clearTimeout(this.#timer);
    const isShown = this.hasAttribute("data-kind");
    if (isShown || socket.state === "offline") return this.#show();
    this.#timer = setTimeout(() => this.#show(), PATIENCE_MS);
  }

  #show() {
    const waiting = outbox.waiting();
    const told = tellingOf(waiting);
    if (told) this.dataset.kind = told.kind;
    else delete this.dataset.kind;
    render(told ? line(told, waiting.length) : nothing, this);
  }
}

/** {kind, icon, words, action} or null when all is well. */
function tellingOf(waiting) {
  if (socket.reason === "other_user") {
    return { kind: "bad", icon: "icon-user-x", words: t("Somebody else has signed in with this browser."), action: reload() };
  }
  if (socket.reason === "signed_out") {
    return { kind: "bad", icon: "icon-log-in", words: t("You are signed out. What you wrote is kept."), action: signIn() };
  }
  if (socket.reason === "no_access") {
    return { kind: "bad", icon: "icon-lock", words: t("You no longer have access."), action: reload() };
  }
  if (socket.state === "offline") {
    return { kind: "warn", icon: "icon-cloud-off", words: t("Offline: what you send is kept and goes out when the line is back.") };
  }
  if (socket.state === "connecting") return { kind: "calm", icon: "icon-refresh-cw", words: t("Reconnecting…") };
  return ofWaiting(waiting);
}

function ofWaiting(waiting) {
  if (waiting.some(({ isStalled }) => isStalled)) {
    const action = { name: t("Send again"), act: () => outbox.retry() };
    return { kind: "warn", icon: "icon-triangle-alert", words: t("The server has not answered a message."), action };
  }
  if (waiting.some(({ isHeld }) => isHeld)) {
    return { kind: "warn", icon: "icon-clock", words: t("A message waits until you are back in the team it was written for.") };
  }
  return null;
}

const reload = () => ({ name: t("Reload"), act: () => location.reload() });

function signIn() {
  const next = encodeURIComponent(location.pathname + location.search);
  return { name: t("Sign in"), href: `/accounts/login/?next=${next}` };
}

function line({ icon, words, action }, count) {
  return html`<span class="icon ${icon}" aria-hidden="true"></span>
    <span class="connection-words">${words}${count ? html` <span class="connection-count">${t("%(count)s waiting", { count })}</span>` : nothing}</span>
    ${action ? button(action) : nothing}`;
}

const button = ({ name, act, href }) =>
  href
    ? html`<a class="button button-quiet" data-full href=${href}>${name}</a>`
    : html`<button class="button button-quiet" type="button" @click=${act}>${name}</button>`;

customElements.define("connection-state", ConnectionState);
