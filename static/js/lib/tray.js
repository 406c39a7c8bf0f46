/** The files of the message being written: uploads them, asks whether the model takes them, and has them repaired. */

import { nt, t } from "lib/i18n.js";
import { sizeText } from "lib/measures.js";

const LOOK_AGAIN_MS = 2_000; // while a file is probed; the socket usually tells first
const BUSY = new Set(["uploading", "probing", "repairing"]);
const GOES = new Set(["probing", "repairing", "ready"]);
const SHOWN_BY_BROWSERS = /^image\/(png|jpeg|gif|webp|avif)$/;

/** item: {key, name, kind, size_bytes, state, progress, file, preview, attachment, failure, fit, role, is_borrowed, homeless}
 *
 * `role` is the place in a form that was chosen for it; a borrowed file is somewhere else too and is never deleted.
 * state: uploading probing repairing ready failed, cut (its bytes went with the page), refused (too large, too many).
 */
export class Tray {
  items = [];
  act = () => {}; // called after each change; set by whoever shows it now
  #door;
  #limits;
  #setTimeout;
  #model = "";
  #protocol = "";
  #keys = 0;
  #asked = 0; // fit questions, so that an old answer is dropped
  #answered = 0;
  #fitFor = "";
  #timer = null;

  /** `door`: upload(file, options), cancel(id), read(id), remote(url), repair(id, repair, model), fit(model, ids, protocol); async. */
  constructor({ door, limits, setTimeout = (act, wait) => globalThis.setTimeout(act, wait) }) {
    this.#door = door;
    this.#limits = limits;
    this.#setTimeout = setTimeout;
  }

  add(files, role = "") {
    for (const file of files) this.#addOne(file, role);
    this.#changed();
  }

  /** The same file again goes on where a reload has cut it off. */
  #addOne(file, role) {
    const cut = this.items.find(({ state, name, size_bytes }) => state === "cut" && name === file.name && size_bytes === file.size);
    if (cut) return this.#upload(Object.assign(cut, { file, failure: "" }));
    const item = { ...this.#itemOf(file), role };
    this.items.push(item);
    if (item.state !== "refused") this.#upload(item);
  }

