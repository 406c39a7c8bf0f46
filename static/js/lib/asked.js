/** What this person has just asked, on the page before the server has it: bubbles at once, back to before if it is refused. */

import { articlesOf, rowOf } from "lib/columns.js";
import { namesOf } from "lib/compare.js";
import { tell } from "lib/dom.js";
import { current } from "lib/model-list.js";
import { modelOf } from "lib/models.js";
import { outbox } from "lib/outbox.js";
import { pendingCard } from "lib/pending-card.js";
import { pendingFile } from "lib/pending-file.js";
import { sending } from "lib/sending.js";
import { choosableFor } from "lib/tool-list.js";
import { outgoing, toolsOf } from "lib/tools.js";

export class Asked {
  #list;
  #bubbles;
  #follow;
  #refresh;
  #resync;
  #cut = new Map(); // client id: what a branch under way has taken from view

  /** `refresh(message)` fetches its HTML, `resync()` that of the newest page. */
  constructor({ list, bubbles, follow, refresh, resync }) {
    this.#list = list;
    this.#bubbles = bubbles;
    this.#follow = follow;
    this.#refresh = refresh;
    this.#resync = resync;
  }

  /** The composer has sent something: it goes near the top, with room for the answer. */
  pending({ client_id, conversation, text, files, parent }) {
    if ((conversation ?? null) !== this.#list.conversation) return;
    if (this.#bubbles.pendingOf(client_id, "user")) return;
    this.#cutAfter(parent ?? null, client_id);
    const question = this.#bubbles.addPending("user", client_id, parent);
    question.querySelector("markdown-text").text = text;
    question.querySelector(".message-files").append(...files.map(pendingFile));
    const entry = outbox.waiting().find(({ frame }) => frame.client_id === client_id);
    const { compare } = entry?.frame ?? {};
    if (compare) this.#bubbles.addPendingColumns(client_id, namesOf(compare, (id) => modelOf(current(), id).label));
    const answer = compare ? null : this.#bubbles.addPending("assistant", client_id, null);
    if (answer) name(answer, entry?.frame.model);
    if (answer && entry?.cards?.length) showCards(answer, entry.cards);
    this.#follow.pin(question);
  }

  accepted({ client_id, conversation, message, reply, replies, frame }) {
    if (conversation !== this.#list.conversation) return;
    this.#cut.delete(client_id);
    const question = this.#bubbles.pendingOf(client_id, "user");
    const answer = this.#bubbles.pendingOf(client_id, "assistant");
    if (question) this.#bubbles.adopt(question, message, frame?.parent);
    if (answer) this.#bubbles.adopt(answer, reply, message);
    if (frame?.compare) this.#acceptedColumns(client_id, message, replies);
    for (const node of [question, answer]) if (node) this.#refresh(Number(node.dataset.message));
    // Something came between while this was on its way: the server knows what is in view now.
    const above = question?.previousElementSibling;
    if (question && !(above ? articlesOf(above) : [{ dataset: { message: "" } }]).some(({ dataset }) => dataset.message === question.dataset.parent)) this.#resync();
  }

  /** Deltas find their columns from here on; the server's row brings what one can do with them. */
  #acceptedColumns(client_id, message, replies = []) {
    this.#bubbles.columnsOf(client_id, message).forEach((article, n) => this.#bubbles.adopt(article, replies[n], message));
    this.#resync();
  }

  /** The composer says why. */
  refused({ client_id, frame }) {
    if (frame.type === "reply.continue") this.#offerAgain(frame.message);
    const pending = ["user", "assistant"].map((role) => rowOf(this.#bubbles.pendingOf(client_id, role))).filter(Boolean);
    if (!pending.length && !this.#cut.has(client_id)) return;
    for (const node of pending) node.remove();
    this.#bubbles.putBack(this.#cut.get(client_id) ?? []);
    this.#cut.delete(client_id);
  }

  /** The same question once more, perhaps to another model; the old answer stays beside the new one. */
  async retry({ message, model }) {
    const article = this.#bubbles.find(message);
    if (!article || !sending) return;
    const { role, parent } = article.dataset;
    const isSame = !model || model === article.dataset.model;
    const parameters = isSame ? JSON.parse(article.dataset.parameters || "{}") : {};
    const label = isSame ? article.querySelector(".message-model")?.textContent : model;
    const runs = isSame && article.dataset.runs ? { runs: JSON.parse(article.dataset.runs) } : {};
    const tools = article.dataset.tools ? await toolsFor(article.dataset, isSame ? "" : model) : {};
    const client_id = sending.answerAgain({ message: Number(message), model: model ?? article.dataset.model, parameters, ...tools, ...runs });
    this.#showAnswer(role === "user" ? message : Number(parent), client_id, label);
  }

  #showAnswer(question, client_id, label) {
    this.#cutAfter(question, client_id);
    const answer = this.#bubbles.addPending("assistant", client_id, question);
    name(answer, label);
    this.#follow.pin(this.#bubbles.find(question) ?? answer);
  }

  /** Asks the picker for a model and answers again with it; closing the picker ends it. */
  retryWithAnother(article) {
    const stop = new AbortController();
    const options = { capture: true, signal: stop.signal };
    const picked = (event) => {
      event.stopPropagation(); // it is for this answer, not for the composer
      stop.abort();
      this.retry({ message: Number(article.dataset.message), model: event.detail.model });
    };
    tell("open-model-picker", { model: article.dataset.model });
    document.addEventListener("model-picked", picked, options);
    document.addEventListener("close", ({ target }) => target.matches?.("dialog") && stop.abort(), options);
  }

  goOn(article) {
    sending?.goOn(Number(article.dataset.message));
    for (const button of article.querySelectorAll("[data-action=continue]")) button.disabled = true;
  }

  #offerAgain(message) {
    const buttons = this.#bubbles.find(message)?.querySelectorAll("[data-action=continue]") ?? [];
    for (const button of buttons) button.disabled = false;
  }

  #cutAfter(parent, client_id) {
    const cut = this.#bubbles.cutAfter(parent);
    if (cut.length) this.#cut.set(client_id, cut);
  }
}

/** What the answer could call, or what another model can call of it. */
async function toolsFor({ tools }, another) {
  const kept = toolsOf(JSON.parse(tools));
  const left = another ? outgoing(kept, await choosableFor(another).catch(() => [])) : kept;
  return left ? { tools: left } : {};
}

/** Pictures and films to be made have their shapes at once. */
function showCards(answer, cards) {
  answer.querySelector("[data-waiting]")?.remove();
  answer.querySelector(".message-parts").append(...cards.map(pendingCard));
  if (cards.length > 1) name(answer, "");
}

/** Until the server's HTML comes, with the model's label. */
function name(answer, model = "") {
  answer.querySelector(".message-model").textContent = model;
}
