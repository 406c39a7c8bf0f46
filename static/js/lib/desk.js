/** What lies in the composer for the next message: words and files, as a draft or as an edit that covers the draft. */

import { generationOf } from "lib/conversation-page.js";
import { drafts, isNewer } from "lib/drafts.js";
import { request } from "lib/requests.js";
import { facts } from "lib/uploads.js";

export class Desk {
  edit = null; // {message, parent}: the message that this one will stand beside
  place = "";
  #words;
  #files;
  #cannotKeep;
  #savedAt = 0;
  #savedFiles = "";

  /** `words` is the <composer-text>, `files` the <attachment-tray>; `cannotKeep()` is called where storage is full. */
  constructor({ words, files, team, cannotKeep }) {
    this.#words = words;
    this.#files = files;
    this.team = team;
    this.#cannotKeep = cannotKeep;
  }

  get tray() {
    return this.#files.tray;
  }

  get text() {
    return this.#words.value;
  }

  get hasSomething() {
    return Boolean(this.text.trim() || this.tray.items.length);
  }

  get isUntouched() {
    return !this.text && !this.tray.items.length;
  }

  /** Lays out the edit begun at `place`, or else the draft. */
  enter(place = this.place) {
    this.place = place;
    this.edit = drafts.edit(place);
    const { text, files, at } = this.edit ?? drafts.read(place);
    const isKnown = this.#files.enter(this.edit ? `${place}/edit` : place, this.team);
    if (!isKnown) this.tray.addAttachments(files);
    if (!this.edit) this.#savedAt = at;
    this.#words.value = text;
  }

  save() {
    const draft = { text: this.text, files: this.tray.kept };
    if (this.edit) return drafts.setEdit(this.place, { ...this.edit, ...draft });
    const at = drafts.write(this.place, draft);
    if (at) this.#savedAt = at;
    else this.#cannotKeep();
  }

  /** Not for each per cent of an upload. */
  saveFiles() {
    const known = this.tray.kept.map(({ id, state, role = "" }) => id + state + role).join();
    if (known !== this.#savedFiles) this.save();
    this.#savedFiles = known;
  }

  lay({ text, files }) {
    this.#words.value = text;
    this.tray.addAttachments(files);
    this.save();
  }

  /** Off the desk; what is kept in the browser stays. */
  clear() {
    this.#savedFiles = "";
    this.#words.value = "";
    this.tray.clear();
  }

  /** Lays out a message as it was sent; `attachments` are ids. The draft stays below. */
  async beginEdit({ message, text, attachments = [], parent }) {
    const [roles, ...found] = await Promise.all([rolesOf(message), ...attachments.map((id) => facts(id))]);
    const files = found.map((file) => (roles[file.id] ? { ...file, role: roles[file.id] } : file));
    this.save();
    if (this.edit) this.clear();
    drafts.setEdit(this.place, { message: Number(message), parent: Number(parent) || null, text, files });
    this.enter();
    this.#words.focus();
    this.#words.toEnd();
  }

  /** Back to the draft below. */
  endEdit() {
    this.clear();
    drafts.setEdit(this.place, null);
    this.enter();
  }

  /** Another tab has written a draft here, or (undefined) sent it. */
  takeForeign(draft) {
    const isSame = (draft?.text ?? "") === this.text;
    if (this.edit || isSame || !isNewer(draft, { at: this.#savedAt, isUnsaved: this.#words.isBusy })) return;
    if (this.tray.isBusy) return void (this.#words.value = draft?.text ?? "");
    this.clear();
    this.enter();
    if (!this.tray.items.length) this.tray.addAttachments(draft?.files ?? []);
  }

  /** The conversation has got its address. */
  moveTo(place) {
    this.place = place;
    this.#files.moveTo(place);
  }
}

/** {attachment: role}, where a generation was made of the message. */
async function rolesOf(message) {
  const generation = generationOf(message);
  if (!generation) return {};
  const unknown = { json: () => ({}) }; // the files then fill the places in order
  const { attachments = [] } = await (await request("GET", `/generations/${generation}/form/`).catch(() => unknown)).json();
  return Object.fromEntries(attachments.map(({ id, role }) => [id, role]));
}
