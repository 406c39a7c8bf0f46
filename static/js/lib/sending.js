/** What becomes of a question between the box and the server's answer; works on, whichever page is in view. */

import { tell } from "lib/dom.js";
import { drafts, placeOf } from "lib/drafts.js";
import { outbox } from "lib/outbox.js";
import { socket } from "lib/socket.js";

const RUNNING = "reply_running"; // somebody was faster: it waits its turn, that is no failure

export class Sending {
  #outbox;
  #drafts;
  #socket;
  #tell;
  #stops = new Set(); // replies to stop as soon as the line is open
  #stopWhenAccepted = new Set(); // client ids
  #stillDrafts = new Set(); // client ids whose text only the draft keeps

  constructor({ outbox, drafts, socket, tell }) {
    this.#outbox = outbox;
    this.#drafts = drafts;
    this.#socket = socket;
    this.#tell = tell;
    outbox.on("accepted", (answer, entry) => this.#accepted(answer, entry));
    outbox.on("refused", (answer, entry) => this.#refused(answer, entry));
    socket.on("state", ({ state }) => state === "open" && this.#sendStops());
  }

  /** `question`: {client_id?, text, files, model, parameters, tools?}; `edit`: the message it replaces. Returns the client_id.
   *
   * `compare`: {columns, is_blind}, where several models answer it. One that makes pictures or films has `runs` and `cards`: what stands on the page until the server's own comes.
   */
  ask({ conversation, parent, team, edit = null }, question) {
    const { client_id, text, files, model, parameters, tools, runs, cards, compare } = question;
    const frame = {
      type: "message.create",
      client_id,
      conversation,
      parent,
      model,
      text,
      attachments: files.map(({ id }) => id),
      parameters,
      team: Number(team) || null,
      ...(tools ? { tools } : {}),
      ...(runs || compare ? { roles: rolesOf(files) } : {}),
      ...(runs ? { runs } : {}),
      ...(compare ? { compare } : {}),
    };
    const place = placeOf(conversation, team);
    const about = { files, place, edit, ...(cards ? { cards } : {}), ...(conversation ? {} : { team }) };
    const id = this.#outbox.send(frame, about);
    this.#tell("message-pending", { client_id: id, conversation, text, files, parent });
    // Kept by the outbox from here on; where that cannot keep it, the draft stays until the server has it.
    if (this.#outbox.isDurable(id)) this.#drafts.clear(place, { text, files });
    else this.#stillDrafts.add(id);
    return id;
  }

  /** `runs`: of an answer that was several jobs. */
  answerAgain({ message, model, parameters, tools, runs }) {
    return this.#outbox.send({ type: "reply.create", message, model, parameters, ...(tools ? { tools } : {}), ...(runs ? { runs } : {}) });
  }

  /** `answer`: {message, call, action, arguments?, result?, is_error?} to a call that waits for a person. */
  answerCall(answer) {
    return this.#outbox.send({ type: "tool.answer", ...answer });
  }

  goOn(message) {
    return this.#outbox.send({ type: "reply.continue", message });
  }

  /** Stops a reply now, or as soon as the line is back. */
  stop(message) {
    this.#stops.add(message);
    this.#sendStops();
  }

  /** Stops a question that has no reply yet: it comes back if it has never left, else its reply is stopped at once. */
  stopPending(client_id) {
    const entry = this.#outbox.takeBack(client_id);
    if (!entry) return void this.#stopWhenAccepted.add(client_id);
    this.#tell("message-returning", { place: entry.place });
    this.#giveBack(entry);
    this.#tell("message-refused", { ...this.#described(entry), error: null });
  }

  #sendStops() {
    for (const message of this.#stops) {
      if (this.#socket.send({ type: "reply.stop", message })) this.#stops.delete(message);
    }
  }

  #accepted(answer, entry) {
    const { text, conversation } = entry.frame;
    if (this.#stillDrafts.delete(answer.client_id)) this.#drafts.clear(entry.place, { text, files: entry.files });
    if (conversation === null) this.#began(answer, entry);
    if (this.#stopWhenAccepted.delete(answer.client_id)) (answer.replies ?? [answer.reply]).forEach((reply) => this.stop(reply));
    this.#tell("message-accepted", { ...answer, frame: entry.frame, place: entry.place });
  }

  #began({ client_id, conversation, url }, { place }) {
    this.#drafts.move(place, placeOf(conversation));
    this.#drafts.setBegan(client_id, url);
  }

  #refused({ client_id, error }, entry) {
    if (entry.frame.type === "tool.answer") return void this.#tell("call-refused", { ...entry.frame, error });
    this.#stopWhenAccepted.delete(client_id);
    this.#tell("message-returning", { place: entry.place }); // a box saves what is newer first
    const waits = error.code === RUNNING && !entry.edit;
    if (entry.frame.type === "message.create") waits ? this.#queueAgain(entry) : this.#giveBack(entry, error);
    this.#tell("message-refused", { ...this.#described(entry), error: waits ? null : error });
  }

  #described({ frame, files, place }) {
    return { client_id: frame.client_id, conversation: frame.conversation ?? null, frame, files, place };
  }

  #queueAgain({ frame, files, place, cards }) {
    this.#drafts.setQueue(place, [questionOf(frame, files, cards), ...this.#drafts.queue(place)]);
  }

  #giveBack({ frame, files, place, edit, cards }, error = null) {
    const { text } = frame;
    if (edit && !this.#drafts.edit(place)) return this.#drafts.setEdit(place, { ...edit, text, files });
    this.#drafts.giveBack(place, { ...questionOf(frame, files, cards), edit, error });
  }
}

/** As it was asked. */
function questionOf({ client_id, text, model, parameters, tools, runs, compare }, files, cards) {
  const more = Object.entries({ tools, runs, cards, compare }).filter(([, value]) => value);
  return { client_id, text, files, model, parameters, ...Object.fromEntries(more) };
}

const rolesOf = (files) => Object.fromEntries(files.flatMap(({ id, role }) => (role ? [[id, role]] : [])));

export const sending = outbox ? new Sending({ outbox, drafts, socket, tell }) : null;
