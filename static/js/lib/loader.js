/** Tag = file: `<model-picker>` is defined by elements/model-picker.js, fetched when the first such tag is on the page. */

const asked = new Set();

function load(node) {
  const tag = node.localName;
  if (!tag.includes("-") || asked.has(tag) || customElements.get(tag)) return;
  asked.add(tag);
  import(`elements/${tag}.js`).catch((error) => {
    asked.delete(tag); // a lost connection; the next such tag tries again
    reportError(error);
  });
}

function scan(root) {
  if (root.nodeType !== Node.ELEMENT_NODE) return;
  load(root);
  for (const node of root.querySelectorAll(":not(:defined)")) load(node);
}

scan(document.documentElement);
new MutationObserver((records) => {
  for (const { addedNodes } of records) addedNodes.forEach(scan);
}).observe(document.documentElement, { childList: true, subtree: true });
