/** `<function-bench>`: a set of functions as cards, checked while one types, saved for the team, tried in a conversation. */

import { html, nothing, render } from "lit-html";

import { copy } from "lib/clipboard.js";
import { EXAMPLE, byField, carded, exported, read, told, unread } from "lib/function-forms.js";
import { nt, t } from "lib/i18n.js";
import { open } from "lib/navigation.js";
import { keepDraft, readDraft } from "lib/page-drafts.js";
import { request } from "lib/requests.js";
import { localTimes } from "lib/times.js";
import { toast, toastError } from "lib/toast.js";

const CHECK_MS = 400;
const ADDRESS = "/benches/functions/";

class FunctionBench extends HTMLElement {
  #stop = null;
  #undoable = new AbortController(); // until the set is saved
  #cards = [];
  #name = "";
  #isShared = false;
  #problems = {};
  #paste = null; // {text, message} while the window to paste into is open
  #isBusy = false;
  #isChanged = false;
  #timer = 0;
  #asked = 0;

  connectedCallback() {
    this.#stop = new AbortController();
    const kept = JSON.parse(this.querySelector("#function-set").textContent);
    const { name, shared } = this.#editor.dataset;
    this.#take({ cards: kept.map(carded), name, isShared: shared !== undefined });
    const draft = this.#mayChange && readDraft(this.#draft);
    if (draft) [this.#isChanged] = [true, this.#take(draft)];
    this.addEventListener("click", (event) => this.#clicked(event), { signal: this.#stop.signal });
    localTimes(this);
    this.#render();
  }

  disconnectedCallback() {
    this.#stop.abort();
    this.#undoable.abort();
    clearTimeout(this.#timer);
  }

  get #editor() {
    return this.querySelector("[data-editor]");
  }

  get #mayChange() {
    return "mayChange" in this.dataset;
  }

  // Changes

  get #draft() {
    return `functions/${document.body.dataset.user}/${this.dataset.team}/${this.dataset.set ?? "new"}`;
  }

  #take({ cards, name, isShared }) {
    [this.#cards, this.#name, this.#isShared] = [cards, name, isShared];
  }

  #keepDraft() {
    this.#isChanged = true;
    keepDraft(this.#draft, { cards: this.#cards, name: this.#name, isShared: this.#isShared });
  }

