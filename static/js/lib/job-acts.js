/** What a person does to a generation, from its card, the board and the gallery. */

import { tell } from "lib/dom.js";
import { t } from "lib/i18n.js";
import { open } from "lib/navigation.js";
import { newId } from "lib/outbox.js";
import { request } from "lib/requests.js";
import { toast, toastError } from "lib/toast.js";

const CONFLICT = 409;
const asked = new Map(); // ids of repeats whose answer was lost: pressed again, they are the same job

/** `name`: cancel check again change; `job`: {generation, conversation}; the pressed button rests meanwhile. */
export async function act(name, job, button) {
  if (!ACTS[name] || button?.ariaBusy === "true") return;
  if (button) button.ariaBusy = "true";
  try {
    await ACTS[name](job);
  } catch (error) {
    if (error.status === CONFLICT) toast(t("This is no longer possible: it has gone on meanwhile."), { kind: "bad" });
    else toastError(error);
  } finally {
    if (button) button.ariaBusy = null;
  }
}

const cancel = ({ generation }) => request("POST", `/generations/${generation}/cancel/`);
const check = ({ generation }) => request("POST", `/generations/${generation}/check/`);

/** Beside the old one, and in view: in its conversation the answer is switched, elsewhere a toast leads there. */
async function again({ generation }) {
  if (!asked.has(generation)) asked.set(generation, newId());
  const body = new URLSearchParams({ client_id: asked.get(generation) });
  const response = await request("POST", `/generations/${generation}/again/`, { body });
  asked.delete(generation);
  const { conversation, message } = await response.json();
  if (isHere(conversation)) return tell("message-choose", { message });
  toast(t("It runs again."), { action: t("Show"), onAction: () => open(`/m/${message}/`) });
}

function change({ generation, conversation }) {
  if (isHere(conversation) && document.querySelector("message-composer")) tell("generation-change", { generation });
  else open(`/c/${conversation}/?change=${generation}`);
}

const ACTS = { cancel, check, again, change };
const isHere = (conversation) => document.body.dataset.conversation === String(conversation);
