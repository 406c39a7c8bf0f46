/** Makes the whole page take files that are dragged onto it; says so while they hover. Tells `files-dropped {files}`. */

import { tell } from "lib/dom.js";
import { t } from "lib/i18n.js";

const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

class DropZone extends HTMLElement {
  #listening = new AbortController();
  #depth = 0; // dragenter and dragleave come for each element passed

  connectedCallback() {
    this.#listening = new AbortController();
    const listen = (type, act) => addEventListener(type, (event) => hasFiles(event) && act(event), this.#listening);
    listen("dragenter", (event) => this.#hover(event, 1));
    listen("dragover", (event) => this.#allow(event));
    listen("dragleave", (event) => this.#hover(event, -1));
    listen("drop", (event) => this.#drop(event));
    addEventListener("dragend", () => this.#show(0), this.#listening);
  }

  disconnectedCallback() {
    this.#listening.abort();
  }

  #allow(event) {
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  }

  #hover(event, step) {
    event.preventDefault();
    this.#show(this.#depth + step);
  }

  #show(depth) {
    this.#depth = Math.max(0, depth);
    this.toggleAttribute("data-open", this.#depth > 0);
    if (this.#depth && !this.firstChild) this.append(card());
  }

  #drop(event) {
    this.#show(0);
    if (event.defaultPrevented) return; // a nearer drop target took them
    event.preventDefault();
    const items = [...event.dataTransfer.items].filter(({ kind }) => kind === "file");
    const isFolder = items.map((item) => item.webkitGetAsEntry?.()?.isDirectory ?? false);
    const files = [...event.dataTransfer.files].filter((_file, n) => !isFolder[n]);
    tell("files-dropped", { files, folders: isFolder.filter(Boolean).length }, this);
  }
}

function card() {
  const words = document.createElement("p");
  const icon = document.createElement("span");
  icon.className = "icon icon-large icon-upload";
  icon.ariaHidden = "true";
  words.className = "drop-card";
  words.append(icon, t("Drop to attach"));
  return words;
}

customElements.define("drop-zone", DropZone);
