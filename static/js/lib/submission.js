/** From what lies on the desk to a question on its way: checks it, waits for its files, then asks, queues or edits. */

import { announce } from "lib/dom.js";
import { drafts } from "lib/drafts.js";
import { t } from "lib/i18n.js";
import { newId } from "lib/outbox.js";
import { sending } from "lib/sending.js";

const LARGEST_FRAME_BYTES = 1_000_000; // daphne takes 1 MiB

export class Submission {
  isWaiting = false; // for files; then it goes by itself
  #isAboutFiles = false; // the problem shown
  #parts;

  /** `parts`: desk, standing, queue, notes, choice(), mostCharacters, draft() (of a generation, or null).
   *
   * `unfit()` is a model that is asked besides and does not take the files, or null.
   */
  constructor(parts) {
    this.#parts = parts;
  }

  /** Returns true if the box is free for the next message. */
  submit() {
    const { desk, notes } = this.#parts;
    this.stopWaiting();
    if (!desk.hasSomething) return false;
    notes.problem = this.#hindrance();
    if (notes.problem) return false;
    if (desk.tray.isBusy) return this.#wait();
    this.#go(this.question());
    return true;
  }

  question() {
    const { desk, choice } = this.#parts;
    const made = this.#parts.draft()?.question;
    const compare = choice().compare(made ? { parameters: made.parameters } : {});
    const { model, parameters, toolsOut: tools } = choice();
    const asked = { client_id: newId(), text: desk.text, files: desk.tray.files, model: model.id, parameters, ...(tools ? { tools } : {}) };
    if (!compare) return { ...asked, ...made };
    return { ...asked, ...(made ? { files: made.files, parameters: made.parameters } : {}), compare };
  }

  /** The reasons of files stand beside them. */
  #hindrance() {
    const { desk, mostCharacters } = this.#parts;
    this.#isAboutFiles = Boolean(desk.tray.problem);
    if (this.#isAboutFiles) return t("Not sent yet. First repair or remove what is marked above.");
    const isTooLong = desk.text.length > mostCharacters || new Blob([desk.text]).size > LARGEST_FRAME_BYTES;
    if (isTooLong) return t("The text is too long to send. Attach it as a file.");
    const unfit = this.#parts.unfit();
    if (unfit) return t("%(model)s does not take these files. Leave it or them out.", { model: unfit.label });
    return this.#parts.draft()?.hindrance ?? "";
  }

  #wait() {
    this.isWaiting = true;
    this.#parts.notes.say(t("Goes out as soon as the files are ready."), t("Do not send"), () => this.stopWaiting());
    return false;
  }

  stopWaiting() {
    if (this.isWaiting) this.#parts.notes.say("");
    this.isWaiting = false;
  }

  /** Something has changed: perhaps it was the last file. */
  goOn() {
    const { desk, notes } = this.#parts;
    if (this.#isAboutFiles && !desk.tray.problem) notes.problem = "";
    this.#isAboutFiles &&= Boolean(desk.tray.problem);
    return this.isWaiting && !desk.tray.isBusy && this.submit();
  }

  #go(question) {
    const { desk, standing, notes } = this.#parts;
    notes.say("");
    if (desk.edit) return this.#sendEdit(question);
    if (standing.activity === "send" && !standing.isAsking) this.ask(question);
    else this.#queueUp(question);
    desk.clear();
  }

  #queueUp(question) {
    const { queue, standing } = this.#parts;
    queue.add(question);
    announce(standing.isAsking ? t("Waits until the calls of the reply are decided.") : t("Waits for the reply that is being written."));
    drafts.write(queue.place, { text: "", files: [] });
  }

  /** `edit`: the message that this one stands beside. */
  ask({ edit = null, ...question }) {
    const { standing, desk } = this.#parts;
    const { conversation, leaf } = standing;
    standing.asked(question.client_id); // known before the outbox tells of it
    sending.ask({ conversation, parent: edit ? edit.parent : leaf, team: desk.team, edit }, question);
  }

  #sendEdit(question) {
    const { desk } = this.#parts;
    const { message, parent } = desk.edit;
    this.ask({ ...question, edit: { message, parent } });
    desk.endEdit();
  }
}
