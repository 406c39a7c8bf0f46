/** Times in words: durations, and the `<time>` of the server's HTML in the reader's own zone. */

import { language, t } from "lib/i18n.js";

/** "4.2 s", "42 s", "3 min 5 s"; the same as `seconds` in chats/templatetags/message_tags.py. */
export function inSeconds(value, digits = 1) {
  if (value < 10) return t("%(seconds)s s", { seconds: value.toFixed(digits) });
  const whole = Math.round(value);
  const [minutes, seconds] = [Math.floor(whole / 60), whole % 60];
  return minutes ? t("%(minutes)s min %(seconds)s s", { minutes, seconds }) : t("%(seconds)s s", { seconds });
}

/** `data-format`: clock (the day too, if it was another) or exact. The exact time stands in the title. */
export function localTimes(root) {
  for (const node of root.querySelectorAll("time[datetime]")) {
    const at = new Date(node.dateTime);
    const exact = at.toLocaleString(language(), { dateStyle: "full", timeStyle: "medium" });
    const words = node.dataset.format === "exact" ? exact : clock(at);
    if (node.textContent !== words) node.textContent = words;
    node.title = exact;
  }
}

function clock(at) {
  const isToday = at.toDateString() === new Date().toDateString();
  const day = isToday ? {} : { day: "numeric", month: "short" };
  return at.toLocaleString(language(), { hour: "2-digit", minute: "2-digit", ...day });
}
