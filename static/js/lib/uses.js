/** What a picture, film or sound can be used for, and by which models. Pure; `catalog` is the answer of lib/model-list.js. */

import { hindrance } from "lib/models.js";

const ORDER = ["first_frame", "last_frame", "reference", "source", "question"];
const MOST_MODELS = 40;

/** [{role, makes, models}] that `kind` serves for, the model to begin with first: the one in use, favourites, recents, the rest. */
export function usesOf(kind, catalog, inUse = "") {
  const able = new Map();
  for (const model of ranked(catalog, inUse)) {
    if (hindrance(model)) continue;
    for (const use of usesBy(model, kind)) {
      const key = `${use.role} ${use.makes}`;
      if (!able.has(key)) able.set(key, { ...use, models: [] });
      able.get(key).models.push(model);
    }
  }
  return [...able.values()].map((use) => ({ ...use, models: use.models.slice(0, MOST_MODELS) })).sort(byOrder);
}

function ranked({ models, favourites, recents }, inUse) {
  const rank = new Map([inUse, ...favourites, ...recents].map((id, place) => [id, place]));
  const of = ({ id }) => rank.get(id) ?? Infinity;
  return models
    .map((model, place) => ({ model, place }))
    .sort((a, b) => (of(a.model) === of(b.model) ? a.place - b.place : of(a.model) - of(b.model)))
    .map(({ model }) => model);
}

/** A form has slots; a model that talks is asked about what it sees or hears. */
function usesBy(model, kind) {
  const asked = (!model.form || model.form.replies) && isAskable(model, kind) ? [{ role: "question", makes: "text" }] : [];
  if (!model.form) return asked;
  const slots = model.form.tasks.flatMap((task) => task.slots ?? []);
  const roles = new Set(slots.filter((slot) => slot.role !== "mask" && (slot.kinds ?? ["image"]).includes(kind)).map(({ role }) => role));
  return [...[...roles].map((role) => ({ role, makes: model.form.makes })), ...asked];
}

const isAskable = (model, kind) => model.in.includes(kind) && model.out.includes("text");

const MAKES = ["video", "image", "file", "text"];
const place = ({ makes, role }) => MAKES.indexOf(makes) * ORDER.length + (ORDER.indexOf(role) + ORDER.length) % ORDER.length;
const byOrder = (one, other) => place(one) - place(other);
