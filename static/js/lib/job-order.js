/** Where a row of the board stands, told from its data: what runs on top, then the newest. */

/** Does the row `one` come before `other`? Times have six decimals; of equal ones the higher number is newer. */
export function isBefore(one, other) {
  const [isOpen, isOtherOpen] = ["open" in one, "open" in other];
  if (isOpen !== isOtherOpen) return isOpen;
  const [first, second] = [Number(one.created), Number(other.created)];
  return first === second ? Number(one.generation) > Number(other.generation) : first > second;
}

/** Is it in the list of `scope` at all? */
export function belongs(row, scope, me) {
  if (scope === "running") return "open" in row;
  return scope !== "mine" || row.author === String(me);
}
