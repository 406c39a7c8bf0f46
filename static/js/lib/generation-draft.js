/** The generation as it is filled in now: places, task, hindrances and, in the end, what is sent. No page. */

import { adjusted, broken, isAble, mostVariations, ratioOf, runsOf, settingsOf, typicalOf, unset } from "lib/generation-runs.js";
import { counted, isOpen, meant, placed, slotsOf } from "lib/generation-tasks.js";
import { aboutWords, closedWords, homelessWords, makesWords, missingWords, roleName, taskWords } from "lib/generation-words.js";
import { t } from "lib/i18n.js";
import { listed, parameterWords, valueWords } from "lib/model-words.js";

const PAINTED = new Set(["source", "first_frame"]);

export class GenerationDraft {
  /** `model` has a form; `choice`: {values, also, count}; `find(id)` is a model of the catalog. Settles who goes where. */
  constructor({ model, choice, tray, text, find }) {
    Object.assign(this, { model, form: model.form, choice, tray, text });
    this.models = [model, ...choice.also.map(find)];
    const files = tray.items.filter(({ state }) => state !== "refused");
    this.roles = placed(this.form, files.map(({ key, kind, role }) => ({ key, kind, role })));
    this.taken = Object.values(this.roles).filter(Boolean);
    this.items = tray.items.filter(({ key }) => this.roles[key]);
    tray.settle(this.roles, (item) => homelessWords(item, model.label));
  }

  get makes() {
    return this.form.makes;
  }

  get task() {
    return this.taskOf(this.model);
  }

  taskOf({ form }) {
    return form ? (meant(form, this.taken).task ?? form.tasks[0]) : { parameters: [] };
  }

  valuesOf({ id }) {
    return this.choice.values[id] ?? {};
  }

  /** What the task of the moment takes of them. */
  get settings() {
    return settingsOf(this.task, this.valuesOf(this.model));
  }

  /** Every value kept for the model after `name` was set; those that only another task takes stay remembered. */
  kept(values, name) {
    const known = new Set((this.task.parameters ?? []).map(({ name }) => name));
    const others = Object.entries(this.valuesOf(this.model)).filter(([name]) => !known.has(name));
    return { ...Object.fromEntries(others), ...adjusted(this.task, values, name) };
  }

  get total() {
    return this.models.length * Math.min(this.choice.count, mostVariations(this.models.length));
  }

  isAble = (model) => isAble(model, this.makes, this.items.map((item) => ({ key: item.key, kind: item.kind, role: this.roles[item.key] })));

  // Places.

  /** [{role, kinds, name, items, room, isSingle, isOpen, closed}]; `closed` says why nothing goes there now. */
  get places() {
    return slotsOf(this.form).map((slot) => {
      const items = this.items.filter(({ key }) => this.roles[key] === slot.role);
      const name = roleName(slot.role, slot.kinds, this.makes, slot.maximum);
      const waits = slot.role === "mask" && !this.source;
      return {
        ...slot,
        name,
        items,
        isSingle: slot.maximum === 1,
        room: slot.maximum - items.length,
        isOpen: !waits && isOpen(this.form, this.taken, slot.role),
        closed: waits ? t("First choose the picture to change.") : closedWords(name),
      };
    });
  }

  place(role) {
    return this.places.find((one) => one.role === role);
  }

  /** The picture that a mask is painted over: the first one. */
  get source() {
    return this.items.find(({ key, kind }) => PAINTED.has(this.roles[key]) && kind === "image");
  }

  // Words.

  /** ["Film from a picture", "4 films", "about 2 min"] */
  get words() {
    const kinds = new Set(this.items.map(({ kind }) => kind));
    const seen = this.items.filter(({ kind }) => kind !== "audio").map(({ key }) => this.roles[key]);
    const count = this.total > 1 ? makesWords(this.makes, this.total) : "";
    const about = aboutWords(typicalOf(this.models, this.taken));
    return [taskWords(this.makes, counted(seen), kinds), count, about].filter(Boolean);
  }

  /** Why files, settings and models do not do yet, or "". */
  get lack() {
    const { task, missing } = meant(this.form, this.taken);
    if (!task || missing.length) return missingWords(missing, this.taken.length > 0);
    if (this.#isMaskOff) return t("The area does not have the size of the picture. Paint it anew.");
    const unable = this.models.slice(1).find((model) => !this.isAble(model));
    if (unable) return t("%(model)s cannot do this. Take it away, or change the files.", { model: unable.label });
    return this.models.map((model) => this.#faultOf(model)).find(Boolean) ?? "";
  }

  /** It would be refused: a mask is as large as the first picture. */
  get #isMaskOff() {
    const [mask, source] = [this.items.find(({ key }) => this.roles[key] === "mask"), this.source].map((item) => item?.attachment);
    return Boolean(mask?.width && source?.width) && (mask.width !== source.width || mask.height !== source.height);
  }

  #faultOf(model) {
    const task = this.taskOf(model);
    const values = settingsOf(task, this.valuesOf(model));
    const left = unset(task, values);
    if (left) return t("“%(name)s” is missing in the settings.", { name: parameterWords(left.name).label });
    const fault = broken(task, values);
    return fault ? ruleWords(fault) : "";
  }

  /** Why it cannot be sent now, or "". */
  get hindrance() {
    return this.lack || this.#textProblem;
  }

  get #textProblem() {
    const most = this.form.prompt_max;
    const { length } = this.text;
    if (most && length > most) return t("The text has %(count)s characters; this model takes %(most)s.", { count: length, most });
    const isNeeded = this.makes === "image" || !this.taken.length;
    return isNeeded && !this.text.trim() ? t("Describe what you want to see.") : "";
  }

  get placeholder() {
    return { image: t("Describe the picture"), video: t("Describe the film") }[this.makes] ?? t("Describe the world");
  }

  // What goes out.

  /** `cards` is what stands on the page until the server's own comes. */
  get question() {
    const runs = runsOf(this.models, { roles: this.taken, values: this.choice.values, count: this.choice.count });
    const files = this.#files;
    return { parameters: runs[0].parameters, runs, files, cards: this.#cards(runs, files) };
  }

  /** In the order of the places, each with its role. */
  get #files() {
    const order = slotsOf(this.form).map(({ role }) => role);
    const roles = new Map(this.tray.items.map((item) => [item.attachment?.id, this.roles[item.key]]));
    const files = this.tray.files.map((file) => ({ ...file, role: roles.get(file.id) || file.role }));
    return files.sort((a, b) => order.indexOf(a.role) - order.indexOf(b.role));
  }

  #cards(runs, files) {
    const pictures = files.filter(({ role }) => role !== "mask");
    return runs.flatMap(({ parameters, count }, n) => {
      const model = this.models[n];
      const ratio = ratioOf(this.taskOf(model), parameters, this.makes, pictures);
      return Array.from({ length: count }, () => ({ label: model.label, ratio, makes: this.makes }));
    });
  }
}

/** "With Resolution 1080p, Length can be 8 s." */
function ruleWords({ name, allowed, given }) {
  const label = (one) => parameterWords(one).label;
  return t("With %(given)s, “%(name)s” can be: %(choices)s.", {
    given: listed(given.map(([one, value]) => `${label(one)} ${valueWords(one, value)}`)),
    name: label(name),
    choices: allowed.map((value) => valueWords(name, value)).join(", "),
  });
}
