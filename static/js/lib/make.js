/** Nodes made by hand, where a template would be longer than what it makes. */

export function make(tag, className = "", text = "") {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}

/** A <button type="button">; `data` are its data- attributes. */
export function makeButton(className, text, data = {}) {
  const node = Object.assign(make("button", className, text), { type: "button" });
  Object.assign(node.dataset, data);
  return node;
}
