/** Draws the formulas that lib/math.js has marked, with KaTeX, which is fetched when the first of them comes into view. */

import { soon } from "lib/slices.js";

const NEAR = "600px";
const OPTIONS = { throwOnError: true, strict: "ignore", trust: false, maxSize: 25, maxExpand: 500 };

let katex = null;
let loading = null;
let observer = null;

/** Those in `root` (or itself) that are not drawn yet: at once if KaTeX is here, else when they come near. */
export function drawFormulas(root) {
  for (const node of found(root)) {
    if (katex) draw(node);
    else watch(node);
  }
}

function found(root) {
  const inside = [...root.querySelectorAll(".math:not([data-drawn])")];
  return root.matches(".math:not([data-drawn])") ? [root, ...inside] : inside;
}

function watch(node) {
  observer ??= new IntersectionObserver(arrived, { rootMargin: NEAR });
  observer.observe(node);
}

async function arrived(entries) {
  const near = entries.filter((entry) => entry.isIntersecting).map((entry) => entry.target);
  if (!near.length) return;
  for (const node of near) observer.unobserve(node);
  await (loading ??= load());
  for (const node of near) soon(() => node.isConnected && draw(node));
}

async function load() {
  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = new URL("katex.min.css", import.meta.resolve("katex"));
  const styled = new Promise((done) => (sheet.onload = sheet.onerror = done));
  document.head.append(sheet);
  await Promise.all([import("katex"), styled]); // its module form is not minified: the classic one sets a global
  katex = globalThis.katex;
}

/** `render` sets styles through the DOM; HTML with inline styles would lose its layout to our policy. */
function draw(node) {
  if ("drawn" in node.dataset) return;
  const source = node.textContent;
  try {
    katex.render(node.dataset.tex, node, { ...OPTIONS, displayMode: "display" in node.dataset });
    node.dataset.drawn = "";
  } catch {
    node.textContent = source; // not TeX after all, or a command that KaTeX lacks: the source says it
    node.dataset.drawn = "source";
  }
}
