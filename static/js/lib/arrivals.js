/** What comes into the composer from elsewhere: files dropped, pasted or used again, an address, a generation to change. */

import { isCoarse } from "lib/dom.js";
import { t } from "lib/i18n.js";
import { load } from "lib/model-list.js";
import { modelOf } from "lib/models.js";
import { Opening, suggested } from "lib/opening.js";
import { LONG_TEXT } from "lib/pasted.js";
import { request } from "lib/requests.js";
import { toast, toastError, toastUndo } from "lib/toast.js";
import { facts } from "lib/uploads.js";

const NO_ROLE = new Set(["question", "edit"]); // "edit" means whatever place the form has first

export class Arrivals {
  #composer;
  #opening;

  /** `composer`: desk, bar, notes, text (the parts), form() or null, choose(what), typed(). */
  constructor(composer) {
    this.#composer = composer;
    this.#opening = new Opening({
      suggest: (text) => this.#suggest(text),
      addFiles: (files) => this.#addFiles(files),
      attachUrl: (url) => this.#composer.desk.tray.addUrl(url).catch((error) => (this.#composer.notes.problem = error.message)),
      choose: (what) => this.#composer.choose(what),
      pick: (model) => this.#composer.bar.pick(model.id),
      catalog: load,
      use: (use) => this.#use(use),
      change: (generation) => this.#change(generation),
      preset: (asked) => this.#preset(asked),
      tools: (names) => this.#composer.bar.change((choice) => choice.setTools({ ...choice.tools, names })),
    });
  }

  /** `listen(target, type, act)` as long as the composer stands on the page. */
  listen(listen, composer) {
    listen(composer, "text-pasted", ({ detail }) => this.#pasted(detail.text));
    listen(composer, "files-chosen", ({ detail }) => this.#addFiles(detail.files));
    listen(composer, "files-dropped", ({ detail }) => this.#dropped(detail));
    listen(composer, "form-use", ({ detail }) => this.#use(detail));
    listen(document, "attachment-use", ({ detail }) => this.#use(detail));
    listen(document, "preset-use", ({ detail }) => this.#preset(detail));
    listen(document, "generation-change", ({ detail }) => this.#change(detail.generation));
    listen(document, "click", ({ target }) => this.#opener(target.closest?.(".opener")));
  }

  /** What the page's address asks for; a conversation only takes a generation to change. */
  takeAddress(isNew) {
    this.#opening.takeAddress(isNew);
  }

  async #opener(button) {
    if (!button) return;
    await this.#opening.take(button.dataset).catch(toastError);
    this.#composer.text.focus();
  }

  #addFiles(files) {
    this.#composer.desk.tray.add(files);
    if (!isCoarse()) this.#composer.text.focus();
  }

  #dropped({ files, folders }) {
    if (folders) toast(t("Folders cannot be attached. Choose the files in them."), { kind: "bad" });
    if (files.length) this.#addFiles(files);
  }

  #pasted(pasted) {
    const { text, notes } = this.#composer;
    text.insert(pasted);
    if (pasted.length <= LONG_TEXT) return;
    const count = pasted.length.toLocaleString();
    notes.say(t("A long text: %(count)s characters.", { count }), t("Attach it as a file"), () => {
      text.value = text.value.replace(pasted, () => "");
      notes.say("");
      this.#addFiles([new File([pasted], t("pasted.txt"), { type: "text/plain" })]);
    });
  }

  #suggest(text) {
    this.#composer.text.value = suggested(this.#composer.desk.text, text);
    this.#composer.typed();
  }

  /** Its script is fetched when the first preset is used. */
  async #preset(asked) {
    try {
      const { lay } = await import("lib/presets.js");
      await lay(this.#composer, asked);
    } catch (error) {
      toastError(error);
    }
  }

  /** A file that is already here: of a result, of the gallery. `model` is picked first if one is named. */
  async #use({ attachment, role = "", model = "" }) {
    const { bar, desk, form, text } = this.#composer;
    try {
      if (model) await bar.pick(model);
      const found = await facts(attachment.id);
      const place = NO_ROLE.has(role) ? "" : role;
      if (place && form()?.draft.place(place)) form().give(place, { attachment: found });
      else desk.tray.use(found, place);
    } catch (error) {
      toastError(error);
    }
    if (!isCoarse()) text.focus();
  }

  /** Fills the composer as a generation was asked for; nothing is sent. */
  async #change(generation) {
    try {
      const asked = await (await request("GET", `/generations/${Number(generation)}/form/`)).json();
      const model = modelOf(await load(), asked.model);
      this.#composer.bar.change((choice) => choice.pick(model));
      this.#composer.bar.change((choice) => choice.setFor(model, asked.parameters ?? {}));
      this.#lay(asked);
    } catch (error) {
      toastError(error);
    }
  }

  #lay({ text, attachments = [] }) {
    const { desk } = this.#composer;
    const before = desk.isUntouched ? null : { text: desk.text, files: desk.tray.kept };
    const lay = (draft) => {
      desk.clear();
      desk.lay(draft);
      this.#composer.typed();
      this.#composer.text.focus();
    };
    lay({ text: text ?? "", files: attachments.map((file) => ({ ...file, is_borrowed: true })) });
    if (before) toastUndo(t("Filled in as it was asked for."), () => lay(before));
  }
}
