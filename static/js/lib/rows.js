/** Where a conversation stands in a list and what its menu offers, told from its row's data attributes. */

import { groupOf } from "lib/days.js";

/** Does a row with these data belong into the list of `scope`? */
export function belongs(data, scope) {
  if (scope === "deleted") return "deleted" in data;
  if ("deleted" in data) return false;
  if (scope === "archived") return "archived" in data;
  if ("archived" in data) return false;
  return scope === "team" ? "shared" in data : "mine" in data;
}

export const groupFor = (data, now) => ("pinned" in data ? "pinned" : groupOf(new Date(data.updated), now));

/** Newest first; "order" is seconds with six decimals, told apart by the id where equal. */
export function isBefore(one, other) {
  const [first, second] = [Number(one.order), Number(other.order)];
  return first === second ? Number(one.conversation) > Number(other.conversation) : first > second;
}

/** The place of a group among the headings: pinned, today, yesterday, the week, then months backwards. */
export function rank(group) {
  const fixed = ["pinned", "today", "yesterday", "week"].indexOf(group);
  if (fixed >= 0) return fixed;
  const [year, month] = group.split("-").map(Number);
  return 1e6 - (year * 12 + month);
}

/** `needs`: "keep" and "write" ask for a right, "open" for the page, "on:pinned" and "off:pinned" for a state. */
export function isOffered(needs, row, isOpen) {
  const rights = { keep: "mayKeep" in row, write: "mayWrite" in row, open: isOpen };
  return needs.split(" ").filter(Boolean).every((need) => {
    const [state, name] = need.split(":");
    return name ? (state === "on") === name in row : rights[need];
  });
}
