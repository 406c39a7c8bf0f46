/** Small steps with nodes that several elements take. */

/** The elements that a piece of our own server's HTML holds; never for text that a person or a model wrote. */
export function fragment(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  return template.content;
}

export const isCoarse = () => matchMedia("(pointer: coarse)").matches;
export const isNarrow = () => matchMedia("(width < 48rem)").matches;

/** Would a key typed here become text? */
export function isTextBox(node) {
  if (!node?.matches) return false;
  if (node.isContentEditable || node.matches("textarea, select")) return true;
  return node.matches("input:not([type=checkbox], [type=radio], [type=range], [type=button], [type=submit])");
}

/** Says something to a screen reader once, politely. */
export function announce(text) {
  const region = document.getElementById("announcer");
  if (!region) return;
  region.textContent = "";
  setTimeout(() => (region.textContent = text), 50); // the same words twice are only read after a change
}

/** Fires a bubbling event on `target` that elements of other owners listen for on the document. */
export function tell(type, detail = {}, target = document) {
  return target.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, cancelable: true }));
}
