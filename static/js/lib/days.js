/** Under which heading of the list a conversation stands, in the person's own time zone. */

import { language, t } from "lib/i18n.js";

const dayOf = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());

/** Whole calendar days between two moments, whatever the clocks did in between. */
const daysBetween = (from, to) => Math.round((dayOf(to) - dayOf(from)) / 86_400_000);

/** "today", "yesterday", "week" (the seven days before), else the month: "2026-09". */
export function groupOf(date, now = new Date()) {
  const days = daysBetween(date, now);
  if (days <= 0) return "today";
  if (days === 1) return "yesterday";
  if (days <= 7) return "week";
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}`;
}

export function headingOf(group, now = new Date()) {
  const words = { pinned: t("Pinned"), today: t("Today"), yesterday: t("Yesterday"), week: t("Last 7 days") };
  if (group in words) return words[group];
  const [year, month] = group.split("-").map(Number);
  const form = year === now.getFullYear() ? { month: "long" } : { month: "long", year: "numeric" };
  return new Intl.DateTimeFormat(language(), form).format(new Date(year, month - 1, 1));
}

/** Milliseconds until the headings are wrong: the next midnight. */
export const untilTomorrow = (now = new Date()) =>
  new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1) - now;
