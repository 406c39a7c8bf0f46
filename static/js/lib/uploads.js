/** Files on their way to the server: in chunks that can be resumed, a few at a time, whatever the network does. */

import { t } from "lib/i18n.js";
import { request, RequestError } from "lib/requests.js";

const MOST_AT_ONCE = 3;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const TRIES = 8; // in a row without a byte arriving; being offline does not count

let running = 0;
const waiting = [];

/**
 * Sends `file` and resolves with the attachment's facts once all its bytes are safe; they are probed afterwards.
 * `onProgress(sent, total, attachment)` comes after each chunk and while one is on its way.
 * `attachment`: the facts of an upload to go on with. An aborted `signal` cancels on the server too.
 */
export async function upload(file, { onProgress = () => {}, signal, team, attachment } = {}) {
  const limits = limitsOfPage();
  if (file.size === 0) throw new RequestError(400, t("The file is empty."));
  if (limits.max_upload_bytes && file.size > limits.max_upload_bytes) {
    const most = Math.floor(limits.max_upload_bytes / 2 ** 20);
    throw new RequestError(413, t("The file is larger than %(most)s MB, the most this site takes.", { most }));
  }
  await turn(signal);
  let begun = attachment;
  try {
    begun ??= await persist(() => begin(file, team, signal), signal);
    return await send(file, begun, onProgress, signal);
  } catch (error) {
    if (signal?.aborted && begun) cancel(begun.id);
    throw error;
  } finally {
    leave();
  }
}

/** Forgets an upload or a file that was not sent; a page that closes may call it too. */
export function cancel(id) {
  return request("DELETE", `/attachments/${id}/`).catch(() => {});
}

/** The facts of an attachment as they are now; also carries `offset`, from which to go on. */
export const facts = async (id, signal) => (await request("GET", `/attachments/${id}/`, { signal })).json();

/** Begins an attachment that stays at its address. */
export async function attachUrl(url, { team, signal } = {}) {
  return said(await ask("POST", "/attachments/remote/", JSON.stringify({ url, team }), { signal }));
}

/** Asks for a version of a file that `model` takes; resolves with the facts of the new attachment. */
export async function repair(id, name, model, { signal } = {}) {
  return said(await ask("POST", `/attachments/${id}/repair/`, JSON.stringify({ repair: name, model }), { signal }));
}

/** Resolves with the facts once the file is ready or failed; `attachment.changed` frames hurry it. */
export async function settled(id, { signal, changes } = {}) {
  for (let wait = 400; ; wait = Math.min(wait * 1.5, 5000)) {
    const now = await persist(() => facts(id, signal), signal);
    if (now.state === "ready" || now.state === "failed") return now;
    await Promise.race([pause(wait, signal), changes?.(id) ?? new Promise(() => {})]);
  }
}

async function begin(file, team, signal) {
  const body = JSON.stringify({ name: file.name || t("Pasted file"), size_bytes: file.size, team });
  return said(await ask("POST", "/attachments/", body, { signal }));
}

async function send(file, begun, onProgress, signal) {
  let now = begun;
  let offset = begun.offset;
  onProgress(offset, file.size, begun);
  while (offset < file.size) {
    const step = async () => {
      const chunk = file.slice(offset, offset + begun.chunk_bytes);
      const onSent = (bytes) => onProgress(offset + bytes, file.size, begun);
      const answer = await ask("PUT", `${begun.url}bytes/?offset=${offset}`, chunk, { signal, onSent });
      if (answer.status === 409 && Number.isInteger(answer.json.offset)) return { ...now, offset: answer.json.offset };
      return said(answer);
    };
    const find = async () => (offset = (await facts(begun.id, signal)).offset);
    now = await persist(step, signal, find);
    offset = now.offset;
    onProgress(offset, file.size, now);
  }
  return now;
}

/** Repeats `step` while the network or the server is away; before a repetition `recover` asks where things stand. */
async function persist(step, signal, recover) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await step();
    } catch (error) {
      if (signal?.aborted || !isPassing(error) || attempt >= TRIES) throw error;
    }
    await online(signal);
    await pause(Math.min(FIRST_WAIT_MS * 2 ** (attempt - 1), LONGEST_WAIT_MS) * (0.5 + Math.random() / 2), signal);
    await recover?.().catch(() => {}); // the next step finds out again
  }
}

const isPassing = (error) => error.status === 0 || error.status === 408 || error.status === 429 || error.status >= 500;

/** XMLHttpRequest, because fetch says nothing while it sends. Resolves with `{ status, json }` for every answer. */
function ask(method, url, body, { signal, onSent } = {}) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const call = new XMLHttpRequest();
    const stop = () => call.abort();
    call.open(method, url);
    call.setRequestHeader("X-CSRFToken", document.querySelector("meta[name=csrf]")?.content ?? "");
    call.setRequestHeader("X-Requested-With", "fetch");
    call.setRequestHeader("Content-Type", typeof body === "string" ? "application/json" : "application/octet-stream");
    call.responseType = "json";
    call.upload.onprogress = (event) => onSent?.(event.loaded);
    call.onload = () => resolve({ status: call.status, json: call.response ?? {} });
    call.onerror = () => reject(new RequestError(0, t("The server cannot be reached.")));
    call.onabort = () => reject(signal.reason);
    call.onloadend = () => signal?.removeEventListener("abort", stop);
    signal?.addEventListener("abort", stop);
    call.send(body);
  });
}

function said({ status, json }) {
  if (status >= 200 && status < 300) return json;
  throw new RequestError(status, json.error?.message ?? t("The server could not do this."));
}

function limitsOfPage() {
  return JSON.parse(document.getElementById("limits")?.textContent || "{}");
}

/** Waits for one of a few places, in the order of asking. */
function turn(signal) {
  if (running < MOST_AT_ONCE) {
    running++;
    return Promise.resolve();
  }
  return new Promise((resolve, reject) => {
    const entry = { go: () => (running++, resolve()) };
    waiting.push(entry);
    signal?.addEventListener("abort", () => {
      const place = waiting.indexOf(entry);
      if (place >= 0) waiting.splice(place, 1);
      reject(signal.reason);
    });
  });
}

function leave() {
  running--;
  waiting.shift()?.go();
}

function online(signal) {
  if (navigator.onLine !== false) return Promise.resolve();
  return new Promise((resolve, reject) => {
    addEventListener("online", resolve, { once: true });
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => (clearTimeout(timer), reject(signal.reason)), { once: true });
  });
}