  #set(place, values) {
    this.#cards = this.#cards.map((card, at) => (at === place ? { ...card, ...values } : card));
    this.#changed();
  }

  #add(card) {
    this.#cards = [...this.#cards, card];
    this.#changed();
    this.querySelector(".function-card:last-of-type input")?.focus();
  }

  #remove(place) {
    const [gone] = this.#cards.slice(place, place + 1);
    this.#cards = this.#cards.toSpliced(place, 1);
    this.#changed();
    toast(t("%(name)s was taken out.", { name: gone.name || t("The function") }), {
      action: t("Undo"),
      until: this.#undoable.signal,
      onAction: () => {
        this.#cards = this.#cards.toSpliced(place, 0, gone);
        this.#changed();
      },
    });
  }

  #changed() {
    this.#keepDraft();
    this.#problems = byField([], unread(this.#cards));
    this.#render();
    clearTimeout(this.#timer);
    if (this.#cards.length) this.#timer = setTimeout(() => this.#check(), CHECK_MS);
  }

  /** The server knows JSON schema; an older answer is of no use. */
  async #check() {
    const mine = (this.#asked += 1);
    const answer = await request("POST", `${ADDRESS}check/`, { body: { functions: told(this.#cards) } }).catch(() => null);
    if (!answer || mine !== this.#asked) return;
    const { problems } = await answer.json();
    this.#problems = byField(problems, unread(this.#cards));
    if (this.isConnected) this.#render();
  }

  /** Whatever form of whatever vendor; what is wrong with it shows on the cards. */
  async #takePasted() {
    const { value, message, line } = read(this.#paste.text);
    if (value === undefined) return this.#complain(line ? t("Line %(line)s: %(why)s", { line, why: message }) : message);
    try {
      const answer = await request("POST", `${ADDRESS}check/`, { body: { functions: value } });
      const { functions } = await answer.json();
      if (!functions.length) return this.#complain(t("There is no function in this."));
      this.#close();
      this.#cards = [...this.#cards, ...functions.map(carded)];
      this.#changed();
      toast(nt("%(count)s function was read.", "%(count)s functions were read.", functions.length));
    } catch (error) {
      this.#complain(error.message);
    }
  }

  #complain(message) {
    this.#paste = { ...this.#paste, message };
    this.#render();
  }

  #close() {
    this.querySelector("dialog")?.close();
    this.#paste = null;
    this.#render();
  }

  // Keeping

  async #save() {
    const id = this.dataset.set;
    const body = { name: this.#name, is_shared: this.#isShared, functions: told(this.#cards), team: this.dataset.team };
    this.#isBusy = true;
    this.#render();
    try {
      const answer = await request(id ? "PUT" : "POST", id ? `${ADDRESS}${id}/` : ADDRESS, { body });
      this.#isChanged = false;
      keepDraft(this.#draft, null);
      this.#undoable.abort();
      this.#undoable = new AbortController();
      return await answer.json();
    } catch (error) {
      await this.#refused(error);
      return null;
    } finally {
      this.#isBusy = false;
      if (this.isConnected) this.#render();
    }
  }

  async #refused(error) {
    const refusal = await error.response?.json().catch(() => null);
    const { message = error.message, field = "" } = refusal?.error ?? {};
    const [, place, name] = /^functions\.(\d+)\.(\w+)$/.exec(field) ?? [];
    const at = place === undefined ? { function: null, field: field === "name" ? "name" : "" } : { function: Number(place), field: name };
    this.#problems = byField([{ ...at, message }], this.#problems);
    this.#render();
    this.querySelector("[aria-invalid=true]")?.focus();
  }

  async #keep() {
    const kept = await this.#save();
    if (!kept) return;
    toast(t("Saved."));
    open(kept.url, { replace: Boolean(this.dataset.set) });
  }

  /** Into a new conversation that may call this set; nothing is sent there by itself. */
  async #try() {
    const id = this.#isChanged && this.#mayChange ? (await this.#save())?.id : this.dataset.set;
    if (id) open(`/?tools=functions:${id}`);
  }

  async #delete() {
    const again = { name: this.#name, is_shared: this.#isShared, functions: told(this.#cards), team: this.dataset.team };
    try {
      await request("DELETE", `${ADDRESS}${this.dataset.set}/`);
      keepDraft(this.#draft, null);
      await open(ADDRESS);
      const undo = () => request("POST", ADDRESS, { body: again }).then(async (answer) => open((await answer.json()).url), toastError);
      toast(t("The set was deleted."), { action: t("Undo"), onAction: undo });
    } catch (error) {
      toastError(error);
    }
  }

  /** The recorded calls of a reply, each with a player of its own. */
  #clicked({ target }) {
    const button = target.closest("[data-exchanges]");
    if (!button) return;
    const content = button.parentElement.querySelector("[data-content]");
    const isOpening = content.hidden;
    content.hidden = !isOpening;
    button.ariaExpanded = String(isOpening);
    if (!isOpening) return content.replaceChildren();
    content.append(...button.dataset.exchanges.split(" ").map(player));
  }

  // Drawing

  #render() {
    render(this.#template(), this.#editor);
    const dialog = this.querySelector("dialog");
    if (this.#paste && dialog && !dialog.open) dialog.showModal();
  }

  #template() {
    const own = this.#problems.set ?? {};
    if (!this.#cards.length && !this.dataset.set) return html`${this.#emptyTemplate()}${this.#pasteTemplate()}`;
    return html`<form class="function-set" novalidate @submit=${(event) => (event.preventDefault(), this.#keep())}>
      <div class="function-head">
        <div class="field"><label for="set-name">${t("Name of the set")}</label><input id="set-name" maxlength="100" .value=${this.#name} ?disabled=${!this.#mayChange} aria-invalid=${own.name ? "true" : nothing} aria-describedby="set-name-error" @input=${(event) => this.#rename(event.target.value)}>${wrong("set-name-error", own.name)}</div>
        ${"own" in this.dataset && this.#mayChange ? html`<label class="check"><input type="checkbox" .checked=${this.#isShared} @change=${(event) => this.#share(event.target.checked)}>${t("The whole team may use it")}</label>` : nothing}
      </div>
      ${this.#cards.map((card, place) => this.#card(card, place))}
      ${wrong("set-error", own[""])}
      ${this.#mayChange ? html`<div class="function-more"><button class="button" type="button" @click=${() => this.#add(carded({}))}><span class="icon icon-plus" aria-hidden="true"></span>${t("Another function")}</button><button class="button button-quiet" type="button" @click=${() => this.#openPaste()}>${t("Paste JSON")}</button></div>` : nothing}
      <div class="function-acts">
        ${this.#mayChange ? html`<button class="button ${this.#isChanged ? "button-primary" : ""}" ?disabled=${this.#isBusy || !this.#cards.length}>${t("Save")}</button>` : nothing}
        ${"mayWrite" in this.dataset ? html`<button class="button ${this.#isChanged ? "" : "button-primary"}" type="button" ?disabled=${this.#isBusy || !this.#cards.length} @click=${() => this.#try()}>${t("Try it")}</button>` : nothing}
        <button class="button button-quiet" type="button" ?disabled=${!this.#cards.length} @click=${() => this.#copy()}>${t("Copy as JSON")}</button>
        ${this.dataset.set && this.#mayChange ? html`<button class="icon-button" type="button" aria-label=${t("Delete this set")} @click=${() => this.#delete()}><span class="icon icon-trash-2" aria-hidden="true"></span></button>` : nothing}
      </div>
    </form>${this.#pasteTemplate()}`;
  }

  #rename(name) {
    this.#name = name;
    this.#keepDraft();
    const { name: gone, ...rest } = this.#problems.set ?? {};
    if (gone) this.#problems = { ...this.#problems, set: rest };
    this.#render();
  }

  #share(isShared) {
    this.#isShared = isShared;
    this.#keepDraft();
    this.#render();
  }

  #openPaste() {
    this.#paste = { text: "", message: "" };
    this.#render();
  }

  async #copy() {
    if (await copy(exported(this.#cards))) toast(t("Copied"));
  }

  #emptyTemplate() {
    const acts = html`<div class="function-more"><button class="button button-primary" type="button" @click=${() => this.#add(carded({}))}>${t("Write a function")}</button><button class="button" type="button" @click=${() => this.#openPaste()}>${t("Paste JSON")}</button><button class="button button-quiet" type="button" @click=${() => this.#add(carded(EXAMPLE))}>${t("Take an example")}</button></div>`;
    return html`<div class="empty"><span class="icon icon-square-function" aria-hidden="true"></span><p>${t("Functions that a model may call: you write what they take, and they answer with a text you prepared, or wait for yours.")}</p>${this.#mayChange ? acts : nothing}</div>`;
  }

  #card(card, place) {
    const own = this.#problems[place] ?? {};
    const id = (name) => `function-${place}-${name}`;
    const field = (name, words, input) => html`<div class="field"><label for=${id(name)}>${words}</label>${input}${wrong(id(`${name}-error`), own[name])}</div>`;
    const bad = (name) => (own[name] ? "true" : nothing);
    return html`<fieldset class="card function-card" ?disabled=${!this.#mayChange}><legend class="visually-hidden">${card.name || t("New function")}</legend>
      <div class="function-line">${field("name", t("Name"), html`<input id=${id("name")} class="mono" maxlength="64" autocapitalize="off" spellcheck="false" .value=${card.name} aria-invalid=${bad("name")} aria-describedby=${id("name-error")} @input=${(event) => this.#set(place, { name: event.target.value.trim() })}>`)}
      ${this.#mayChange ? html`<button class="icon-button" type="button" aria-label=${t("Take this function out")} @click=${() => this.#remove(place)}><span class="icon icon-trash-2" aria-hidden="true"></span></button>` : nothing}</div>
      ${field("description", t("What it does, for the model"), html`<textarea id=${id("description")} rows="2" .value=${card.description} @input=${(event) => this.#set(place, { description: event.target.value })}></textarea>`)}
      ${field("parameters", t("Parameters as JSON schema"), html`<textarea id=${id("parameters")} class="mono function-schema" rows=${Math.min(16, Math.max(5, card.schema.split("\n").length))} spellcheck="false" autocapitalize="off" .value=${card.schema} aria-invalid=${bad("parameters")} aria-describedby=${id("parameters-error")} @input=${(event) => this.#set(place, { schema: event.target.value })}></textarea>`)}
      ${this.#answer(card, place, own, id)}
    </fieldset>`;
  }

  #answer(card, place, own, id) {
    const isMocked = card.result !== null;
    const choice = (mocked, words) => html`<label><input type="radio" name=${id("by")} .checked=${isMocked === mocked} @change=${() => this.#set(place, { result: mocked ? "" : null })}>${words}</label>`;
    return html`<div class="field"><span class="label" id=${id("by")}>${t("What it answers")}</span>
      <div class="segments function-by" role="radiogroup" aria-labelledby=${id("by")}>${choice(false, t("I type it each time"))}${choice(true, t("Always this text"))}</div>
      ${isMocked ? html`<textarea class="mono" rows="3" spellcheck="false" aria-label=${t("The text it always answers")} .value=${card.result} aria-invalid=${own.result ? "true" : nothing} @input=${(event) => this.#set(place, { result: event.target.value })}></textarea>` : nothing}${wrong(id("result-error"), own.result)}</div>`;
  }

  #pasteTemplate() {
    if (!this.#paste) return nothing;
    return html`<dialog class="dialog function-paste" aria-label=${t("Paste JSON")} @close=${() => this.#paste && this.#close()}>
      <div class="dialog-head"><h2>${t("Paste JSON")}</h2><button class="icon-button" type="button" aria-label=${t("Close")} @click=${() => this.#close()}><span class="icon icon-x" aria-hidden="true"></span></button></div>
      <div class="function-paste-body"><div class="field"><textarea class="mono" rows="14" spellcheck="false" autofocus aria-label=${t("Functions as JSON")} aria-invalid=${this.#paste.message ? "true" : nothing} .value=${this.#paste.text} @input=${(event) => (this.#paste = { text: event.target.value, message: "" })}></textarea>
      <p class="field-hint">${t("One function or a list, in the form of OpenAI, Claude, Google or MCP.")}</p>${wrong("paste-error", this.#paste.message && { message: this.#paste.message })}</div>
      <button class="button button-primary" type="button" @click=${() => this.#takePasted()}>${t("Take these")}</button></div>
    </dialog>`;
  }
}

function player(exchange) {
  const node = document.createElement("wire-replay");
  node.dataset.exchange = exchange;
  return node;
}

/** A problem under its field, with the line where it is known. */
function wrong(id, problem) {
  if (!problem) return nothing;
  return html`<p class="field-error" id=${id} role="alert">${problem.line ? t("Line %(line)s: %(why)s", { line: problem.line, why: problem.message }) : problem.message}</p>`;
}

customElements.define("function-bench", FunctionBench);
