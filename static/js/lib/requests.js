/** HTTP from scripts: the CSRF header from the page, and an error that says what went wrong. */

import { t } from "lib/i18n.js";

export class RequestError extends Error {
  constructor(status, message, response = null) {
    super(message);
    this.status = status;
    this.response = response; // its body has not been read
  }
}

const token = () => document.querySelector("meta[name=csrf]")?.content ?? "";

/** A Response, or a RequestError with words for a person. `body`: FormData, Blob, a string, or an object sent as JSON. */
export async function request(method, url, { body, headers = {}, signal } = {}) {
  const isPlain = body !== undefined && Object.getPrototypeOf(body) === Object.prototype;
  const response = await fetch(url, {
    method,
    signal,
    body: isPlain ? JSON.stringify(body) : body,
    headers: {
      "X-Requested-With": "fetch",
      ...(method === "GET" ? {} : { "X-CSRFToken": token() }),
      ...(isPlain ? { "Content-Type": "application/json" } : {}),
      ...headers,
    },
  }).catch((error) => {
    if (error.name === "AbortError") throw error;
    throw new RequestError(0, t("The server cannot be reached."));
  });
  if (!response.ok) throw new RequestError(response.status, wordsFor(response.status), response);
  return response;
}

export const getText = async (url, options) => (await request("GET", url, options)).text();

export function wordsFor(status) {
  if (status === 401) return t("Please sign in again.");
  if (status === 403) return t("You may not do this.");
  if (status === 404) return t("This is no longer here.");
  if (status === 413) return t("This is too large.");
  if (status === 429) return t("That was too often. Wait a moment.");
  return t("The server could not do this.");
}
