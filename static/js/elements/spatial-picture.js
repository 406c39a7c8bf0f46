/** A picture with what a model named in it: points, boxes and paths of points, each found from the list below it. */

import { html, nothing, render } from "lit-html";

import { t } from "lib/i18n.js";
import { isPath, labelOf, placeOf } from "lib/spatial.js";

const FEW = 12; // so many labels can be read over a picture; with more they are shown one at a time

class SpatialPicture extends HTMLElement {
  static observedAttributes = ["data-marks", "data-src"];
  #isDue = false;
  #isHidden = false;
  #pointed = -1;
  #root = null;

  connectedCallback() {
    this.#ask();
  }

  attributeChangedCallback(_name, old, now) {
    if (this.isConnected && old !== now) this.#ask(true);
  }

  /** The server's newer HTML empties this element: it is drawn anew. */
  #ask(isNew = false) {
    if (isNew) this.#root = null;
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      if (this.isConnected) this.#draw();
    });
  }

  get #marks() {
    return JSON.parse(this.dataset.marks || "[]");
  }

  #draw() {
    if (!this.#root?.isConnected) {
      this.#root = document.createElement("figure");
      this.#root.className = "spatial-figure";
      this.replaceChildren(this.#root);
    }
    const marks = this.#marks;
    render(this.#template(marks), this.#root);
    this.#root.style.setProperty("--ratio", (Number(this.dataset.width) / Number(this.dataset.height) || 1).toFixed(3));
    // The policy takes no style from markup.
    for (const node of this.#root.querySelectorAll("[data-place]")) Object.assign(node.style, placeOf(marks[Number(node.dataset.place)]));
  }

  #point(index) {
    this.#pointed = index;
    this.#draw();
  }

  #template(marks) {
    const { src, name, width, height } = this.dataset;
    return html`<div class="spatial-frame" ?data-few=${marks.length <= FEW} ?data-bare=${this.#isHidden}>
        <img src=${src} alt=${name} width=${width} height=${height} loading="lazy" decoding="async">
        ${isPath(marks) ? this.#path(marks) : nothing}
        ${marks.map((mark, index) => this.#mark(mark, index))}
      </div>
      ${marks.length > 1 ? this.#words(marks) : html`<figcaption class="visually-hidden">${marks.map((mark, index) => this.#told(mark, index))}</figcaption>`}`;
  }

  #words(marks) {
    return html`<figcaption class="spatial-words">
        <ol class="spatial-list" aria-label=${t("Marked in the picture")}>${marks.map((mark, index) => this.#entry(mark, index))}</ol>
        <button class="button button-quiet" type="button" aria-pressed=${this.#isHidden} @click=${() => this.#hide()}>${this.#isHidden ? t("Show marks") : t("Hide marks")}</button>
      </figcaption>`;
  }

  #mark(mark, index) {
    const kind = mark.box ? "spatial-box" : "spatial-point";
    return html`<span class=${kind} data-place=${index} ?data-left=${(mark.point?.[1] ?? 0) > 700} ?data-pointed=${index === this.#pointed} aria-hidden="true"><span class="spatial-label">${labelOf(mark, index)}</span></span>`;
  }

  #path(marks) {
    const points = marks.map(({ point: [y, x] }) => `${x},${y}`).join(" ");
    return html`<svg class="spatial-path" viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true"><polyline points=${points}></polyline></svg>`;
  }

  #entry(mark, index) {
    const on = () => this.#point(index);
    const off = () => this.#point(-1);
    return html`<li><button type="button" @pointerenter=${on} @pointerleave=${off} @focus=${on} @blur=${off} @click=${on}>${this.#told(mark, index)}</button></li>`;
  }

  #told(mark, index) {
    return html`${labelOf(mark, index)}<span class="visually-hidden"> ${t("at %(x)s, %(y)s of 1000", where(mark))}</span>`;
  }

  #hide() {
    this.#isHidden = !this.#isHidden;
    this.#draw();
  }
}

function where({ point, box }) {
  const [y, x] = point ?? box;
  return { x: Math.round(x), y: Math.round(y) };
}

customElements.define("spatial-picture", SpatialPicture);