  /** Those the server has already: of a draft, of an edited message. */
  addAttachments(attachments) {
    for (const { role = "", is_borrowed = false, ...attachment } of attachments) {
      this.items.push(this.#describe({ key: (this.#keys += 1), role, is_borrowed }, attachment));
    }
    this.#changed();
    for (const { id, state } of attachments) if (state !== "ready") this.refresh(id);
  }

  /** A file that is part of something else already; one that is here only changes its role. */
  use(attachment, role = "") {
    const here = this.items.find((item) => item.attachment?.id === attachment.id);
    if (!here) return this.addAttachments([{ ...attachment, role, is_borrowed: true }]);
    here.role = role || here.role;
    this.#changed();
  }

  /** {key: role}: the places that a form has for the files; one that was chosen before is remembered for another form. */
  settle(roles, homeless) {
    for (const item of this.items) {
      item.role ||= roles[item.key] ?? "";
      item.homeless = item.key in roles && !roles[item.key] ? homeless(item) : "";
    }
  }

  swap(one, other) {
    const [a, b] = [this.items.indexOf(one), this.items.indexOf(other)];
    if (a < 0 || b < 0) return;
    this.items = this.items.with(a, other).with(b, one);
    this.#changed();
  }

  /** Throws with words for a person if the address is not taken. */
  async addUrl(url, role = "") {
    this.addAttachments([{ ...(await this.#door.remote(url)), role }]);
  }

  /** Takes it out and forgets it on the server, which keeps what is part of a message. */
  remove(item) {
    if (item.state === "uploading") item.abort.abort();
    else if (item.attachment && !item.is_borrowed) this.#door.cancel(item.attachment.id);
    this.#drop(item);
    this.#changed();
  }

  /** Empties the tray; what is up stays on the server, for a message or a draft has it. */
  clear() {
    for (const item of this.items) {
      if (item.state === "uploading") item.abort.abort();
      this.#drop(item);
    }
    this.#changed();
  }

  #drop(item) {
    if (item.preview) URL.revokeObjectURL(item.preview);
    this.items = this.items.filter((other) => other !== item);
  }

  retry(item) {
    item.failure = "";
    this.#upload(item);
    this.#changed();
  }

  /** Which model the files are for, and over which protocol where somebody chose one: each carries something else. */
  ask(model, protocol = "") {
    if (model === this.#model && protocol === this.#protocol) return;
    this.#model = model;
    this.#protocol = protocol;
    this.#changed();
  }

  /** The files that go with the message, as the server describes them. */
  get files() {
    return this.items.flatMap((item) => (item.attachment && GOES.has(item.state) ? [describedFile(item)] : []));
  }

  /** What a draft keeps: those files, and what is known of the ones under way. */
  get kept() {
    return this.items.flatMap((item) => (item.attachment && item.state !== "failed" ? [describedFile(item)] : []));
  }

  get kinds() {
    return new Set(this.items.filter(({ state }) => state !== "refused").map(({ kind }) => kind));
  }

  /** Something is under way that a message has to wait for. */
  get isBusy() {
    return this.items.some(({ state }) => BUSY.has(state)) || this.#asked > this.#answered;
  }

  get isUploading() {
    return this.items.some(({ state }) => state === "uploading");
  }

  /** Why the message cannot go out as it is; "" if it can. */
  get problem() {
    const bad = this.items.find((item) => reasonOf(item));
    return bad ? `${bad.name}: ${reasonOf(bad)}` : "";
  }

  /** A word from the server that this file has changed. */
  async refresh(id) {
    const item = this.items.find(({ attachment }) => attachment?.id === id);
    if (!item || item.state === "uploading") return;
    try {
      this.#describe(item, await this.#door.read(id));
    } catch (error) {
      if (error.status === 404) this.#fail(item, t("This file is no longer there."));
    }
    this.#changed();
  }

  async repair(item, repair) {
    const before = item.state;
    item.state = "repairing";
    this.#changed();
    try {
      this.#describe(item, await this.#door.repair(item.attachment.id, repair, this.#model));
    } catch (error) {
      Object.assign(item, { state: before, repairFailure: error.message });
    }
    this.#changed();
  }

  #itemOf(file) {
    const { name, size } = file;
    const [kind] = file.type.split("/");
    const item = {
      key: (this.#keys += 1),
      name,
      kind: ["image", "video", "audio"].includes(kind) ? kind : "file",
      size_bytes: size,
      file,
      preview: SHOWN_BY_BROWSERS.test(file.type) ? URL.createObjectURL(file) : "",
      progress: 0,
      state: "uploading",
      failure: "",
    };
    const failure = this.#overLimit(item);
    return failure ? { ...item, state: "refused", failure } : item;
  }

  #overLimit({ size_bytes }) {
    const { max_upload_bytes, max_attachments } = this.#limits;
    const size = sizeText(size_bytes);
    if (size_bytes > max_upload_bytes) {
      return t("%(size)s is more than the %(most)s that can be uploaded.", { size, most: sizeText(max_upload_bytes) });
    }
    if (size_bytes === 0) return t("This file is empty.");
    const count = this.items.filter(({ state }) => state !== "refused").length;
    if (count < max_attachments) return "";
    return nt("A message takes at most %(count)s file.", "A message takes at most %(count)s files.", max_attachments);
  }

  async #upload(item) {
    Object.assign(item, { state: "uploading", abort: new AbortController() });
    const onProgress = (sent, total, attachment) => {
      Object.assign(item, { progress: total ? Math.min(1, sent / total) : 0, attachment });
      this.act();
    };
    const options = { onProgress, signal: item.abort.signal, attachment: item.attachment };
    try {
      const attachment = await this.#door.upload(item.file, options);
      if (this.items.includes(item)) this.#describe(item, attachment);
    } catch (error) {
      if (item.abort.signal.aborted) return;
      this.#fail(item, error.message);
    }
    this.#changed();
  }

  #describe(item, attachment) {
    const { name, kind, size_bytes, failure } = attachment;
    const isCut = attachment.state === "uploading"; // of a draft: the bytes that are missing went with the page
    const state = isCut ? "cut" : attachment.state;
    const words = isCut ? t("The upload was cut off. Attach the same file again and it goes on.") : (failure ?? "");
    return Object.assign(item, { name, kind, size_bytes, attachment, state, failure: words, repairFailure: "" });
  }

  #fail(item, failure) {
    Object.assign(item, { state: "failed", failure });
  }

  #changed() {
    this.#askFit();
    this.#lookAgain();
    this.act();
  }

