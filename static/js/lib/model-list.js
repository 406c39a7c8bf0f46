/** The models as the server last told them: asked for once per page, again when the key's list has changed. */

import { tell } from "lib/dom.js";
import { prepare } from "lib/models.js";
import { request } from "lib/requests.js";
import { on } from "lib/socket.js";

const ADDRESS = "/models/";
let catalog = prepare({});
let pending = null;
let isLoaded = false;

export const current = () => catalog;

/** The catalog; fetched at the first call, then at once. Rejects with a RequestError. */
export function load() {
  if (isLoaded) return Promise.resolve(catalog);
  pending ??= fetchList().finally(() => (pending = null));
  return pending;
}

/** Fetches anew, mostly answered by "not modified"; "models-loaded" tells the page. */
export function reload() {
  isLoaded = false;
  return load();
}

async function fetchList() {
  const response = await request("GET", ADDRESS);
  catalog = prepare(await response.json());
  isLoaded = true;
  tell("models-loaded");
  return catalog;
}

/** Keeps or drops a favourite, here at once and on the server; undone here if the server could not. */
export async function like(id, isLiked) {
  const before = catalog.favourites;
  catalog.favourites = isLiked ? [...before, id] : before.filter((other) => other !== id);
  try {
    await request(isLiked ? "PUT" : "DELETE", `${ADDRESS}${encodeURIComponent(id)}/favourite/`);
  } catch (error) {
    catalog.favourites = before;
    throw error;
  }
}

/** Remembers here what the server will know once a message is sent. */
export function used(id) {
  catalog.recents = [id, ...catalog.recents.filter((other) => other !== id)].slice(0, 8);
}

on("models.changed", () => isLoaded && reload().catch(reportError));
