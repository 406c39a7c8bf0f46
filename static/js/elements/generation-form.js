/** `<generation-form>`: what a model that makes pictures, films or worlds needs: places for files, settings, other models.
 *
 * The composer calls `show()` and asks `draft` for what to send. Tells `form-choice {act}` and `form-use {attachment, role}`.
 */

import { html, nothing, render } from "lit-html";

import { carried, carriesSomething } from "lib/carried.js";
import { announce, tell } from "lib/dom.js";
import { GenerationDraft } from "lib/generation-draft.js";
import { MOST_MODELS } from "lib/generation-runs.js";
import { pills, sheet } from "lib/generation-settings.js";
import { slotMenu, slotRow } from "lib/generation-slots.js";
import { homelessWords } from "lib/generation-words.js";
import { t } from "lib/i18n.js";
import { openMenu } from "lib/menus.js";
import { current } from "lib/model-list.js";
import { modelOf } from "lib/models.js";
import { toast } from "lib/toast.js";

const ACCEPTS = { image: "image/*", video: "video/*", audio: "audio/*", file: "" };

class GenerationForm extends HTMLElement {
  draft = null; // null while a model is picked that answers
  #bar = null;
  #menu = { place: null, item: null };
  #sheetOf = ""; // the model whose settings are open

  connectedCallback() {
    tell("form-ready", {}, this);
  }

  disconnectedCallback() {
    this.#dialog?.close();
  }

  /** Shows the form of `model`, or nothing where it has none. `bar` is where the main settings go. */
  show({ model, choice, tray, text, bar }) {
    if (model?.id !== this.draft?.model.id) this.#dialog?.close();
    this.hidden = !model?.form;
    this.draft = model?.form ? new GenerationDraft({ model, choice, tray, text, find: (id) => modelOf(current(), id) }) : null;
    if (!this.draft) tray.settle({}, () => "");
    this.#bar = bar;
    this.#draw();
  }

  /** Does the form show this file, so that the tray need not? */
  holds = (item) => Boolean(this.draft?.roles[item.key]);

  // Files.

  /** Puts files, or an attachment from elsewhere, into the place `role`. */
  give(role, { files, attachment }) {
    const place = this.draft.place(role);
    const problem = place ? refusal(place, files, attachment) : homelessWords({ role }, this.draft.model.label);
    if (problem) return refuse(problem);
    this.#makeRoom(place, attachment);
    const fitting = files?.filter(({ type }) => place.kinds.includes(kindOf(type)));
    if (files) this.draft.tray.add(fitting.slice(0, place.isSingle ? 1 : place.room), role);
    else this.draft.tray.use(attachment, role);
    announce(t("“%(name)s” is filled.", { name: place.name }));
    if (document.activeElement === document.body) this.#focusPlace(role);
  }

