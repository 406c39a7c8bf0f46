/** "Use as": what a result, or any picture in a message, goes into next; by a menu, or by being dragged. */

import { ATTACHMENT } from "lib/carried.js";
import { tell } from "lib/dom.js";
import { t } from "lib/i18n.js";
import { openMenu } from "lib/menus.js";
import { load } from "lib/model-list.js";
import { open } from "lib/navigation.js";
import { toastError } from "lib/toast.js";
import { usesOf } from "lib/uses.js";

const ICONS = { video: "icon-film", image: "icon-image", file: "icon-globe", text: "icon-message-square" };
const WORDS = {
  "first_frame video": () => t("First frame of a film"),
  "last_frame video": () => t("Last frame of a film"),
  "reference video": () => t("Reference for a film"),
  "source video": () => t("Change this into another film"),
  "source image": () => t("Change this picture"),
  "reference image": () => t("Reference for a picture"),
  "first_frame file": () => t("World from this"),
  "reference file": () => t("World from this"),
  "source file": () => t("World from this"),
  "question text": () => t("Ask about it"),
};
const wordsOf = ({ role, makes }) => WORDS[`${role} ${makes}`]?.() ?? `${role.replace(/_/g, " ")} · ${makes}`;

/** What stands on the page as an attachment: {id, kind, name, poster, url}. */
export function attachmentOf({ dataset }) {
  const { tile, kind, name, poster = "", url } = dataset;
  return { id: Number(tile), kind, name, poster, url };
}

/** Into the composer of this page; elsewhere a new conversation is opened with it. Nothing is sent. */
export function use(attachment, role, model) {
  if (document.querySelector("message-composer")) return tell("attachment-use", { attachment, role, model });
  return open(`/?${new URLSearchParams({ model, attachment: attachment.id, role })}`);
}

export async function openUses(button, attachment) {
  const menu = emptyMenu();
  menu.replaceChildren(line(t("Looking for models")));
  openMenu(menu, button);
  try {
    const catalog = await load();
    if (menu.isConnected) showUses(menu, button, attachment, usesOf(attachment.kind, catalog, modelInUse()));
  } catch (error) {
    menu.hidePopover();
    toastError(error);
  }
}

const modelInUse = () => document.querySelector("message-composer")?.choice?.model?.id ?? "";

/** In the lightbox's dialog too, which is the only thing that can be used while it is open. */
function emptyMenu() {
  document.getElementById("use-menu")?.remove();
  const menu = document.createElement("div");
  Object.assign(menu, { id: "use-menu", className: "menu use-menu", popover: "auto", role: "menu", ariaLabel: t("Use as") });
  (document.querySelector("dialog[open]") ?? document.body).append(menu);
  return menu;
}

function showUses(menu, button, attachment, uses) {
  if (!uses.length) return menu.replaceChildren(line(t("No model takes this.")));
  const rows = uses.map((one) => pair(one, () => use(attachment, one.role, one.models[0].id), () => showModels(menu, button, attachment, uses, one)));
  menu.replaceChildren(line(t("Use as")), ...rows);
  settle(menu, button);
}

/** One press takes the first model; the arrow beside it, or →, shows the others. */
function pair(one, take, more) {
  const row = document.createElement("div");
  row.className = "use-row";
  row.role = "none";
  row.append(item({ icon: ICONS[one.makes], words: wordsOf(one), hint: one.models[0].label, act: take }));
  if (one.models.length < 2) return row;
  const other = item({ icon: "icon-chevron-right", words: "", act: more });
  other.ariaLabel = t("%(use)s: other models", { use: wordsOf(one) });
  other.dataset.stays = "";
  row.append(other);
  row.addEventListener("keydown", (event) => event.key === "ArrowRight" && more());
  return row;
}

function showModels(menu, button, attachment, uses, { role, makes, models }) {
  const back = item({ icon: "icon-chevron-left", words: wordsOf({ role, makes }), act: () => showUses(menu, button, attachment, uses) });
  back.dataset.stays = "";
  const rows = models.map((model) => item({ words: model.label, act: () => use(attachment, role, model.id) }));
  menu.replaceChildren(back, document.createElement("hr"), ...rows);
  settle(menu, button, rows[0]);
}

/** Other content has another size, and the focus went with the old one. */
function settle(menu, button, first = menu.querySelector("[role=menuitem]")) {
  menu.hidePopover();
  openMenu(menu, button);
  first?.focus({ preventScroll: true });
}

function line(words) {
  const node = document.createElement("p");
  node.className = "menu-label";
  node.textContent = words;
  return node;
}

function item({ icon, words, hint, act }) {
  const node = document.createElement("button");
  Object.assign(node, { type: "button", className: "menu-item", role: "menuitem" });
  if (icon) node.append(Object.assign(document.createElement("span"), { className: `icon ${icon}`, ariaHidden: "true" }));
  node.append(Object.assign(document.createElement("span"), { className: "truncate", textContent: words }));
  if (hint) node.append(Object.assign(document.createElement("span"), { className: "use-hint truncate", textContent: hint }));
  node.addEventListener("click", act);
  return node;
}

/** Listens for every such button and tile, wherever it comes from. */
export function start() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-use]");
    const tile = button?.closest("[data-tile]");
    if (!tile) return;
    event.preventDefault();
    openUses(button, attachmentOf(tile));
  });
  document.addEventListener("dragstart", (event) => {
    const tile = event.target.closest?.("[data-tile]");
    if (!tile || !event.dataTransfer) return;
    const { id, kind, name } = attachmentOf(tile);
    event.dataTransfer.setData(ATTACHMENT, JSON.stringify({ id, kind, name }));
    event.dataTransfer.effectAllowed = "copy";
  });
}