  /** Probing ends somewhere else; a lost word about it must not leave a tile turning for ever. */
  #lookAgain() {
    const probing = () => this.items.filter(({ state }) => state === "probing");
    if (this.#timer || !probing().length) return;
    this.#timer = this.#setTimeout(() => {
      this.#timer = null;
      for (const { attachment } of probing()) this.refresh(attachment.id);
    }, LOOK_AGAIN_MS);
  }

  async #askFit() {
    const ready = this.items.filter(({ state }) => state === "ready");
    const question = [this.#model, this.#protocol, ...ready.map(({ attachment }) => attachment.id)].join();
    if (question === this.#fitFor) return;
    this.#fitFor = question;
    if (!ready.length || !this.#model) return void (this.#answered = this.#asked);
    const mine = (this.#asked += 1);
    try {
      const fits = await this.#door.fit(this.#model, ready.map(({ attachment }) => attachment.id), this.#protocol);
      if (mine === this.#asked) this.#take(ready, fits);
    } catch {
      this.#fitFor = ""; // not reached: the server checks again when the message comes
    }
    if (mine === this.#asked) this.#answered = mine;
    this.act();
  }

  #take(items, fits) {
    const answers = new Map(fits.map((fit) => [fit.attachment, fit]));
    for (const item of items) {
      item.fit = answers.get(item.attachment.id);
      if (!item.fit) this.#fail(item, t("This file is no longer there."));
    }
  }
}

/** What a message, a draft and the queue know of it. */
function describedFile({ attachment, role, is_borrowed }) {
  return { ...attachment, ...(role ? { role } : {}), ...(is_borrowed ? { is_borrowed } : {}) };
}

/** Why this file keeps the message from going out; "" if it does not. */
export function reasonOf({ state, failure, repairFailure, fit, homeless }) {
  if (state === "failed" || state === "refused" || state === "cut") return failure || t("The upload failed.");
  if (homeless) return homeless;
  if (state !== "ready" || !fit || fit.is_accepted) return "";
  return repairFailure || fit.reason?.text || fit.reason || t("The model does not take this file.");
}

/** What one click does about it, in words. */
export function labelOf(repair, nameOf = (model) => model) {
  if (repair.label) return repair.label;
  const [kind, model] = split(repair);
  const labels = {
    transcode: t("Convert"),
    shrink: t("Make it smaller"),
    trim: t("Shorten"),
    extract_audio: t("Send its sound only"),
    sample_frames: t("Send it as pictures"),
    as_text: t("Send its text"),
  };
  return model ? t("Use %(model)s", { model: nameOf(model) }) : (labels[kind] ?? kind);
}

/** ["choose_model", id] or [repair, ""] */
export function split(repair) {
  const name = repair.repair ?? repair;
  const at = name.indexOf(":");
  return at < 0 ? [name, ""] : [name.slice(0, at), name.slice(at + 1)];
}
