/** What a person has typed, attached and chosen per conversation; survives reloads, crashes and a full browser tab. */

import { kept } from "lib/kept.js";

/** Where things are kept: a conversation's id, or one place per team for the conversation that has no id yet. */
export const placeOf = (conversation, team) => (conversation ? String(conversation) : `new-${team}`);

const CHOICES_KEPT = 300;

export class Drafts {
  #kept;
  #now;

  constructor(kept, now = Date.now) {
    this.#kept = kept;
    this.#now = now;
  }

  /** {text, files, at}: `files` are attachments as the server described them; `at` tells which of two is newer. */
  read(place) {
    return { text: "", files: [], at: 0, ...this.#kept.get(`draft/${place}`) };
  }

  /** Keeps what is in the box now; returns when that was, or false if it lives only until the tab closes. */
  write(place, { text, files }) {
    if (!text && !files.length) return this.#forget(place);
    const at = this.#now();
    return this.#kept.set(`draft/${place}`, { text, files, at }) && at;
  }

  #forget(place) {
    this.#kept.remove(`draft/${place}`);
    return this.#now();
  }

  /** After the server has it: the draft goes, unless somebody has typed something newer there. */
  clear(place, sent) {
    const draft = this.read(place);
    if (draft.text === sent.text && sameFiles(draft.files, sent.files)) this.#forget(place);
  }

  /** After a refusal: exactly what was typed comes back, unless newer text is there; then it joins the queue. */
  giveBack(place, { text, files, ...rest }) {
    const draft = this.read(place);
    const isFree = (!draft.text && !draft.files.length) || (draft.text === text && sameFiles(draft.files, files));
    if (isFree) this.write(place, { text, files });
    else this.setQueue(place, [{ ...rest, text, files, is_returned: true }, ...this.queue(place)]);
    return isFree;
  }

  /** The model and parameters chosen here: {model, parameters, values, also, count, tools, at}; apart from the text, so that sending keeps them. */
  choice(place) {
    return this.#kept.get(`choice/${place}`) ?? null;
  }

  choose(place, choice) {
    this.#kept.set(`choice/${place}`, { ...choice, at: this.#now() });
    this.#pruneChoices();
  }

  /** How the form of `model` was last filled in, wherever that was. */
  formValues(model) {
    return this.#kept.get(`form/${model}`) ?? {};
  }

  keepFormValues(model, values) {
    if (Object.keys(values).length) this.#kept.set(`form/${model}`, values);
    else this.#kept.remove(`form/${model}`);
  }

  #pruneChoices() {
    const names = this.#kept.names("choice/");
    if (names.length <= CHOICES_KEPT) return;
    const oldestFirst = names.toSorted((a, b) => (this.#kept.get(a)?.at ?? 0) - (this.#kept.get(b)?.at ?? 0));
    for (const name of oldestFirst.slice(0, names.length - CHOICES_KEPT)) this.#kept.remove(name);
  }

  /** Messages that wait for the running reply: [{client_id, text, files, model, parameters, runs?, is_returned?, error?}]. */
  queue(place) {
    return this.#kept.get(`queue/${place}`) ?? [];
  }

  setQueue(place, messages) {
    if (messages.length) this.#kept.set(`queue/${place}`, messages);
    else this.#kept.remove(`queue/${place}`);
  }

  /** The message being edited here, apart from the draft that it covers: {message, parent, text, files} or null. */
  edit(place) {
    return this.#kept.get(`edit/${place}`) ?? null;
  }

  setEdit(place, edit) {
    if (edit) this.#kept.set(`edit/${place}`, edit);
    else this.#kept.remove(`edit/${place}`);
  }

  /** A new conversation has got its id: what was chosen and queued for it goes along, what was typed since too. */
  move(from, to) {
    for (const kind of ["draft", "choice", "queue"]) {
      const value = this.#kept.get(`${kind}/${from}`);
      if (value !== undefined) this.#kept.set(`${kind}/${to}`, value);
      this.#kept.remove(`${kind}/${from}`);
    }
  }

  /** Where the conversation went that the question `client_id` has begun: known even if no page was there to hear it. */
  began(client_id) {
    const last = this.#kept.get("began");
    return client_id && last?.client_id === client_id ? last.url : "";
  }

  setBegan(client_id, url) {
    this.#kept.set("began", { client_id, url });
  }

  /** Calls `act(kind, value)` when another tab has changed the draft, choice or queue of `place()`. */
  onForeign(window, place, act) {
    const stops = ["draft", "choice", "queue"].map((kind) =>
      this.#kept.onForeign(window, `${kind}/`, (name, value) => name === `${kind}/${place()}` && act(kind, value)),
    );
    return () => stops.forEach((stop) => stop());
  }
}

const ids = (files) => files.map(({ id }) => id).join();
const sameFiles = (one, other) => ids(one) === ids(other);

/** May the text of another tab replace what this tab shows? Never what was typed later, or is not yet kept. */
export function isNewer(foreign, own) {
  return !own.isUnsaved && (foreign?.at ?? Infinity) > own.at;
}

export const drafts = kept ? new Drafts(kept) : null;