  #focusPlace(role) {
    const cell = [...this.querySelectorAll(`.slot[data-role=${role}][data-filled]`)].at(-1) ?? this.querySelector(`.slot[data-role=${role}]`);
    (cell ?? this.querySelector(".slot"))?.querySelector(".slot-button").focus();
  }

  /** A place for one changes its file; a mask belongs to the picture it was painted over. */
  #makeRoom({ role, isSingle, items }, attachment) {
    const { tray } = this.draft;
    if (isSingle) items.filter((item) => !attachment || item.attachment?.id !== attachment.id).forEach((item) => tray.remove(item));
    if (isSingle && items.includes(this.draft.source)) this.#dropMask();
  }

  #dropMask() {
    for (const item of this.draft.tray.items.filter(({ role }) => role === "mask")) this.draft.tray.remove(item);
  }

  #remove(item) {
    const role = this.draft.roles[item.key];
    if (item === this.draft.source) this.#dropMask();
    this.draft.tray.remove(item);
    announce(t("Removed"));
    this.#focusPlace(role);
  }

  // Places as buttons.

  #open(place, item, button) {
    if (!item && !place.isOpen) return refuse(place.closed);
    if (!item && place.role === "mask") return this.#paint();
    this.#menu = { place, item };
    this.#draw();
    openMenu(this.querySelector(".menu"), button);
  }

  #key(event) {
    const button = event.target.closest(".slot-button");
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const isDelete = event.key === "Delete" || event.key === "Backspace";
    if (!button || !(by || isDelete)) return;
    event.preventDefault();
    const item = this.draft.tray.items.find(({ key }) => String(key) === button.dataset.key);
    if (by && !event.altKey) step(this, button, by);
    else if (item) isDelete ? this.#remove(item) : this.#move(item, by);
  }

  /** Changes places with the neighbour of the same role. */
  #move(item, by) {
    const { items } = this.draft.place(this.draft.roles[item.key]);
    const at = items.indexOf(item) + by;
    if (!items[at]) return;
    const { source } = this.draft;
    this.draft.tray.swap(item, items[at]);
    if (source !== this.draft.source) this.#dropMask();
    this.querySelector(`.slot-button[data-key="${item.key}"]`)?.focus();
    announce(t("Moved to place %(count)s", { count: at + 1 }));
  }

  #drag(event, place) {
    if (!carriesSomething(event)) return;
    event.preventDefault(); // the page's own zone leaves it to us
    const isOver = event.type === "dragover" || event.type === "dragenter";
    event.currentTarget.toggleAttribute("data-over", isOver);
    if (isOver) event.dataTransfer.dropEffect = place.isOpen || place.isSingle ? "copy" : "none";
    if (event.type !== "drop") return;
    const { files, attachment } = carried(event);
    if (attachment) this.#use(place.role, attachment);
    else if (files?.length) this.give(place.role, { files });
  }

  #use(role, attachment) {
    tell("form-use", { attachment, role }, this);
  }

  #act(name) {
    const { place, item } = this.#menu;
    const acts = {
      device: () => this.#choose(place),
      gallery: () => tell("open-gallery-picker", { kinds: place.kinds, take: (attachment) => this.#use(place.role, attachment) }),
      paint: () => this.#paint(),
      earlier: () => this.#move(item, -1),
      later: () => this.#move(item, 1),
      remove: () => this.#remove(item),
    };
    acts[name]?.();
  }

  #choose({ role, kinds, room }) {
    const input = this.querySelector("input[type=file]");
    input.accept = kinds.map((kind) => ACCEPTS[kind]).filter(Boolean).join();
    input.multiple = room > 1;
    input.onchange = () => {
      const files = [...input.files];
      input.value = ""; // the same file again must count as a change
      if (files.length) this.give(role, { files });
    };
    input.click();
  }

  #paint() {
    const { attachment } = this.draft.source ?? {};
    if (!attachment?.width) return refuse(t("The picture is still being read."));
    tell("open-mask-painter", { attachment, done: (file) => this.give("mask", { files: [file] }) });
  }

  // Other models.

  #addModel() {
    const { model, choice, isAble } = this.draft;
    const stop = new AbortController();
    const options = { capture: true, signal: stop.signal };
    const picked = (event) => {
      event.stopPropagation(); // it is for this list, not for the composer
      stop.abort();
      this.#change((now) => now.setAlso([...now.also, event.detail.model]));
    };
    tell("open-model-picker", { model: "", only: (other) => other.id !== model.id && !choice.also.includes(other.id) && isAble(other) });
    document.addEventListener("model-picked", picked, options);
    document.addEventListener("close", ({ target }) => target.matches?.("dialog") && setTimeout(() => stop.abort()), options);
  }

  #dropModel(id) {
    this.#change((choice) => choice.setAlso(choice.also.filter((other) => other !== id)));
    this.querySelector(".form-add")?.focus();
  }

  #change(act) {
    tell("form-choice", { act }, this);
  }

  // The sheet with all settings of one model.

  get #dialog() {
    return this.querySelector("dialog");
  }

  #openSheet(id) {
    this.#sheetOf = id;
    this.#draw();
    this.#dialog.showModal();
  }

  #closed() {
    this.#sheetOf = "";
    this.#draw();
  }

  #sheet() {
    const { draft } = this;
    const model = draft.models.find(({ id }) => id === this.#sheetOf);
    if (!model) return nothing;
    const isFirst = model === draft.model;
    const { count } = draft.choice;
    return sheet({
      title: isFirst ? t("Settings") : model.label,
      task: draft.taskOf(model),
      values: draft.valuesOf(model),
      set: (values) => this.#change((choice) => choice.setFor(model, values)),
      variations: isFirst ? { count, models: draft.models.length, set: (value) => this.#change((choice) => choice.setCount(value)) } : null,
      close: () => this.#dialog.close(),
    });
  }

  // What is seen.

  #draw() {
    render(this.draft ? this.#template() : nothing, this);
    render(this.draft ? this.#pills() : nothing, this.#bar);
  }

  #pills() {
    const { model, task, settings, choice, models } = this.draft;
    return pills(
      { task, values: settings, count: choice.count, models: models.length },
      {
        set: (values, name) => this.#change((now) => now.setFor(model, this.draft.kept(values, name))),
        setCount: (count) => this.#change((now) => now.setCount(count)),
        open: () => this.#openSheet(model.id),
      },
    );
  }

  #template() {
    const { places } = this.draft;
    const acts = {
      open: (...details) => this.#open(...details),
      remove: (item) => this.#remove(item),
      key: (event) => this.#key(event),
      drag: (event, place) => this.#drag(event, place),
    };
    const clicked = ({ target }) => this.#act(target.closest("[data-act]")?.dataset.act);
    const besides = ({ target }) => target === this.#dialog && this.#dialog.close();
    return html`${places.length ? slotRow(places, t("What it is made from"), acts) : nothing}
      ${this.#line()}
      <div class="menu" popover role="menu" id="slot-menu" aria-label=${t("What to put here")} @click=${clicked}>${slotMenu(this.#menu, this.draft)}</div>
      <input class="visually-hidden" type="file" tabindex="-1" aria-hidden="true">
      <dialog class="dialog form-sheet" aria-labelledby="form-sheet-title" @click=${besides} @close=${() => this.#closed()}>${this.#sheet()}</dialog>`;
  }

  #line() {
    const { models, words, lack } = this.draft;
    const [task, ...facts] = words;
    return html`<div class="form-line">
      <p class="form-task" id="form-task" role="status"><b>${task}</b>${facts.map((fact) => html`<span>${fact}</span>`)}${lack ? html`<span class="form-lack">${lack}</span>` : nothing}</p>
      <div class="form-models">${models.slice(1).map((model) => this.#chip(model))}
      ${models.length < MOST_MODELS ? html`<button class="form-add" type="button" aria-haspopup="dialog" @click=${() => this.#addModel()}><span class="icon icon-plus" aria-hidden="true"></span>${t("Also with…")}</button>` : nothing}</div>
    </div>`;
  }

  #chip(model) {
    const { id, label } = model;
    return html`<span class="form-chip" ?data-unable=${!this.draft.isAble(model)}>
      <button type="button" aria-haspopup="dialog" aria-label=${t("Settings of %(model)s", { model: label })} @click=${() => this.#openSheet(id)}><span class="truncate">${label}</span></button>
      <button type="button" aria-label=${t("Without %(model)s", { model: label })} @click=${() => this.#dropModel(id)}><span class="icon icon-x" aria-hidden="true"></span></button>
    </span>`;
  }
}

/** Why a place does not take this, or "". */
function refusal({ name, kinds, isOpen, isSingle, items, closed }, files, attachment) {
  if (!isOpen && !(isSingle && items.length)) return closed;
  const takes = files ? files.some(({ type }) => kinds.includes(kindOf(type))) : !attachment.kind || kinds.includes(attachment.kind);
  return takes ? "" : t("“%(name)s” does not take this kind of file.", { name });
}

const refuse = (words) => toast(words, { kind: "bad" });

function step(form, button, by) {
  const all = [...form.querySelectorAll(".slot-button")];
  all[(all.indexOf(button) + by + all.length) % all.length].focus();
}

const kindOf = (type) => (/^(image|video|audio)\//.exec(type) ?? ["", "file"])[1];

customElements.define("generation-form", GenerationForm);
