/** The same question to several models side by side: who may stand beside, and what goes out. Pure. */

import { carriedOver, hindrance } from "lib/models.js";
import { outgoing } from "lib/tools.js";

export const MOST_COLUMNS = 6;
const SHOWN = new Set(["text", "image", "audio", "video"]); // vectors and ranks have benches of their own

/** Could this model answer a question with files of these kinds? */
export const isComparable = (model, kinds = []) => !hindrance(model) && model.out.some((kind) => SHOWN.has(kind)) && takes(model, kinds);

/** The server knows of each document whether it goes as text. */
const takes = (model, kinds) => [...kinds].every((kind) => kind === "file" || model.in.includes(kind));

/** The first model beside that does not take what is attached, or null; `find(id)` is a model of the catalog, once that has come. */
export const unfitFor = (beside, kinds, find) => beside.map(({ model }) => find(model)).find((model) => model && !takes(model, kinds)) ?? null;

/** A column for `model`, with as much of the settings in use as it takes. */
export const columnFor = (model, wanted) => ({ model: model.id, parameters: carriedOver(model.parameters ?? [], wanted) });

/** {columns, is_blind} as `message.create` carries them, the composer's own model first; null where nothing is beside.
 *
 * `offered(model)`: the tools that it can call, or null. In a blind comparison the order tells nothing.
 */
export function compareOf(first, { beside, isBlind, tools }, offered = () => null, random = Math.random) {
  if (!beside.length) return null;
  const others = beside.map(({ model, parameters }) => withTools({ model, parameters }, outgoing(tools, offered(model) ?? [])));
  const columns = [first, ...others];
  return { columns: isBlind ? shuffled(columns, random) : columns, is_blind: isBlind };
}

/** What stands over the columns until the server says it; the letters are those of chats/comparisons.py. */
export const namesOf = ({ columns, is_blind }, labelOf) => columns.map(({ model }, n) => (is_blind ? "ABCDEF"[n] : labelOf(model)));

const withTools = (column, tools) => (tools ? { ...column, tools } : column);

function shuffled(list, random) {
  const rest = [...list];
  return list.map(() => rest.splice(Math.floor(random() * rest.length), 1)[0]);
}
