/** Draws the Mermaid source of its <code-block> in a frame that has no rights here: only strings pass in and out. */

import { t } from "lib/i18n.js";

const FRAME_URL = "/frames/diagram/";
const LONGEST = 20_000;
const LOWEST = 48;
const HIGHEST = 2400;
const NEAR = "400px";

class DiagramFrame extends HTMLElement {
  #frame = null;
  #observer = null;

  connectedCallback() {
    if (this.#frame) return;
    addEventListener("message", this.#heard);
    this.#observer = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && this.#open(), { rootMargin: NEAR });
    this.#observer.observe(this);
  }

  disconnectedCallback() {
    removeEventListener("message", this.#heard);
    this.#observer.disconnect();
    this.#frame?.remove();
    this.#frame = null;
  }

  get #source() {
    return this.closest("code-block")?.text ?? "";
  }

  #open() {
    this.#observer.disconnect();
    if (this.#source.length > LONGEST) return this.#fail(t("This diagram is too large to draw."));
    const frame = (this.#frame = document.createElement("iframe"));
    frame.sandbox = "allow-scripts";
    frame.title = t("Diagram");
    frame.src = FRAME_URL;
    this.replaceChildren(frame);
  }

  /** "ready", "height:<pixels>" or "error:<words>". */
  #heard = ({ source, data }) => {
    if (!this.#frame || source !== this.#frame.contentWindow || typeof data !== "string") return;
    const [name, value] = [data.slice(0, data.indexOf(":")), data.slice(data.indexOf(":") + 1, 500)];
    if (name === "ready") source.postMessage(`${this.#theme}:${this.#source}`, "*"); // its origin is opaque
    if (name === "height") this.#grow(Number(value));
    if (name === "error") this.#fail(t("This diagram could not be drawn: %(reason)s", { reason: value.split("\n")[0] }));
  };

  get #theme() {
    const probe = getComputedStyle(document.documentElement).colorScheme;
    const isDark = probe === "dark" || (probe !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
    return isDark ? "dark" : "light";
  }

  #grow(height) {
    if (!Number.isFinite(height)) return;
    this.#frame.style.blockSize = `${Math.min(HIGHEST, Math.max(LOWEST, Math.ceil(height)))}px`;
    this.dataset.shown = "";
  }

  #fail(words) {
    const note = document.createElement("p");
    note.className = "diagram-note";
    note.textContent = words;
    this.#frame = null;
    this.replaceChildren(note);
    this.closest("code-block")?.toggleAttribute("data-drawn-source", true);
  }
}

customElements.define("diagram-frame", DiagramFrame);
