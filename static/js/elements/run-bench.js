/** `<run-bench>`: the form of a bench, sent once for what one pressed once, and the run that it leads to. */

import { draftFor } from "lib/asking-about.js";
import { asked, examples, nameByHand, refill, startNames } from "lib/bench-form.js";
import { announce, fragment } from "lib/dom.js";
import { nt, t } from "lib/i18n.js";
import { open } from "lib/navigation.js";
import { newId } from "lib/outbox.js";
import { keepDraft, readDraft } from "lib/page-drafts.js";
import { getText, request } from "lib/requests.js";
import { aboutResults, join, split } from "lib/texts.js";
import { everySecond } from "lib/ticking.js";
import { inSeconds, localTimes } from "lib/times.js";
import { toastError, toastUndo } from "lib/toast.js";

const POLL_MS = 1500;
let arrived = 0; // the run that was just made here, so that the next page shows it at once

class RunBench extends HTMLElement {
  #stop = null;
  #still = null; // ends the clock
  #timer = 0;
  #unheard = null; // {told, client_id}: sent, and nobody knows whether it was taken
  #columns = [];
  #since = 0;

  connectedCallback() {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    this.addEventListener("submit", (event) => this.#submitted(event), { signal });
    this.addEventListener("click", (event) => this.#clicked(event), { signal });
    this.addEventListener("input", ({ target }) => target.form && target.form === this.#form && this.#typed(), { signal });
    this.addEventListener("change", (event) => this.#changed(event), { signal });
    this.addEventListener("toggle", ({ target }) => this.#opened(target), { signal, capture: true });
    this.#still = everySecond(() => this.#tick());
    localTimes(this);
    startNames(this);
    this.#restore();
    this.#count();
    this.#busy(false);
    this.#follow();
    if (arrived && arrived === Number(this.dataset.run)) this.#reveal();
    arrived = 0;
  }

  disconnectedCallback() {
    this.#stop.abort();
    this.#still();
    clearTimeout(this.#timer);
  }

  get #form() {
    return this.querySelector(".bench-form");
  }

  get #run() {
    return this.querySelector(".bench-run");
  }

  get #box() {
    return this.querySelector("[data-most]");
  }

  get #texts() {
    return split(this.#box?.value ?? "", this.#form.elements.is_separated?.checked);
  }

  // What is asked

  get #draft() {
    return `bench/${document.body.dataset.user}/${this.dataset.team}/${this.dataset.kind}`;
  }

  #typed() {
    this.#count();
    keepDraft(this.#draft, Object.fromEntries(new FormData(this.#form)));
  }

  /** What was typed here before one went elsewhere; a run, or a link with something in it, shows what it came with. */
  #restore() {
    if (!this.#form || this.dataset.run || location.search) return;
    if (this.#box?.value) return this.#typed(); // somebody was quicker than this script
    const kept = readDraft(this.#draft);
    if (kept) refill(this.#form, kept);
  }

  #count() {
    const note = this.querySelector("[data-count]");
    if (!note || !this.#box) return;
    const texts = this.#texts;
    const characters = texts.reduce((sum, text) => sum + text.length, 0);
    const isTooMuch = texts.length > Number(this.#box.dataset.most) || characters > Number(this.#box.dataset.mostCharacters);
    const listed = nt("%(count)s text", "%(count)s texts", texts.length);
    note.textContent = texts.length ? `${listed} · ${nt("%(count)s character", "%(count)s characters", characters)}` : "";
    note.toggleAttribute("data-bad", isTooMuch);
  }

  #fill(texts) {
    const { typed, isSeparated } = join(texts);
    this.#box.value = typed;
    this.#form.elements.is_separated.checked = isSeparated;
    this.#typed();
  }

  // Sending

  #submitted(event) {
    event.preventDefault();
    this.#send();
  }

  /** What may already be on its way goes again under the same name, and is paid once. */
  async #send() {
    const button = this.querySelector("[data-run]");
    if (button.disabled) return;
    const told = JSON.stringify(asked(this.dataset.kind, this.#form.elements, this.#texts));
    if (this.#unheard?.told !== told) this.#unheard = { told, client_id: newId() };
    this.#clearErrors();
    this.#busy(true);
    try {
      const body = { ...JSON.parse(told), client_id: this.#unheard.client_id, team: this.dataset.team };
      const answer = await (await request("POST", `/benches/${this.dataset.kind}/`, { body })).json();
      this.#unheard = null;
      keepDraft(this.#draft, null);
      if (!this.isConnected) return;
      arrived = answer.id;
      await open(answer.url);
    } catch (error) {
      await this.#refused(error);
    } finally {
      this.#busy(false);
    }
  }

  #busy(isBusy) {
    const button = this.querySelector("[data-run]");
    if (!button) return;
    button.disabled = isBusy;
    this.toggleAttribute("data-busy", isBusy);
    this.#since = isBusy ? Date.now() : 0;
    this.#tick();
    if (isBusy) announce(t("Waiting for the answer"));
  }

  async #refused(error) {
    const told = await error.response?.json().catch(() => null);
    if (told?.error) this.#unheard = null;
    const { message = error.message, field = "" } = told?.error ?? {};
    const place = this.querySelector(`[data-error-for="${CSS.escape(field)}"]`) ?? this.querySelector("[data-error]");
    place.textContent = error.status ? message : `${message} ${t("Pressing again sends it under the same name: it is charged once.")}`;
    place.hidden = false;
    const input = field && this.#form.elements[field];
    input?.setAttribute?.("aria-invalid", "true");
    input?.focus?.();
    announce(place.textContent);
  }

  #clearErrors() {
    for (const place of this.querySelectorAll("[data-error], [data-error-for]")) place.hidden = true;
    for (const input of this.#form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
  }

  // The run

  #follow() {
    if (this.#run?.dataset.state !== "running") return;
    this.#timer = setTimeout(async () => {
      const html = await getText(this.#run.dataset.url).catch(() => "");
      if (!this.isConnected) return;
      if (html) this.#take(html);
      this.#follow();
    }, POLL_MS);
  }

  #take(html) {
    const fresh = fragment(html).querySelector(".bench-run");
    if (!fresh || fresh.dataset.state === "running") return;
    this.#run.replaceWith(fresh);
    localTimes(fresh);
    this.querySelector(`.bench-row[data-id="${fresh.dataset.run}"]`)?.setAttribute("data-state", fresh.dataset.state);
    announce(fresh.dataset.state === "done" ? t("The answer is there.") : t("This run failed."));
  }

  #reveal() {
    announce(this.#run?.dataset.state === "failed" ? t("This run failed.") : t("The answer is there."));
  }

  #tick() {
    const clock = this.querySelector("[data-clock]");
    if (clock) clock.textContent = inSeconds((Date.now() - new Date(clock.dataset.since)) / 1000, 0);
    const hint = this.querySelector("[data-hint]");
    if (!hint) return;
    hint.dataset.words ??= hint.textContent;
    hint.textContent = this.#since ? `${t("Waiting for the answer")} ${inSeconds((Date.now() - this.#since) / 1000, 0)}` : hint.dataset.words;
  }

  // What one presses

  #clicked({ target }) {
    const button = target.closest("button");
    if (!button) return;
    const { dataset } = button;
    if ("again" in dataset) this.#again();
    else if ("delete" in dataset) this.#delete();
    else if ("example" in dataset) this.#example();
    else if ("askAbout" in dataset) this.#askAbout();
    else if (dataset.page) this.#turn(Number(dataset.page));
    else if (dataset.query) this.#look(dataset.query);
  }

  /** The run that is shown, whatever was typed over it meanwhile. */
  #again() {
    this.#form.reset();
    startNames(this);
    this.#send();
  }

  async #delete() {
    const { url } = this.#run.dataset;
    try {
      await request("DELETE", url);
      await open(`/benches/${this.dataset.kind}/`);
      toastUndo(t("The run was deleted."), () => request("POST", `${url}restore/`).then(() => open(url), toastError));
    } catch (error) {
      toastError(error);
    }
  }

