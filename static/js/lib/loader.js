/** Tag = file: `<model-picker>` is defined by elements/model-picker.js, fetched when the first such tag is on the page.
 *
 * With `data-load-on="open-search"` it is fetched when that event first comes to the document, and gets the event then.
 */

const asked = new Set();

function load(node) {
  const tag = node.localName;
  if (!tag.includes("-") || asked.has(tag) || customElements.get(tag)) return;
  asked.add(tag);
  if (node.dataset.loadOn) loadOn(node.dataset.loadOn, tag);
  else fetchElement(tag);
}

const fetchElement = (tag) =>
  import(`elements/${tag}.js`).catch((error) => {
    asked.delete(tag); // a lost connection; the next such tag tries again
    reportError(error);
  });

function loadOn(type, tag) {
  const first = async ({ detail }) => {
    await fetchElement(tag);
    if (!customElements.get(tag)) return document.addEventListener(type, first, { once: true });
    document.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
  };
  document.addEventListener(type, first, { once: true });
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
