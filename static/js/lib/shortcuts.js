/** The page's keys (promises.md, habits 5 and 6): which event a key stands for, how it is written, whether it is ours now. */

import { isTextBox, tell } from "lib/dom.js";
import { t } from "lib/i18n.js";
import { isComposing } from "lib/ime.js";
import { preference } from "lib/preferences.js";

/** name: [key, the event it fires on the document]; elements listen for the event and need not know the key. */
export const ACTIONS = {
  search: ["mod+k", "open-search"],
  new: ["mod+shift+o", "open-new"],
  model: ["mod+shift+m", "open-model-picker"],
  composer: ["shift+escape", "focus-composer"],
  "copy-reply": ["mod+shift+c", "copy-last-reply"],
  "copy-code": ["mod+shift+;", "copy-last-code"],
  sidebar: ["mod+\\", "toggle-sidebar"],
  panel: ["mod+shift+\\", "toggle-panel"],
  help: ["mod+/", "open-shortcut-help"],
};

export const isMac = (platform = globalThis.navigator?.platform ?? "") => /^(Mac|iPhone|iPad)/.test(platform);

/** The name of the action that this key event stands for, or "". On a Mac only ⌘ is mod; Ctrl there is its own key. */
export function actionOf(event, { mac = isMac(), isOn = true } = {}) {
  if (!isOn || isComposing(event) || event.altKey || event.repeat) return "";
  const pressed = written(event, mac);
  const found = Object.entries(ACTIONS).find(([, [key]]) => key === pressed);
  return found && isFree(event, pressed) ? found[0] : "";
}

/** In a text box a key without ⌘ or Ctrl is text or an editing key, and stays that; Shift+Esc writes nothing. */
const isFree = (event, pressed) => pressed.startsWith("mod+") || pressed.endsWith("escape") || !isTextBox(event.target);

function written(event, mac) {
  const [mod, other] = mac ? [event.metaKey, event.ctrlKey] : [event.ctrlKey, event.metaKey];
  if (other) return "";
  return [mod && "mod", event.shiftKey && "shift", keyOf(event)].filter(Boolean).join("+");
}

/** With Shift a layout gives another character (":" for ";"), so punctuation is told by its place on the keyboard. */
const PLACES = { Semicolon: ";", Backslash: "\\", Slash: "/" };

function keyOf(event) {
  const key = event.key.toLowerCase();
  return key.length === 1 && !/[a-z0-9]/.test(key) ? (PLACES[event.code] ?? key) : key;
}

const SIGNS = { mod: "⌘", shift: "⇧", escape: "Esc" };
const WORDS = { mod: "Ctrl", shift: "Shift", escape: "Esc" };

/** "⇧⌘O" on a Mac, "Ctrl+Shift+O" elsewhere. */
export function label(name, mac = isMac()) {
  const keys = (ACTIONS[name]?.[0] ?? name).split("+");
  if (mac) return [...keys].sort((a, b) => order(a) - order(b)).map((key) => SIGNS[key] ?? upper(key)).join("");
  return keys.map((key) => WORDS[key] ?? upper(key)).join("+");
}

const upper = (key) => (key.length === 1 ? key.toUpperCase() : key);

const order = (key) => (key === "shift" ? 0 : key === "mod" ? 1 : 2);

/** The same in the words of aria-keyshortcuts. */
export function ariaKeys(name, mac = isMac()) {
  const words = { mod: mac ? "Meta" : "Control", shift: "Shift", escape: "Escape" };
  return ACTIONS[name][0].split("+").map((key) => words[key] ?? key.toUpperCase()).join("+");
}

/** What each action is called, for the list of shortcuts and for tooltips. */
export const names = () => ({
  search: t("Search"),
  new: t("New conversation"),
  model: t("Choose a model"),
  composer: t("Go to the message box"),
  "copy-reply": t("Copy the last reply"),
  "copy-code": t("Copy the last code"),
  sidebar: t("Fold or open the sidebar"),
  panel: t("Model and parameters"),
  help: t("Keyboard shortcuts"),
});

export function start() {
  document.addEventListener("keydown", (event) => {
    const name = actionOf(event, { isOn: preference("shortcuts") !== false });
    if (!name || event.defaultPrevented) return;
    event.preventDefault();
    tell(ACTIONS[name][1]);
  });
}
