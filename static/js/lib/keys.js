/** What a key in the message box means (promises.md, habits 1 to 4 and 6); pure, so that each rule is tested. */

import { isComposing } from "lib/ime.js";

/** "send", "newline", "edit-last", "cancel-edit", "stop" or "": the browser's.
 *
 * `state`: {sendKey ("enter" or "mod-enter"), isTouch, isMac, isEmpty, isEditing, isRunning}
 */
export function meaningOf(event, state) {
  if (isComposing(event) || event.defaultPrevented || event.repeat) return "";
  if (event.key === "Enter") return ofEnter(event, state);
  if (hasModifier(event)) return "";
  if (event.key === "Escape") return state.isEditing ? "cancel-edit" : state.isRunning ? "stop" : "";
  return event.key === "ArrowUp" && state.isEmpty && !state.isEditing ? "edit-last" : "";
}

function ofEnter(event, { sendKey, isTouch, isMac }) {
  const [mod, other] = isMac ? [event.metaKey, event.ctrlKey] : [event.ctrlKey, event.metaKey];
  if (other || event.altKey) return "";
  if (mod) return event.shiftKey ? "" : "send";
  return event.shiftKey || isTouch || sendKey === "mod-enter" ? "newline" : "send";
}

const hasModifier = (event) => event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
