/** A block of code in a reply: a head that stays in view with copy, wrap and download; colours once it is whole and visible. */

import { copy } from "lib/clipboard.js";
import { announce } from "lib/dom.js";
import { highlight } from "lib/highlighting.js";
import { t } from "lib/i18n.js";
import { patchText } from "lib/patch.js";

const DIAGRAMS = /^mermaid$/i;
const ENDINGS = {
  bash: "sh", csharp: "cs", javascript: "js", js: "js", kotlin: "kt", markdown: "md", perl: "pl", plaintext: "txt", python: "py",
  ruby: "rb", rust: "rs", shell: "sh", typescript: "ts", yaml: "yml",
};
const DONE_MS = 1500;

class CodeBlock extends HTMLElement {
  connectedCallback() {
    if (this.querySelector(".code-head")) return;
    this.prepend(this.#head());
    this.addEventListener("click", this.#clicked);
    this.#settle();
  }

  get text() {
    return this.#code.textContent;
  }

  get #code() {
    return this.querySelector("pre > code");
  }

  /** A longer rendering of the same block, from lib/patch.js; false if it is another one. */
  takeFresh(fresh) {
    if (fresh.dataset.language !== this.dataset.language && !fresh.dataset.language.startsWith(this.dataset.language)) return false;
    const text = fresh.querySelector("code").textContent;
    if ("drawn" in this.dataset && text === this.text) return true;
    this.#write(text);
    this.dataset.language = fresh.dataset.language;
    this.querySelector(".code-language").textContent = this.#language;
    this.toggleAttribute("data-closed", fresh.hasAttribute("data-closed"));
    this.#settle();
    return true;
  }

  #write(text) {
    const node = this.#code.firstChild;
    if (this.#code.childNodes.length === 1 && node.nodeType === Node.TEXT_NODE) patchText(node, text);
    else this.#code.textContent = text;
  }

  #settle() {
    if (!("closed" in this.dataset)) return;
    if (DIAGRAMS.test(this.dataset.language)) this.#drawDiagram();
    else highlight(this, this.#code, this.dataset.language);
  }

  #drawDiagram() {
    if (this.querySelector("diagram-frame")) return;
    const toggle = this.querySelector("[data-code=source]");
    toggle.hidden = false;
    this.querySelector("pre").before(document.createElement("diagram-frame"));
  }

  get #language() {
    return this.dataset.language || t("Code");
  }

  #head() {
    const head = document.createElement("div");
    head.className = "code-head";
    const language = document.createElement("span");
    language.className = "code-language";
    language.textContent = this.#language;
    const source = button("source", "icon-code", t("Show the source"));
    source.hidden = true;
    head.append(
      language,
      source,
      button("wrap", "icon-wrap-text", t("Wrap lines")),
      button("download", "icon-download", t("Download")),
      button("copy", "icon-copy", t("Copy code")),
    );
    return head;
  }

  #clicked = (event) => {
    const pressed = event.target.closest("[data-code]");
    if (!pressed) return;
    event.stopPropagation();
    const act = { copy: () => this.copy(), wrap: () => this.#wrap(pressed), download: () => this.#download(), source: () => this.#showSource(pressed) };
    act[pressed.dataset.code]();
  };

  async copy() {
    const worked = await copy(this.text);
    announce(worked ? t("Copied") : t("The browser did not allow copying."));
    const icon = this.querySelector("[data-code=copy] .icon");
    icon.classList.toggle("icon-check", worked);
    setTimeout(() => icon.classList.remove("icon-check"), DONE_MS);
  }

  #wrap(pressed) {
    const isWrapped = this.toggleAttribute("data-drawn-wrap");
    pressed.setAttribute("aria-pressed", String(isWrapped));
  }

  #showSource(pressed) {
    const isSource = this.toggleAttribute("data-drawn-source");
    pressed.setAttribute("aria-pressed", String(isSource));
  }

  #download() {
    const link = document.createElement("a");
    const language = this.dataset.language.toLowerCase();
    link.href = URL.createObjectURL(new Blob([this.text], { type: "text/plain;charset=utf-8" }));
    link.download = `code.${(ENDINGS[language] ?? language.replace(/[^a-z0-9]/g, "")) || "txt"}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }
}

function button(name, icon, label) {
  const node = document.createElement("button");
  node.type = "button";
  node.className = "icon-button";
  node.dataset.code = name;
  node.ariaLabel = label;
  if (name === "wrap" || name === "source") node.setAttribute("aria-pressed", "false");
  const picture = document.createElement("span");
  picture.className = `icon ${icon}`;
  picture.ariaHidden = "true";
  node.append(picture);
  return node;
}

customElements.define("code-block", CodeBlock);
