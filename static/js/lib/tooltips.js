/** Every icon button shows its name, and its key if it has one, after a moment of hovering or at once on keyboard focus. */

import { ariaKeys, label } from "lib/shortcuts.js";

const WAIT_MS = 450;
const NAMED = "[data-tip], .icon-button[aria-label]";
let tip = null;
let timer = 0;

function show(node) {
  const text = node.dataset.tip || node.ariaLabel;
  if (!text || node.ariaExpanded === "true") return;
  const words = document.createElement("span");
  words.textContent = text;
  tip.replaceChildren(words, ...keyOf(node));
  document.body.append(tip); // above a dialog that opened after it
  tip.showPopover();
  const box = node.getBoundingClientRect();
  const isBelow = box.bottom + tip.offsetHeight + 8 < innerHeight;
  const left = box.left + box.width / 2 - tip.offsetWidth / 2;
  tip.style.left = `${Math.max(4, Math.min(left, innerWidth - tip.offsetWidth - 4))}px`;
  tip.style.top = `${isBelow ? box.bottom + 6 : box.top - tip.offsetHeight - 6}px`;
}

function keyOf(node) {
  if (!node.dataset.shortcut) return [];
  const key = document.createElement("kbd");
  key.textContent = label(node.dataset.shortcut);
  return [key];
}

function hide() {
  clearTimeout(timer);
  if (tip.matches(":popover-open")) tip.hidePopover();
}

function soon(event, wait) {
  hide();
  const node = event.target.closest?.(NAMED);
  if (node) timer = setTimeout(() => node.isConnected && show(node), wait);
}

/** Writes keys where the server left room for them: they differ between a Mac and other machines. */
export function writeKeys(root = document) {
  for (const node of root.querySelectorAll("kbd[data-key-of]")) node.textContent = label(node.dataset.keyOf);
  for (const node of root.querySelectorAll("[data-shortcut]")) node.setAttribute("aria-keyshortcuts", ariaKeys(node.dataset.shortcut));
}

export function start() {
  tip = document.createElement("div");
  tip.className = "tip";
  tip.popover = "manual";
  tip.ariaHidden = "true"; // the button's name says the same
  document.addEventListener("pointerover", (event) => event.pointerType === "mouse" && soon(event, WAIT_MS));
  document.addEventListener("focusin", (event) => event.target.matches(":focus-visible") && soon(event, WAIT_MS));
  for (const type of ["pointerdown", "focusout", "keydown", "scroll"]) document.addEventListener(type, hide, true);
}
