/** Lays words into the composer of a new conversation; what already lies there stays in front of them. */

import { drafts, placeOf } from "lib/drafts.js";

export function draftFor(team, words) {
  if (!drafts) return;
  const place = placeOf(null, team);
  const { text, files } = drafts.read(place);
  drafts.write(place, { text: text.trim() ? `${text.trimEnd()}\n\n${words}` : words, files });
}
