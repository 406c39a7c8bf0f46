/** Colours code when it is in view, with highlight.js, fetched when the first block is. */

import { soon } from "lib/slices.js";

const NEAR = "200px";
const LARGEST = 40_000; // characters; beyond, colouring would hold up the page
// Not among the languages of highlight.min.js: fetched one by one.
const MORE = {
  clojure: "clojure", cmake: "cmake", dart: "dart", docker: "dockerfile", dockerfile: "dockerfile", elixir: "elixir",
  erlang: "erlang", fortran: "fortran", groovy: "groovy", haskell: "haskell", hs: "haskell", http: "http", jl: "julia",
  julia: "julia", latex: "latex", tex: "latex", lisp: "lisp", matlab: "matlab", nginx: "nginx", nim: "nim", ocaml: "ocaml",
  powershell: "powershell", ps1: "powershell", properties: "properties", protobuf: "protobuf", proto: "protobuf",
  scala: "scala", scheme: "scheme", verilog: "verilog", vhdl: "vhdl", vim: "vim",
};

let hljs = null;
let observer = null;
const wanted = new WeakMap();

/** Colours `code` (its text stays) as soon as `block` is near the view; does nothing for an unknown language. */
export function highlight(block, code, language) {
  if (!language || code.textContent.length > LARGEST) return;
  observer ??= new IntersectionObserver(arrived, { rootMargin: NEAR });
  wanted.set(block, { code, language: language.toLowerCase() });
  observer.observe(block);
}

async function arrived(entries) {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    observer.unobserve(target);
    const { code, language } = wanted.get(target);
    await load(language);
    if (hljs.getLanguage(language)) soon(() => target.isConnected && whenUnselected(code, () => colour(target, code, language)));
  }
}

async function load(language) {
  hljs ??= (await import("highlight.js")).default;
  const name = MORE[language];
  if (!name || hljs.getLanguage(language)) return;
  const definition = await import(`highlight.js/languages/${name}.min.js`);
  hljs.registerLanguage(name, definition.default);
  hljs.registerAliases(language, { languageName: name });
}

/** highlight.js escapes what it is given, so its HTML holds nothing but our text and its spans. */
function colour(block, code, language) {
  const text = code.textContent;
  code.innerHTML = hljs.highlight(text, { language, ignoreIllegals: true }).value;
  block.dataset.drawn = "";
}

/** Colouring replaces the text nodes, and with them a selection: it waits until nothing in there is selected. */
function whenUnselected(code, act) {
  if (!isSelected(code)) return act();
  const look = () => {
    if (isSelected(code)) return;
    document.removeEventListener("selectionchange", look);
    if (code.isConnected) act();
  };
  document.addEventListener("selectionchange", look);
}

function isSelected(node) {
  const selection = document.getSelection();
  return Boolean(selection && !selection.isCollapsed && selection.containsNode(node, true));
}
