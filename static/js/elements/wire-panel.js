/** The wire of one reply: its calls to the gateway, fetched when somebody asks and again when the reply has ended. */

import { fragment, tell } from "lib/dom.js";
import { t } from "lib/i18n.js";
import { make, makeButton } from "lib/make.js";
import { getText } from "lib/requests.js";
import { localTimes } from "lib/times.js";
import { toastError } from "lib/toast.js";

const RUNNING = new Set(["queued", "streaming", "generating"]);
const LATER_MS = [300, 700, 1500, 3000]; // a call is put down after its reply has ended, which nobody waits for
const MESSAGE = "message-list .message[data-role=assistant]:not([data-message=''])";

class WirePanel extends HTMLElement {
  #stop = new AbortController();
  #message = 0;
  #asked = 0; // counts fetches: only the newest is shown
  #again = null; // {client_id?, of, exchange}: what was run once more, and the call to compare it with
  #timer = null;
  #compare = 0; // the call that the reply in view is to be compared with

  connectedCallback() {
    this.#stop = new AbortController();
    const on = (type, act) => document.addEventListener(type, ({ detail }) => act(detail), { signal: this.#stop.signal });
    on("open-wire", (detail) => this.#open(detail));
    on("wire-again", (detail) => (this.#again = detail));
    on("message-accepted", (detail) => this.#accepted(detail));
    on("reply-state", ({ message, status }) => message === this.#message && !RUNNING.has(status) && this.#settle());
    this.addEventListener("change", this.#chosen);
    this.addEventListener("click", this.#clicked);
    if (!this.childElementCount) this.#sayWhat();
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    this.#stop.abort();
    this.removeEventListener("change", this.#chosen);
    this.removeEventListener("click", this.#clicked);
  }

  /** Before a reply was chosen: the last one is a press away. */
  #sayWhat() {
    const words = t("Choose “Wire” in the menu of a reply to see what was sent and what came back.");
    const empty = make("div", "empty");
    empty.append(make("p", "", words), makeButton("button", t("Show the last reply"), { wire: "last" }));
    this.replaceChildren(empty);
  }

  #open({ message }) {
    this.#message = message;
    this.#compare = 0;
    this.replaceChildren();
    return this.#load();
  }

  /** Its reply has ended: asks until the calls are all there. */
  async #settle(tries = 0) {
    clearTimeout(this.#timer);
    const before = this.#count;
    await this.#load();
    const isThere = this.#count && this.#count === before && !this.querySelector("[data-is-open]");
    if (!isThere && tries < LATER_MS.length) this.#timer = setTimeout(() => this.#settle(tries + 1), LATER_MS[tries]);
  }

  get #count() {
    return this.querySelectorAll("[data-wire=choose] > option").length || this.querySelectorAll("wire-exchange").length;
  }

  async #load() {
    const mine = (this.#asked += 1);
    this.ariaBusy = "true";
    const html = await getText(`/messages/${this.#message}/exchanges/`).catch((error) => {
      if (mine === this.#asked) this.#failed(error);
      return null;
    });
    if (html === null || mine !== this.#asked) return;
    this.ariaBusy = null;
    this.replaceChildren(fragment(html));
    localTimes(this);
    this.#offerComparison();
  }

  #failed(error) {
    this.ariaBusy = null;
    this.replaceChildren(make("p", "notice notice-bad", error.message), makeButton("button", t("Try again"), { wire: "reload" }));
  }

  #chosen = async ({ target }) => {
    if (!target.matches("[data-wire=choose]")) return;
    const mine = (this.#asked += 1);
    const html = await getText(`/exchanges/${target.value}/`).catch(toastError);
    if (!html || mine !== this.#asked) return;
    this.querySelector("wire-exchange")?.replaceWith(fragment(html));
    localTimes(this);
  };

  #clicked = ({ target }) => {
    const name = target.closest("[data-wire]")?.dataset.wire;
    if (name === "reload") this.#load();
    if (name === "last") this.#openLast();
    if (name === "compare-now") this.querySelector("wire-exchange")?.compareWith(this.#compare);
  };

  #openLast() {
    const last = [...document.querySelectorAll(MESSAGE)].at(-1);
    if (last) tell("open-wire", { message: Number(last.dataset.message) });
    else this.querySelector("p").textContent = t("There is no reply here yet.");
  }

  /** What was run once more comes into view here, with the way to the difference. */
  #accepted({ client_id, reply, frame }) {
    const again = this.#again;
    if (!again || frame?.type !== "reply.create" || frame.message !== again.of) return;
    if (again.client_id && again.client_id !== client_id) return;
    this.#again = null;
    if (again.client_id) tell("message-choose", { message: reply }); // no bubble stood for it
    this.#message = reply;
    this.#compare = again.exchange;
    this.replaceChildren();
    this.#load();
  }

  #offerComparison() {
    const exchange = this.querySelector("wire-exchange:not([data-is-open])");
    if (!this.#compare || !exchange) return;
    exchange.before(makeButton("button button-wide", t("See the difference to the run before"), { wire: "compare-now" }));
  }
}

customElements.define("wire-panel", WirePanel);
