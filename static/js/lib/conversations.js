/** What can be done with a conversation as a whole, with the words and the Undo that belong to it. */

import { tell } from "lib/dom.js";
import { t } from "lib/i18n.js";
import { request } from "lib/requests.js";
import { toast, toastError, toastUndo } from "lib/toast.js";

const url = (id, what = "") => `/c/${id}/${what}`;

/** Sends it and hands the new row to the list; on failure says why and resolves to false. */
async function change(method, address, id, body) {
  try {
    const response = await request(method, address, { body });
    tell("conversation-row", { conversation: Number(id), html: await response.text() });
    return true;
  } catch (error) {
    toastError(error);
    return false;
  }
}

const turn = (isOn) => (isOn ? "POST" : "DELETE");

export const rename = (id, title) => change("POST", url(id, "title/"), id, new URLSearchParams({ title }));
export const pin = (id, isOn) => change(turn(isOn), url(id, "pin/"), id);

export async function share(id, isOn) {
  if (!(await change(turn(isOn), url(id, "share/"), id))) return;
  toastUndo(isOn ? t("Shared with the team") : t("Only you see it now"), () => share(id, !isOn));
}

export async function archive(id, isOn) {
  if (!(await change(turn(isOn), url(id, "archive/"), id))) return;
  if (isOn) toastUndo(t("Archived"), () => archive(id, false));
}

/** No question before it: it goes into the bin, and the way back is in the toast. */
export async function remove(id, { onUndo } = {}) {
  if (!(await change("DELETE", url(id), id))) return false;
  toastUndo(t("Deleted"), async () => (await restore(id)) && onUndo?.());
  return true;
}

export const restore = (id) => change("POST", url(id, "restore/"), id);

export async function copyLink(id) {
  await navigator.clipboard.writeText(new URL(url(id), location.href).href);
  toast(t("Link copied"));
}
