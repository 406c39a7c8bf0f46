/** Holds text, files and choice of the next message together: sends, queues, edits and stops; its parts do the showing. */

import { Arrivals } from "lib/arrivals.js";
import { unfitFor } from "lib/compare.js";
import { editLast, page } from "lib/conversation-page.js";
import { Desk } from "lib/desk.js";
import { isCoarse, tell } from "lib/dom.js";
import { drafts, placeOf } from "lib/drafts.js";
import { t } from "lib/i18n.js";
import { current } from "lib/model-list.js";
import { open, settle } from "lib/navigation.js";
import { outbox } from "lib/outbox.js";
import { preference } from "lib/preferences.js";
import { Queue } from "lib/queue.js";
import { sending } from "lib/sending.js";
import { isMac } from "lib/shortcuts.js";
import { on } from "lib/socket.js";
import { Standing } from "lib/standing.js";
import { Submission } from "lib/submission.js";
import { toast, toastError, toastUndo } from "lib/toast.js";
import { followKeyboard } from "lib/viewport.js";

const PARTS = ["attachment-tray", "attach-files", "composer-bar", "composer-notes", "composer-text", "message-queue"];

class MessageComposer extends HTMLElement {
  #listening = new AbortController();
  #stops = [];
  #place = "";
  #desk = null;
  #submission = null;
  #isReady = false;
  #standing = new Standing({
    outbox,
    sending,
    page,
    act: (message, status) => tell("reply-state", { message, status }),
    changed: () => this.#changed(),
  });
  #arrivals = null;
  #queue = new Queue({
    drafts,
    standing: this.#standing,
    send: (question) => this.#submission.ask(question),
    show: (messages) => this.#part("message-queue").show(messages, this.#standing),
  });

  async connectedCallback() {
    this.#listening = new AbortController();
    this.#setPlace(Number(this.dataset.conversation) || null);
    if (!this.#standing.conversation) outbox.team = this.dataset.team;
    this.#stops = [this.#standing.follow(on), outbox.on("change", () => this.#show())];
    // The list too: it shows what is sent from here, and must hear of it.
    await Promise.all([...PARTS, "message-list"].map((tag) => customElements.whenDefined(tag)));
    if (this.isConnected) this.#begin();
  }

  disconnectedCallback() {
    this.#isReady = false;
    this.#listening.abort();
    this.#stops.splice(0).forEach((stop) => stop());
  }

  #begin() {
    this.#desk = new Desk({
      words: this.#text,
      files: this.#part("attachment-tray"),
      team: this.dataset.team,
      cannotKeep: () => this.#notes.say(t("The browser's storage is full. This draft lives only until the tab closes.")),
    });
    this.#submission = new Submission({
      desk: this.#desk,
      standing: this.#standing,
      queue: this.#queue,
      notes: this.#notes,
      choice: () => this.choice,
      draft: () => this.#form?.draft ?? null,
      unfit: () => unfitFor(this.choice.beside, this.#desk.tray.kinds, (id) => current().byId.get(id)),
      mostCharacters: JSON.parse(document.getElementById("limits").textContent).max_text_characters,
    });
    this.#arrivals = new Arrivals({
      desk: this.#desk,
      bar: this.#bar,
      notes: this.#notes,
      text: this.#text,
      form: () => this.#form,
      choose: (what) => this.#part("attach-files").choose(what),
      typed: () => this.#typed(),
    });
    this.#isReady = true;
    this.#bar.enter(this.#place);
    this.#listen();
    this.#enter();
    this.#showPending();
    this.#arrive();
    this.#queue.changed();
    customElements.whenDefined("message-list").then(() => outbox.open());
    const isFree = [document.body, document.getElementById("main")].includes(document.activeElement);
    if (!isCoarse() && isFree) this.#text.focus();
  }

  /** At an empty page: perhaps its question was answered while it loaded, perhaps its address brings something. */
  #arrive() {
    const isNew = !this.#standing.conversation;
    const url = isNew && drafts.began(page.mark);
    if (url) open(url, { replace: true });
    else this.#arrivals.takeAddress(isNew);
  }

  #part = (tag) => this.querySelector(tag);

  /** The model and settings of the next message. */
  get choice() {
    return this.#bar.choice;
  }

  get #bar() {
    return this.#part("composer-bar");
  }

  get #notes() {
    return this.#part("composer-notes");
  }

  get #text() {
    return this.#part("composer-text");
  }

  /** The form of the picked model, once it is there; null while a model is picked that answers. */
  get #form() {
    const form = this.#part("generation-form");
    return form.draft ? form : null;
  }

  #setPlace(conversation) {
    this.#place = placeOf(conversation, this.dataset.team);
    Object.assign(this.#standing, { conversation, place: this.#place });
    this.#queue.place = this.#place;
  }

  #listen() {
    const { signal } = this.#listening;
    const listen = (target, type, act, capture = false) => target.addEventListener(type, act, { signal, capture });
    listen(this, "text-typed", () => this.#typed());
    listen(this, "text-key", ({ detail }) => this.#key(detail.meaning));
    listen(this, "tray-change", () => this.#filesChanged());
    listen(this, "tray-model", ({ detail }) => this.#bar.pick(detail.model));
    listen(this, "form-ready", () => this.#changed());
    listen(this, "form-choice", ({ detail }) => this.#bar.change(detail.act));
    listen(this, "composer-send", () => this.#submit());
    listen(this, "composer-stop", () => this.#stop());
    listen(this, "choice-changed", () => this.#filesChanged());
    listen(this, "queue-act", ({ detail }) => this.#queueAct(detail));
    listen(this, "submit", (event) => event.preventDefault());
    listen(this, "click", ({ target }) => target.closest("[data-cancel-edit]") && this.#endEdit());
    this.#listenToPage(listen);
    this.#arrivals.listen(listen, this);
    this.#stops.push(drafts.onForeign(window, () => this.#place, (kind, value) => this.#takeForeign(kind, value)));
    this.#text.stateOfKeys = () => this.#stateOfKeys();
    this.#part("attach-files").attachUrl = (url) => this.#desk.tray.addUrl(url);
    Object.assign(this.#part("attachment-tray"), {
      nameOfModel: (id) => this.#bar.nameOf(id),
      isElsewhere: (item) => Boolean(this.#form?.holds(item)),
    });
  }

  #listenToPage(listen) {
    listen(document, "focus-composer", () => this.#text.focus());
    listen(document, "message-edit", ({ detail }) => this.#startEdit(detail));
    listen(document, "message-stop", ({ detail }) => this.#stop(Number(detail.message)));
    listen(window, "message-accepted", (event) => this.#keepApart(event), true);
    listen(document, "message-accepted", ({ detail }) => this.#accepted(detail));
    listen(document, "message-refused", ({ detail }) => this.#refused(detail));
    listen(document, "message-returning", ({ detail }) => detail.place === this.#place && this.#desk.save());
    listen(document, "visibilitychange", () => document.hidden || this.#takeForeign("draft", drafts.read(this.#place)));
  }

  // Text and files.

  #typed() {
    this.#notes.problem = "";
    this.#notes.say("");
    this.#submission.stopWaiting();
    this.#desk.save();
    this.#show();
  }

  #takeForeign(kind, value) {
    if (kind === "queue") return this.#queue.changed();
    if (kind === "choice") return this.#bar.enter(this.#place);
    this.#desk.takeForeign(value);
    this.#show();
  }

  #filesChanged() {
    this.#desk.saveFiles();
    this.#changed();
  }

  // Sending.

  #stateOfKeys() {
    return {
      sendKey: preference("send_key"),
      isTouch: isCoarse(),
      isMac: isMac(),
      isEmpty: this.#desk.isUntouched,
      isEditing: Boolean(this.#desk.edit),
      isRunning: this.#submission.isWaiting || this.#standing.activity !== "send",
    };
  }

  #key(meaning) {
    if (meaning === "send") this.#submit();
    if (meaning === "stop") this.#submission.isWaiting ? this.#submission.stopWaiting() : this.#stop();
    if (meaning === "edit-last") editLast();
    if (meaning === "cancel-edit") this.#endEdit();
  }

  #submit() {
    const isGone = this.#submission.submit();
    this.#shown();
    if (isGone && isCoarse()) this.#text.blur(); // the keyboard goes and the reply is seen
    else this.#text.focus();
  }

  #showPending() {
    const entries = this.#standing.pending;
    if (!entries.length) return;
    customElements.whenDefined("message-list").then(() => {
      for (const { frame, files } of entries) tell("message-pending", { ...frame, files });
    });
  }

  /** A conversation that a closed tab began is not the one that this empty page will become. */
  #keepApart(event) {
    const { frame, client_id } = event.detail;
    if (frame.conversation === null && !this.#standing.isOwn(client_id)) event.stopImmediatePropagation();
  }

  #accepted({ client_id, conversation, reply, replies, is_branch, url, frame, place }) {
    const isHere = place === this.#place && (this.#standing.conversation || this.#standing.isOwn(client_id));
    const wasStale = isHere && is_branch && this.#standing.isNewest(frame.parent);
    if (isHere && !this.#standing.conversation) this.#settle(conversation, url);
    if (conversation !== this.#standing.conversation) return;
    if (wasStale) toast(t("The conversation had moved on. Your message began a branch of it."));
    this.#standing.accepted({ client_id, reply, replies });
    this.#show();
  }

  /** The new conversation has its address: from here on everything is kept under it. */
  #settle(conversation, url) {
    this.dataset.conversation = conversation;
    this.#setPlace(conversation);
    this.#bar.choice.moveTo(this.#place);
    this.#desk.moveTo(this.#place);
    page.mark = undefined; // Back must come to an empty page
    settle(url);
    tell("conversation-opened", { conversation });
  }

  #refused({ place, frame, error }) {
    if (place === this.#place) {
      if (drafts.edit(place) || !this.#desk.hasSomething) this.#enter();
      this.#queue.changed();
      this.#notes.problem = error?.message ?? "";
    } else if (frame.type !== "message.create" && error) {
      toast(error.message, { kind: "bad", seconds: 8 }); // a second answer or a continued one
    }
    this.#show();
  }

  #stop(message = null) {
    if (message) this.#standing.stopReply(message);
    else this.#standing.stop();
    this.#show();
  }

  #queueAct({ action, index }) {
    if (action === "send") return this.#queue.sendNow(index);
    const question = this.#queue.take(index);
    if (action === "delete") return toastUndo(t("Removed"), () => this.#queue.insert(index, question));
    if (this.#desk.hasSomething) this.#queue.insert(index, this.#submission.question()); // they change places
    this.#desk.clear();
    this.#desk.lay(question);
    this.#text.focus();
  }

  // Editing.

  async #startEdit(detail) {
    await this.#desk.beginEdit(detail).catch(toastError);
    this.#shown();
  }

  #endEdit() {
    this.#desk.endEdit();
    this.#notes.problem = "";
    this.#shown();
    if (!isCoarse()) this.#text.focus();
  }

  // What is seen.

  #enter() {
    this.#desk.enter(this.#place);
    this.#shown();
  }

  #shown() {
    this.querySelector("[data-edit-banner]").hidden = !this.#desk.edit;
    this.#show();
  }

  #changed() {
    if (!this.#isReady) return;
    this.#show();
    if (this.#submission.goOn()) this.#shown();
    this.#queue.changed();
  }

  #show() {
    if (!this.#isReady) return;
    const activity = this.#standing.activity;
    this.#desk.tray.ask(this.#bar.choice.model.id, this.#bar.choice.parameters.protocol);
    this.#showForm();
    const canSend = this.#desk.hasSomething;
    const canQueue = !this.#desk.edit && activity !== "send" && canSend;
    const state = this.#desk.edit ? "save" : activity;
    const isHindered = Boolean(this.#desk.tray.problem || this.#form?.draft.hindrance);
    this.#bar.show({ state, kinds: this.#desk.tray.kinds, canSend: canSend && !isHindered, canQueue });
  }

  /** The element is fetched when the first such model is picked. */
  #showForm() {
    const { choice } = this;
    const model = choice.model.makes ? (current().byId.get(choice.model.id) ?? null) : null;
    if (model) tell("form-wanted");
    const { tray, text } = this.#desk;
    const form = this.#part("generation-form");
    form.show?.({ model, choice, tray, text, bar: this.querySelector("[data-form-bar]") });
    this.#bar.task = form.draft?.task ?? null;
    this.#text.hint = form.draft?.placeholder;
    this.#part("attachment-tray").draw();
  }
}

followKeyboard(window);
customElements.define("message-composer", MessageComposer);
