/** Makes nodes like freshly rendered ones with the smallest change, so that selections, focus and drawn formulas stay. */

/** Replaces the children of `parent` from position `from` on by those of `fresh`, keeping what is equal. */
export function patchChildren(parent, from, fresh) {
  let old = parent.childNodes[from] ?? null;
  for (const node of [...fresh.childNodes]) {
    const next = old?.nextSibling ?? null;
    if (!old) parent.appendChild(node); // append() of <markdown-text> takes text
    else if (!patchNode(old, node)) old.replaceWith(node);
    old = next;
  }
  while (old) {
    const next = old.nextSibling;
    old.remove();
    old = next;
  }
}

/** True where `old` now says what `fresh` says. */
function patchNode(old, fresh) {
  if (old.nodeType !== fresh.nodeType) return false;
  if (old.nodeType === Node.TEXT_NODE) return patchText(old, fresh.data);
  if (old.localName !== fresh.localName) return false;
  if (old.takeFresh) return old.takeFresh(fresh);
  if (!hasSameAttributes(old, fresh)) return false;
  if (!("drawn" in old.dataset)) patchChildren(old, 0, fresh);
  return true;
}

/** Only what differs at the end is touched: positions before it, such as a selection's, stay. */
export function patchText(node, text) {
  const old = node.data;
  if (text.startsWith(old)) {
    if (text.length > old.length) node.appendData(text.slice(old.length));
    return true;
  }
  let same = 0;
  while (same < old.length && old[same] === text[same]) same += 1;
  node.replaceData(same, old.length - same, text.slice(same));
  return true;
}

/** `data-drawn…` is ours: it says that something else (a formula, a colour) stands where the source was. */
function hasSameAttributes(old, fresh) {
  const ours = (node) => [...node.attributes].filter(({ name }) => !name.startsWith("data-drawn"));
  const wanted = ours(fresh);
  return ours(old).length === wanted.length && wanted.every(({ name, value }) => old.getAttribute(name) === value);
}
