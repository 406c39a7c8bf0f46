/** One call of a reply: its clock while it runs, and where it waits for a person, what they decide about it. */

import { refill } from "lib/bench-form.js";
import { t } from "lib/i18n.js";
import { isComposing } from "lib/ime.js";
import { keepDraft, readDraft } from "lib/page-drafts.js";
import { answers } from "lib/tool-answers.js";
import { everySecond } from "lib/ticking.js";
import { inSeconds } from "lib/times.js";
import { offeredFor } from "lib/tool-list.js";
import { missing, schemaOf } from "lib/tools.js";

export class ToolStep extends HTMLElement {
  static observedAttributes = ["data-state"];
  #stop = new AbortController();
  #stopClock = null;
  #began = 0;
  #warned = ""; // arguments that lack something, and the person has been told
  #schema = null;

  connectedCallback() {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    this.addEventListener("click", (event) => this.#clicked(event), { signal });
    this.addEventListener("submit", (event) => this.#submitted(event), { signal });
    this.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.addEventListener("input", () => this.#keep(), { signal });
    document.addEventListener("call-refused", ({ detail }) => this.#isOurs(detail) && this.#refused(detail.error), { signal });
    this.#settle();
    this.#restore();
    if (answers.isOnItsWay(this.address)) this.#setSending(true);
  }

  disconnectedCallback() {
    this.#stop.abort();
    this.#stopClock?.();
    this.#stopClock = null;
  }

  attributeChangedCallback(_name, old, now) {
    if (!this.isConnected || old === null || old === now) return;
    this.#settle();
    if (!this.isAsked) keepDraft(this.#draft, null);
  }

  get address() {
    return { message: Number(this.dataset.message), call: this.dataset.call };
  }

  get isAsked() {
    return this.dataset.state === "asked" || this.dataset.state === "doubt";
  }

  /** Sends what was decided; the card says so until the server's newer one comes. */
  decide(action, more = {}) {
    if (!this.isAsked || "sending" in this.dataset) return;
    this.#setSending(true);
    answers.send({ ...this.address, action, ...more });
  }

  // What is typed outlives a reload, until it is decided.

  get #draft() {
    return `call/${document.body.dataset.user}/${this.dataset.message}/${this.dataset.call}`;
  }

  #keep() {
    const forms = [...this.querySelectorAll("[data-form]")];
    const values = Object.assign({}, ...forms.map((form) => Object.fromEntries(new FormData(form))));
    keepDraft(this.#draft, { ...values, shown: forms.find(({ hidden }) => !hidden)?.dataset.form ?? "" });
  }

  #restore() {
    if (!this.isAsked) return keepDraft(this.#draft, null);
    const kept = readDraft(this.#draft);
    if (!kept) return;
    for (const form of this.querySelectorAll("[data-form]")) refill(form, kept);
    this.#open(kept.shown);
  }

  #isOurs = ({ message, call }) => Number(message) === this.address.message && call === this.address.call;

  // The clock.

  #settle() {
    const isRunning = this.dataset.state === "running";
    if (isRunning === Boolean(this.#stopClock)) return;
    this.#began = performance.now();
    this.#stopClock = isRunning ? everySecond(() => this.#tick()) : void this.#stopClock();
  }

  #tick() {
    const clock = this.querySelector("[data-clock]");
    const words = inSeconds((performance.now() - this.#began) / 1000, 0);
    if (clock && clock.textContent !== words) clock.textContent = words;
  }

  // What a person decides.

  #clicked({ target }) {
    const name = target.closest("[data-step]")?.dataset.step;
    if (name === "approve" || name === "refuse") this.decide(name);
    if (name === "edit" || name === "answer") this.#show(name);
    if (name === "cancel") this.#show("");
  }

  /** The buttons, or one of the two forms in their place. */
  #show(name) {
    const shown = this.querySelector("form:not([hidden])");
    this.#open(name);
    this.#keep();
    if (name === "edit") this.#askSchema();
    if (name) this.querySelector(`[data-form=${name}] textarea`).focus();
    else this.querySelector(`[data-step=${shown?.dataset.form ?? "answer"}]`)?.focus();
  }

  #open(name) {
    for (const form of this.querySelectorAll("[data-form]")) form.hidden = form.dataset.form !== name;
    this.querySelector("[data-choices]")?.toggleAttribute("hidden", Boolean(name));
  }

  /** Of a function of the team; a tool without one is not checked. */
  async #askSchema() {
    const { model, tools = "{}" } = this.closest(".message").dataset;
    const offered = model ? await offeredFor(model).catch(() => null) : null;
    this.#schema = offered && schemaOf(this.dataset.name, offered.sets, JSON.parse(tools).names);
  }

  #submitted(event) {
    event.preventDefault();
    const form = event.target;
    if (form.dataset.form === "answer") return this.decide("answer", { result: form.result.value, is_error: form.is_error.checked });
    const problem = problemOf(form.arguments.value) || this.#warning(form.arguments.value);
    this.#say(form.querySelector("[data-error]"), problem);
    form.arguments.ariaInvalid = problem ? "true" : null;
    if (problem) form.arguments.focus();
    else this.decide("approve", { arguments: form.arguments.value });
  }

  /** Once: whoever presses again means it. */
  #warning(text) {
    const names = missing(this.#schema, JSON.parse(text));
    if (!names.length || text === this.#warned) return "";
    this.#warned = text;
    return t("Its schema also wants: %(names)s. Press again to run it all the same.", { names: names.join(", ") });
  }

  #key(event) {
    const form = event.target.closest("[data-form]");
    if (!form || isComposing(event)) return;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.#show("");
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    }
  }

  #refused(error) {
    this.#setSending(false);
    this.#say(this.querySelector("[data-problem]"), error?.message ?? "");
  }

  #setSending(isSending) {
    this.toggleAttribute("data-sending", isSending);
    for (const control of this.querySelectorAll("button, textarea, input")) control.disabled = isSending;
    if (isSending) this.#say(this.querySelector("[data-problem]"), "");
  }

  #say(line, words) {
    if (!line) return;
    line.hidden = !words;
    line.textContent = words;
  }
}

/** Why this is no object of arguments, or "". */
function problemOf(text) {
  try {
    const found = JSON.parse(text);
    return found && typeof found === "object" && !Array.isArray(found) ? "" : t("Arguments are an object: { … }");
  } catch (error) {
    return t("This is not JSON: %(reason)s", { reason: error.message });
  }
}

customElements.define("tool-step", ToolStep);
