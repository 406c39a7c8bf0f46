/** A person's face, drawn as chats/templatetags/people.py draws it. */

const HUES = 8;

export function initials(name) {
  const words = name.trim().split(/\s+/);
  if (!words[0]) return "?";
  if (words[0].codePointAt(0) > 0x2e80) return String.fromCodePoint(words[0].codePointAt(0));
  return (words[0][0] + (words.length > 1 ? words.at(-1)[0] : "")).toUpperCase();
}

export function face({ id, name }) {
  const node = document.createElement("span");
  node.className = "avatar";
  node.dataset.hue = id % HUES;
  node.title = name;
  node.textContent = initials(name);
  node.ariaHidden = "true";
  return node;
}
