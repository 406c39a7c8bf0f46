/** The body of a call as text to change: says where it is no JSON, and sends it in place of what the form would make. */

import { tell } from "lib/dom.js";
import { t } from "lib/i18n.js";
import { isComposing } from "lib/ime.js";
import { check, laidOut } from "lib/json-text.js";
import { makeButton } from "lib/make.js";
import { outbox } from "lib/outbox.js";

export class RawEditor extends HTMLElement {
  #call;

  /** `call`: {message, model, parameters, exchange, body}; one editor at a time. */
  static open(call) {
    document.querySelector("raw-editor")?.remove();
    const editor = document.createElement("raw-editor");
    editor.#call = call;
    document.body.append(editor);
    editor.#show();
  }

  #show() {
    this.innerHTML = `
      <dialog class="dialog raw-editor" aria-labelledby="raw-title">
        <header class="dialog-head"><h2 id="raw-title"></h2><button class="icon-button" type="button" data-raw="close"><span class="icon icon-x" aria-hidden="true"></span></button></header>
        <textarea spellcheck="false" autocapitalize="off" autocomplete="off" aria-describedby="raw-state" wrap="off"></textarea>
        <p class="raw-state" id="raw-state" role="status"></p>
        <footer class="raw-foot"><p class="field-hint"></p><button class="button" type="button" data-raw="format"></button><button class="button button-primary" type="button" data-raw="send"></button></footer>
      </dialog>`;
    this.querySelector("h2").textContent = t("Edit the JSON");
    this.querySelector("textarea").ariaLabel = t("The JSON body");
    this.querySelector(".field-hint").textContent = t("It is sent as it stands. A file stands here as $media and is filled in again.");
    this.querySelector("[data-raw=close]").ariaLabel = t("Close");
    this.querySelector("[data-raw=format]").textContent = t("Lay out");
    this.querySelector("[data-raw=send]").textContent = t("Send");
    this.#box.value = laidOut(this.#call.body);
    this.#listen();
    this.#dialog.showModal();
    this.#box.focus();
    this.#box.setSelectionRange(0, 0);
  }

  get #dialog() {
    return this.querySelector("dialog");
  }

  get #box() {
    return this.querySelector("textarea");
  }

  #listen() {
    const acts = { close: () => this.#dialog.close(), format: () => this.#layOut(), send: () => this.#send(), mistake: () => this.#toMistake() };
    this.addEventListener("click", ({ target }) => acts[target.closest("[data-raw]")?.dataset.raw]?.());
    this.#box.addEventListener("input", () => this.#judge());
    this.#box.addEventListener("keydown", (event) => this.#pressed(event));
    this.#dialog.addEventListener("close", () => this.remove());
  }

  #pressed(event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || isComposing(event)) return;
    event.preventDefault();
    this.#send();
  }

  /** Says where the first mistake is; answers what was read. */
  #judge() {
    const found = check(this.#box.value);
    const isGood = "value" in found;
    this.#box.ariaInvalid = isGood ? null : "true";
    this.querySelector("[data-raw=send]").disabled = this.querySelector("[data-raw=format]").disabled = !isGood;
    this.#sayState(isGood ? null : found);
    return found;
  }

  #sayState(mistake) {
    const state = this.querySelector(".raw-state");
    if (!mistake) return state.replaceChildren();
    if (mistake.at < 0) return state.replaceChildren(t("A body is an object: { … }."));
    const words = t("The JSON breaks at line %(line)s, column %(column)s", mistake);
    state.replaceChildren(makeButton("link", words, { raw: "mistake" }));
  }

  #toMistake() {
    const { at } = check(this.#box.value);
    if (!(at >= 0)) return;
    this.#box.focus();
    this.#box.setSelectionRange(at, at + 1);
  }

  #layOut() {
    const found = this.#judge();
    if (found.value) this.#box.value = laidOut(found.value);
  }

  #send() {
    const { value } = this.#judge();
    if (!value || !outbox) return;
    const { message, model, parameters, runs, exchange } = this.#call;
    const client_id = outbox.send({ type: "reply.create", message, model, parameters, runs, raw: value });
    tell("wire-again", { client_id, of: message, exchange });
    comeBackIfRefused(client_id, { ...this.#call, body: value });
    this.#dialog.close();
  }
}

/** What somebody wrote is not lost because a reply was still running. */
function comeBackIfRefused(client_id, call) {
  const stop = new AbortController();
  const on = (type, act) =>
    document.addEventListener(type, ({ detail }) => {
      if (detail.client_id !== client_id) return;
      stop.abort();
      act();
    }, { signal: stop.signal });
  on("message-accepted", () => {});
  on("message-refused", () => RawEditor.open(call));
}

customElements.define("raw-editor", RawEditor);
