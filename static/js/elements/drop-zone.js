/** Makes the whole page take files that are dragged onto it, and the composer what stands on our own pages.
 *
 * Says so while they hover. Tells `files-dropped {files}` and `form-use {attachment}`.
 */

import { carried, carriesAttachment } from "lib/carried.js";
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
    addEventListener("dragend", () => this.#over(false) || this.#show(0), this.#listening);
    for (const type of ["dragover", "drop"]) addEventListener(type, (event) => carriesAttachment(event) && this.#carry(event), this.#listening);
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

  get #composer() {
    return this.closest("message-composer");
  }

  #over(isOver) {
    this.#composer.toggleAttribute("data-over", isOver);
  }

  /** A result of ours: onto the composer, or onto one of its places, which take it first. */
  #carry(event) {
    const isHere = this.#composer.contains(event.target) && !event.defaultPrevented;
    this.#over(isHere && event.type === "dragover");
    if (!isHere) return;
    this.#allow(event);
    const { attachment } = event.type === "drop" ? carried(event) : {};
    if (attachment) tell("form-use", { attachment }, this);
  }

  #drop(event) {
    this.#show(0);
    if (event.defaultPrevented) return; // a nearer drop target took them
    event.preventDefault();
    const { files, folders } = carried(event);
    tell("files-dropped", { files, folders }, this);
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
