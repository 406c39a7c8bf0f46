/** Two texts beside each other: rows of lines, with what is the same folded and what changed marked word by word. */

import { diffLines } from "diff/line.js";
import { diffWordsWithSpace } from "diff/word.js";

const CONTEXT = 3; // equal lines around a change
const LONGEST = 4000; // characters of a line that is compared word by word

/** [{kind: same | changed | removed | added, left, right}]; left and right are lists of [text, isMarked]. */
export function rowsOf(before, after) {
  const rows = [];
  const changes = diffLines(ended(before), ended(after));
  for (let at = 0; at < changes.length; at += 1) {
    const change = changes[at];
    if (!change.added && !change.removed) {
      rows.push(...lines(change).map((line) => ({ kind: "same", left: [[line, false]], right: [[line, false]] })));
      continue;
    }
    const next = changes[at + 1];
    const isPair = change.removed && next?.added;
    rows.push(...pairs(change.removed ? lines(change) : [], isPair ? lines(next) : change.added ? lines(change) : []));
    if (isPair) at += 1;
  }
  return rows;
}

/** Runs of rows: {rows} to show, {rows, isFolded} of equal lines far from any change. */
export function folded(rows) {
  const isNear = rows.map((_, at) => rows.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some(({ kind }) => kind !== "same"));
  const runs = [];
  rows.forEach((row, at) => {
    const isFolded = !isNear[at];
    if (runs.at(-1)?.isFolded === isFolded) runs.at(-1).rows.push(row);
    else runs.push({ isFolded, rows: [row] });
  });
  return runs;
}

export const isSame = (rows) => rows.every(({ kind }) => kind === "same");

const ended = (text) => (text.endsWith("\n") ? text : `${text}\n`);
const lines = ({ value }) => value.replace(/\n$/, "").split("\n");

function pairs(removed, added) {
  return Array.from({ length: Math.max(removed.length, added.length) }, (_, n) => {
    if (n >= added.length) return { kind: "removed", left: [[removed[n], true]], right: null };
    if (n >= removed.length) return { kind: "added", left: null, right: [[added[n], true]] };
    return { kind: "changed", ...words(removed[n], added[n]) };
  });
}

function words(before, after) {
  if (before.length + after.length > LONGEST) return { left: [[before, true]], right: [[after, true]] };
  const pieces = diffWordsWithSpace(before, after);
  const side = (mine, other) => pieces.filter((piece) => !piece[other]).map((piece) => [piece.value, Boolean(piece[mine])]);
  return { left: side("removed", "added"), right: side("added", "removed") };
}
