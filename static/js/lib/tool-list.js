/** What a model may call, as the server tells it: asked for once per model and page, anew when the menu opens. */

import { request } from "lib/requests.js";
import { choosable } from "lib/tools.js";

const answers = new Map(); // model: promise of {tools, sets}

/** {tools, sets}; rejects with a RequestError, and the next call asks again. */
export function offeredFor(model) {
  if (!answers.has(model)) {
    const asked = request("GET", `/tools/?model=${encodeURIComponent(model)}`).then((answer) => answer.json());
    asked.catch(() => answers.delete(model));
    answers.set(model, asked);
  }
  return answers.get(model);
}

export const choosableFor = async (model) => choosable(await offeredFor(model));

export const forget = () => answers.clear();
globalThis.document?.addEventListener?.("conversation-opened", forget); // perhaps from the bench, with another set
