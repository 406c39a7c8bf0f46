/** What a person likes: the server's answer comes with the page; changes go back at once. */

import { request } from "lib/requests.js";

const FORM = ["theme", "send_key", "shortcuts", "sound"]; // what /settings/preferences/ takes, always all of them
const BAR = { light: "#fcfdfd", dark: "#101416" }; // --ground, as the browser's own bars want it
const AGE_S = 365 * 24 * 3600;
let values = read();

function read() {
  return JSON.parse(globalThis.document?.getElementById("preferences")?.textContent || "{}");
}

/** theme, send_key, shortcuts, sound, language: see chats/models/preference.py. */
export const preference = (name) => values[name];

/** After settings were saved in another page or swapped in: take what the server says now. */
export function readPreferences() {
  values = read();
}

/** Colours change at once; the server keeps the choice for the next page and the next browser. */
export async function setTheme(theme) {
  values.theme = theme;
  showTheme(theme);
  await request("POST", "/settings/theme/", { body: new URLSearchParams({ theme }) });
}

export function showTheme(theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  for (const bar of document.querySelectorAll("meta[name=theme-color]")) {
    const isDark = theme === "dark" || (theme === "system" && bar.media.includes("dark"));
    bar.content = isDark ? BAR.dark : BAR.light;
  }
}

export const setLanguage = (language) =>
  request("POST", "/settings/language/", { body: new URLSearchParams({ language }) });

/** Several at once; the form has no "unchanged", so what is not named goes along as it is. */
export async function savePreferences(changes) {
  Object.assign(values, changes);
  const body = new URLSearchParams();
  for (const name of FORM) if (values[name]) body.set(name, values[name] === true ? "on" : values[name]);
  await request("POST", "/settings/preferences/", { body });
}

/** How this browser had the frame: a cookie, so that the next page is drawn so from the start. */
export function remember(name, value) {
  document.cookie = `${name}=${value};path=/;max-age=${AGE_S};samesite=lax`;
}
