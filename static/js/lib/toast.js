/** A word about something global, with Undo where there is one; `<app-toast>` shows it. */

import { t } from "lib/i18n.js";

export const UNDO_S = 10; // at least 8 s (promises.md, habit 14)

/** `toast(t("Link copied"))`, `toast(text, { action: t("Undo"), onAction, seconds, kind: "bad", until })`; `until`, a signal, ends it. */
export function toast(text, options = {}) {
  const detail = { text, kind: "", seconds: options.action ? UNDO_S : 4, ...options };
  globalThis.document.dispatchEvent(new CustomEvent("toast", { detail }));
}

export const toastUndo = (text, onAction) => toast(text, { action: t("Undo"), onAction });

/** For a failed request: its words, politely. */
export const toastError = (error) => toast(error.message, { kind: "bad", seconds: 8 });