  #example() {
    this.#fill(examples());
    this.querySelector("[data-run]").focus();
  }

  #turn(by) {
    const { page } = this.#form.elements;
    page.value = Math.max(1, (Number(page.value) || 1) + by);
    this.#send();
  }

  #look(query) {
    Object.assign(this.#form.elements.q, { value: query });
    this.#form.elements.page.value = "";
    this.#send();
  }

  /** Into the composer of a new conversation, where it waits to be sent. */
  async #askAbout() {
    const lists = await request("GET", `${this.#run.dataset.url}lists/`).catch((error) => void toastError(error));
    if (!lists) return;
    const { results } = await lists.json();
    const query = this.querySelector(".bench-head h2").textContent;
    draftFor(this.dataset.team, aboutResults(query, results, t("Answer from these search results, and name their numbers:")));
    open("/");
  }

  #changed({ target }) {
    if (target.matches("[data-csv]")) this.#read(target);
    else if (target.id === "bench-column") this.#fill(this.#columns[target.value].texts);
    else if (target.matches("select:has([data-other])")) nameByHand(target);
  }

  async #read(input) {
    const [file] = input.files;
    if (!file) return;
    this.#clearErrors();
    try {
      const answer = await request("POST", "/benches/csv/", { body: file, headers: { "Content-Type": "text/csv" } });
      this.#offer(await answer.json());
    } catch (error) {
      await this.#refused(error);
    }
    input.value = "";
  }

  /** The column with most text first; which one it is can be changed. */
  #offer({ columns, most }) {
    this.#columns = columns;
    const size = ({ texts }) => texts.reduce((sum, text) => sum + text.length, 0);
    const best = columns.reduce((found, column, place) => (size(column) > size(columns[found]) ? place : found), 0);
    const select = this.querySelector("#bench-column");
    select.replaceChildren(...columns.map(({ name, count }, place) => new Option(`${name} (${count})`, place, false, place === best)));
    select.closest("[data-columns]").hidden = columns.length < 2;
    this.#fill(columns[best].texts);
    const { count } = columns[best];
    if (count > most) toastError({ message: t("The first %(most)s of %(count)s texts were taken.", { most, count }) });
  }

  /** What was sent and what came, once somebody asks for it. */
  async #opened(details) {
    const content = details.querySelector?.("[data-content]");
    if (!content) return;
    if (!details.open) return content.replaceChildren(); // each has the same names inside
    content.textContent = t("Loading");
    try {
      content.replaceChildren(fragment(await getText(`/exchanges/${details.dataset.exchange}/`)));
    } catch (error) {
      content.textContent = error.message;
    }
  }
}

customElements.define("run-bench", RunBench);
