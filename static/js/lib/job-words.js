/** Times of generations in words, as chats/templatetags/generation_tags.py writes them. */

import { t } from "lib/i18n.js";

/** Five seconds or a minute more or less are all that an estimate can say. */
export function rounded(seconds) {
  if (seconds <= 55) return t("%(seconds)s s", { seconds: Math.max(5, Math.ceil(seconds / 5) * 5) });
  return t("%(minutes)s min", { minutes: Math.ceil(seconds / 60) });
}

/** "about 40 s left", "longer than usual", or nothing where nobody knows. */
export function leftWords({ state, left_s, is_slow }) {
  if (state === "downloading" || !isOpen(state)) return "";
  if (is_slow) return t("longer than usual");
  return left_s > 0 ? t("about %(time)s left", { time: rounded(left_s) }) : "";
}

const OPEN = new Set(["queued", "submitting", "submitted", "running", "downloading"]);
export const isOpen = (state) => OPEN.has(state);

/** What a screen reader is told when `before` becomes `now`, or "": a start and an end, not the steps between. */
export function spoken(before, now, model) {
  if (before === now) return "";
  if (before === "queued" && isOpen(now)) return t("%(model)s has started.", { model });
  if (!isOpen(before) || isOpen(now)) return "";
  if (now === "succeeded") return t("%(model)s is finished.", { model });
  return now === "cancelled" ? t("%(model)s was stopped.", { model }) : t("%(model)s has failed.", { model });
}
