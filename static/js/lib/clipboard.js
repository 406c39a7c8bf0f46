/** Puts text on the clipboard, with HTML beside it where there is some; also on http addresses, where the modern way is missing. */

/** Resolves to whether it worked. */
export async function copy(text, html = "") {
  try {
    if (html && globalThis.ClipboardItem && navigator.clipboard?.write) await navigator.clipboard.write([item(text, html)]);
    else if (navigator.clipboard?.writeText) await navigator.clipboard.writeText(text);
    else return copyByCommand(text, html);
    return true;
  } catch {
    return copyByCommand(text, html); // refused: not focused, or no permission
  }
}

function item(text, html) {
  const blob = (type, content) => new Blob([content], { type });
  return new ClipboardItem({ "text/plain": blob("text/plain", text), "text/html": blob("text/html", html) });
}

function copyByCommand(text, html) {
  const fill = (event) => {
    event.preventDefault();
    event.clipboardData.setData("text/plain", text);
    if (html) event.clipboardData.setData("text/html", html);
  };
  document.addEventListener("copy", fill, { once: true, capture: true });
  const worked = document.execCommand("copy");
  document.removeEventListener("copy", fill, { capture: true });
  return worked;
}
