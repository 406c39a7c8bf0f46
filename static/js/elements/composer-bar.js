/** The row under the text: model, thinking and parameters of the next message, and one button that is Send or Stop.
 *
 * Holds the choice and tells `choice-changed`, `composer-send` and `composer-stop`.
 */

import { Choice } from "lib/choice.js";
import { tell } from "lib/dom.js";
import { drafts } from "lib/drafts.js";
import { language, t } from "lib/i18n.js";
import { current, load } from "lib/model-list.js";
import { modelOf } from "lib/models.js";
import { toastError } from "lib/toast.js";
import { choosableFor } from "lib/tool-list.js";
import { VENDOR_TOOLS } from "lib/tools.js";

const GUARD_MS = 300; // Send and Stop share a place: the second half of a double click is neither
const ICONS = { send: "icon-arrow-up", save: "icon-check", stop: "icon-square", back: "icon-undo-2" };
const KINDS = { image: () => t("sees pictures"), video: () => t("watches films"), audio: () => t("hears sound"), file: () => t("reads documents") };

const fromPage = (id) => JSON.parse(document.getElementById(id)?.textContent || '""') || {};
const wordsOf = (text = "") => text.split(" ").filter(Boolean);

class ComposerBar extends HTMLElement {
  choice = null;
  #task = null; // of a model with a form
  #state = "";
  #changedAt = -Infinity;
  #listening = new AbortController();

  connectedCallback() {
    this.#listening = new AbortController();
    const listen = (target, type, act) => target.addEventListener(type, act, this.#listening);
    listen(this, "click", (event) => this.#click(event));
    listen(document, "model-picked", (event) => event.defaultPrevented || this.pick(event.detail.model));
    listen(document, "models-loaded", () => this.#describe());
    listen(document, "parameters-changed", ({ detail }) => this.change(() => this.choice.set(detail.value)));
  }

  disconnectedCallback() {
    this.#listening.abort();
  }

  /** What was chosen for `place`, or what the page came with: the last message's, or the model that its address asks for. */
  enter(place) {
    const { conversation, model, label, inputs, parameters, lastAt } = this.closest("message-composer").dataset;
    const isAsked = !conversation && new URLSearchParams(location.search).has("model");
    const first = {
      model: { id: model, label, in: wordsOf(inputs), parameters: wordsOf(parameters) },
      parameters: fromPage("last-parameters"),
      tools: fromPage("last-tools"),
      at: isAsked ? Infinity : 1000 * Number(lastAt || 0),
    };
    this.change(() => (this.choice = new Choice(drafts, place, first)));
    if (current().models.length) this.#describe(); // another page has loaded them
  }

  async pick(id) {
    const catalog = await load().catch(toastError);
    if (catalog) this.change(() => this.choice.pick(modelOf(catalog, id)));
  }

  nameOf = (id) => id;

  async #describe() {
    const catalog = await load();
    this.nameOf = (id) => modelOf(catalog, id).label;
    if (this.choice) this.change(() => this.choice.describe(modelOf(catalog, this.choice.model.id)));
  }

  /** `act(choice)` changes it. */
  change(act) {
    act(this.choice);
    this.#askForTools();
    tell("choice-changed", {}, this);
    customElements.whenDefined("parameter-panel").then(() => this.#showPanel());
  }

  /** What was chosen before may be nothing for this model: known before the next message goes. */
  async #askForTools() {
    const { tools, model } = this.choice;
    if (!tools.names.length || model.makes) return;
    const list = await choosableFor(model.id).catch(() => null);
    if (!list || model !== this.choice.model) return;
    this.choice.offer(model.id, list);
    this.#showTools(this.choice);
  }

  #showPanel() {
    const panel = document.querySelector("#panel parameter-panel");
    if (panel) Object.assign(panel, { model: this.choice.model.id, value: this.choice.wanted, task: this.#task });
  }

  /** What a generation is meant to be decides its settings. */
  set task(task) {
    if (task === this.#task) return;
    this.#task = task;
    customElements.whenDefined("parameter-panel").then(() => this.#showPanel());
  }

  /** `state`: send, save (an edit), stop, back (what has not left yet); `canQueue`: something else is written meanwhile. */
  show({ state, kinds, canQueue, canSend }) {
    this.#showSend(state, canSend);
    this.#part("queue").hidden = !canQueue;
    this.#showChoice(this.choice);
    this.#showTakes(this.choice, kinds);
  }

  #part = (name) => this.querySelector(`[data-${name}]`);

  #showSend(state, canSend) {
    const button = this.#part("send");
    button.ariaDisabled = String((state === "send" || state === "save") && !canSend);
    if (state === this.#state) return;
    if (this.#state) this.#changedAt = performance.now();
    this.#state = state;
    button.dataset.state = state;
    button.ariaLabel = button.dataset[`word${state[0].toUpperCase()}${state.slice(1)}`];
    button.firstElementChild.className = `icon icon-large ${ICONS[state]}`;
  }

  #showChoice(choice) {
    this.#part("model-label").textContent = choice.model.label;
    this.toggleAttribute("data-form", Boolean(choice.model.makes));
    const think = this.#part("think");
    think.hidden = !choice.canThink;
    think.ariaPressed = String(choice.isThinking);
    this.#part("parameters-set").hidden = !choice.isTuned;
    this.#part("compare").ariaPressed = String(choice.beside.length > 0);
    if (choice.beside.length) tell("compare-wanted"); // the line is fetched then
    this.#showTools(choice);
  }

  #showTools(choice) {
    const button = this.#part("tools");
    const own = VENDOR_TOOLS.filter((name) => choice.parameters[name] === true);
    const count = own.length + (choice.toolsOut?.names.length ?? 0);
    button.hidden = Boolean(choice.model.makes);
    button.toggleAttribute("data-on", count > 0);
    button.ariaLabel = count ? t("Tools %(count)s on", { count }) : t("Tools");
    button.querySelector("[data-count]").textContent = count || "";
  }

  #showTakes(choice, kinds) {
    const taken = Object.keys(KINDS).filter((kind) => choice.takes(kind));
    const words = new Intl.ListFormat(language()).format(taken.map((kind) => KINDS[kind]()));
    this.#part("takes-words").textContent = words ? t("%(model)s %(abilities)s.", { model: choice.model.label, abilities: words }) : "";
    for (const glyph of this.querySelectorAll("[data-takes]")) {
      const kind = glyph.dataset.takes;
      glyph.hidden = !choice.takes(kind);
      glyph.toggleAttribute("data-used", kinds.has(kind));
    }
  }

  #click(event) {
    const button = event.target.closest("button");
    if (button?.matches("[data-open-models]")) tell("open-model-picker", { model: this.choice.model.id });
    if (button?.matches("[data-think]")) this.change(() => this.choice.toggleThinking());
    if (button?.matches("[data-compare]")) tell("compare-wanted", { isAsked: true });
    if (button?.matches("[data-tools]")) tell("open-tool-menu", { bar: this, anchor: button });
    if (button?.matches("[data-queue]")) tell("composer-send", {}, this);
    if (button?.matches("[data-send]")) this.#press();
  }

  #press() {
    if (performance.now() - this.#changedAt < GUARD_MS) return;
    const isStop = this.#state === "stop" || this.#state === "back";
    tell(isStop ? "composer-stop" : "composer-send", {}, this);
  }
}

customElements.define("composer-bar", ComposerBar);
