/** One call to the gateway: its tabs fetch what they show when they are first opened, its foot runs and compares it. */

import "elements/json-tree.js";
import { copy } from "lib/clipboard.js";
import { announce, tell } from "lib/dom.js";
import { t } from "lib/i18n.js";
import { laidOut } from "lib/json-text.js";
import { make } from "lib/make.js";
import { outbox } from "lib/outbox.js";
import { getText, request } from "lib/requests.js";
import { listen } from "lib/tabs.js";
import { toast, toastError } from "lib/toast.js";

const GONE = 410;

class WireExchange extends HTMLElement {
  #stop = new AbortController();
  #document = null;

  connectedCallback() {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    listen(this.querySelector(".wire-tabs"), signal, (tab) => this.#shown(tab.dataset.tab));
    this.addEventListener("click", (event) => this.#clicked(event), { signal });
    this.addEventListener("change", (event) => this.#changed(event), { signal });
    signal.addEventListener("abort", outbox.on("change", () => this.#guard()));
    this.#guard();
    this.#showSent();
  }

  disconnectedCallback() {
    this.#stop.abort();
  }

  get exchange() {
    return Number(this.dataset.exchange);
  }

  /** The body with references for media, fetched once. */
  async document() {
    this.#document ??= request("GET", `/exchanges/${this.exchange}/sent.json`).then((response) => response.json());
    return this.#document;
  }

  async compareWith(other) {
    if (!other) return;
    const { WireDifference } = await import("elements/wire-difference.js");
    WireDifference.open(other, this.exchange);
  }

  async #showSent() {
    const tree = this.querySelector("json-tree[data-of=sent]");
    try {
      const body = await this.document();
      if (Object.keys(body).length) tree.value = body;
      else tree.replaceWith(make("p", "field-hint", t("It was sent without a body.")));
      this.querySelector(".wire-tools").hidden = !Object.keys(body).length;
      this.querySelector("[data-exact]").hidden = isForm(body); // its boundary was of that one call
    } catch (error) {
      tree.replaceWith(notice(error));
    }
  }

  #shown(tab) {
    if (tab === "received") this.querySelector("wire-chunks")?.load();
    if (tab === "code" && !this.querySelector("[data-snippet] code-block")) this.#showCode("curl");
  }

  #clicked({ target, detail }) {
    const button = target.closest("[data-wire]");
    const acts = {
      "copy-sent": () => this.#copySent(),
      edit: () => this.#edit(),
      again: () => detail < 2 && this.#again(), // the second half of a double click may meet the next panel's button
      code: () => this.#showCode(button.dataset.language),
    };
    acts[button?.dataset.wire]?.();
  }

  #changed({ target }) {
    if (!target.matches("[data-wire=compare]") || !target.value) return;
    this.compareWith(Number(target.value)).catch(toastError);
    target.value = "";
  }

  async #copySent() {
    try {
      const worked = await copy(laidOut(await this.document()));
      if (worked) toast(t("Copied"));
      else announce(t("The browser did not allow copying."));
    } catch (error) {
      toastError(error);
    }
  }

  async #showCode(language) {
    for (const one of this.querySelectorAll("[data-wire=code]")) one.ariaPressed = String(one.dataset.language === language);
    const place = this.querySelector("[data-snippet]");
    place.dataset.language = language;
    const text = await getText(`/exchanges/${this.exchange}/snippet/?language=${language}`).catch((error) => error);
    if (place.dataset.language !== language) return; // another was chosen meanwhile
    place.replaceChildren(text instanceof Error ? notice(text) : codeOf(text, language));
  }

  async #edit() {
    const [{ RawEditor }, body] = await Promise.all([import("elements/raw-editor.js"), this.document()]).catch((error) => {
      toastError(error);
      return [{}];
    });
    if (!RawEditor) return;
    const { message, model, protocol, parameters, runs } = this.dataset;
    const how = runs ? { parameters: {}, runs: JSON.parse(runs) } : { parameters: { ...JSON.parse(parameters || "{}"), protocol } };
    const of = { message: Number(message), model, ...how };
    RawEditor.open({ ...of, exchange: this.exchange, body });
  }

  /** One press is one paid run: until the server has taken or refused it there is no other. */
  get #isOnItsWay() {
    const message = Number(this.dataset.message);
    return outbox.waiting().some(({ frame }) => frame.type === "reply.create" && frame.message === message);
  }

  #guard() {
    const button = this.querySelector("[data-wire=again]");
    if (button) button.disabled = this.#isOnItsWay;
  }

  #again() {
    if (this.#isOnItsWay) return;
    const message = Number(this.dataset.message);
    const again = { of: message, exchange: this.exchange };
    if (document.getElementById(`m${message}`)) {
      tell("wire-again", again);
      return tell("message-retry", { message });
    }
    // On a branch that is not in view.
    const { model, parameters } = this.dataset;
    const frame = { type: "reply.create", message, model, parameters: JSON.parse(parameters || "{}") };
    tell("wire-again", { ...again, client_id: outbox.send(frame) });
  }
}

const isForm = (body) => Object.keys(body).sort().join() === "files,form";

function notice(error) {
  const words = error.status === GONE ? t("This can no longer be had: a file of it was deleted or too large to keep.") : error.message;
  return make("p", "notice", words);
}

function codeOf(text, language) {
  const block = document.createElement("code-block");
  block.dataset.language = language === "curl" ? "bash" : language;
  block.dataset.closed = "";
  const pre = Object.assign(make("pre"), { tabIndex: 0 }); // it scrolls
  pre.append(make("code", "", text));
  block.append(pre);
  return block;
}

customElements.define("wire-exchange", WireExchange);
