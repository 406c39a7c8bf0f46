/** `<mask-painter>`: paints the area of a picture that is to change; opens at "open-mask-painter {attachment, done}".
 *
 * `done(file)` gets a PNG as large as the picture, transparent where it was painted. What was painted stays for the next time.
 */

import { html, render } from "lit-html";
import { live } from "lit-html/directives/live.js";

import { announce } from "lib/dom.js";
import { t } from "lib/i18n.js";
import { clamp, drawMask, drawSteps, fitted, MaskHistory, moved, rectangle, toSource, zoomed } from "lib/mask.js";
import { toast } from "lib/toast.js";

const LARGEST_CANVAS = 1600; // on the screen; the mask itself is drawn at the size of the picture
const MARGIN = 12;
const histories = new Map(); // attachment id: what was painted over it in this tab

class MaskPainter extends HTMLElement {
  #source = null; // {attachment, width, height, image}
  #history = new MaskHistory();
  #done = () => {};
  #tool = "brush"; // eraser, rectangle
  #size = 40;
  #view = { zoom: 1, x: 0, y: 0 };
  #least = 1; // the zoom that shows all
  #cursor = [0, 0]; // in pixels of the source
  #stroke = null;
  #corner = null; // of a rectangle being drawn
  #pointers = new Map();
  #stop = new AbortController();

  connectedCallback() {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    document.addEventListener("open-mask-painter", ({ detail }) => this.show(detail), { signal });
    addEventListener("resize", () => this.#dialog?.open && this.#fit(), { signal });
  }

  disconnectedCallback() {
    this.#stop.abort();
    this.#dialog?.close();
  }

  show({ attachment, done }) {
    const { id, width, height } = attachment;
    if (!histories.has(id)) histories.set(id, new MaskHistory());
    this.#history = histories.get(id);
    this.#done = done;
    this.#source = { attachment, width, height, image: attachment.preview || attachment.file || attachment.poster };
    this.#size = clamp(Math.round(Math.min(width, height) / 10), 4, this.#mostSize);
    [this.#stroke, this.#corner] = [null, null];
    this.#cursor = [width / 2, height / 2];
    this.#draw();
    this.#dialog.showModal();
    this.#fit();
    this.#repaint();
    this.#stage.focus();
  }

  get #dialog() {
    return this.querySelector("dialog");
  }

  get #stage() {
    return this.querySelector(".mask-stage");
  }

  get #canvas() {
    return this.querySelector("canvas");
  }

  get #mostSize() {
    return Math.round(Math.max(this.#source.width, this.#source.height) / 3);
  }

  get #scale() {
    return Math.min(1, LARGEST_CANVAS / Math.max(this.#source.width, this.#source.height));
  }

  get #isErase() {
    return this.#tool === "eraser";
  }

  // Painting.

  #repaint() {
    const context = this.#canvas.getContext("2d");
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    const begun = this.#stroke ? [this.#stroke] : this.#corner ? [this.#rectangle()] : [];
    drawSteps(context, [...this.#history.steps, ...begun], this.#scale, getComputedStyle(this.#canvas).color);
    this.#draw();
  }

  #add(step) {
    if (!this.#history.add(step)) toast(t("That is as many strokes as can be taken back. Use the area, or clear it."), { kind: "bad" });
    this.#repaint();
  }

  #begin(point) {
    if (this.#tool === "rectangle") this.#corner = point;
    else this.#stroke = { kind: "stroke", size: this.#size, isErase: this.#isErase, points: [point] };
    this.#cursor = point;
    this.#repaint();
  }

  #go(points) {
    this.#cursor = points.at(-1);
    if (this.#stroke) this.#paintOn(points);
    if (this.#corner) this.#repaint();
    else this.#draw();
  }

  /** Only what is new; all is drawn again once the stroke ends. */
  #paintOn(points) {
    const piece = { ...this.#stroke, points: [this.#stroke.points.at(-1), ...points] };
    this.#stroke.points.push(...points);
    drawSteps(this.#canvas.getContext("2d"), [piece], this.#scale, getComputedStyle(this.#canvas).color);
  }

  #end() {
    const step = this.#stroke ?? (this.#corner && this.#rectangle());
    [this.#stroke, this.#corner] = [null, null];
    if (step && (step.kind !== "rectangle" || (step.width && step.height))) this.#add(step);
    else this.#repaint();
  }

  #abandon() {
    [this.#stroke, this.#corner] = [null, null];
    this.#repaint();
  }

  #rectangle() {
    return { kind: "rectangle", isErase: false, ...rectangle(this.#corner, this.#cursor, this.#source) };
  }

  #undo() {
    this.#history.undo();
    this.#repaint();
  }

  #redo() {
    this.#history.redo();
    this.#repaint();
  }

  // Pointers: one paints, two move and zoom.

  #pointer(event) {
    const acts = { pointerdown: () => this.#down(event), pointermove: () => this.#moveTo(event), pointerup: () => this.#up(event), pointercancel: () => this.#up(event, true) };
    acts[event.type]();
  }

  #at({ clientX, clientY }) {
    const box = this.#stage.getBoundingClientRect();
    return [clientX - box.left, clientY - box.top];
  }

  #down(event) {
    if (event.button > 1) return;
    event.preventDefault();
    this.#stage.focus({ preventScroll: true });
    this.#stage.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, this.#at(event));
    if (this.#pointers.size > 1 || event.button === 1) this.#abandon();
    else this.#begin(toSource(this.#view, this.#at(event)));
  }

  #moveTo(event) {
    const known = this.#pointers.get(event.pointerId);
    const isPan = known && (this.#pointers.size > 1 || event.buttons === 4);
    if (isPan) return this.#pan(event, known);
    const all = known ? (event.getCoalescedEvents?.() ?? []) : [];
    this.#go((all.length ? all : [event]).map((one) => toSource(this.#view, this.#at(one))));
  }

  #pan(event, before) {
    const now = this.#at(event);
    const [other] = [...this.#pointers].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
    this.#pointers.set(event.pointerId, now);
    const share = other ? 2 : 1; // each finger moves the picture by its half
    this.#view = moved(this.#view, (now[0] - before[0]) / share, (now[1] - before[1]) / share, this.#source, this.#stage.getBoundingClientRect());
    if (other) {
      const middle = [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2];
      this.#view = zoomed(this.#view, distance(now, other) / (distance(before, other) || 1), middle, this.#least);
    }
    this.#draw();
  }

  #up(event, isLost = false) {
    if (!this.#pointers.delete(event.pointerId)) return;
    if (isLost) this.#abandon();
    else if (this.#stroke || this.#corner) this.#end();
  }

  #wheel(event) {
    event.preventDefault();
    this.#zoom(Math.exp(-event.deltaY / 400), this.#at(event));
  }

  #zoom(factor, point = middleOf(this.#stage)) {
    this.#view = zoomed(this.#view, factor, point, this.#least);
    this.#draw();
  }

  #fit() {
    this.#view = fitted(this.#source, this.#stage.getBoundingClientRect(), MARGIN);
    this.#least = this.#view.zoom;
    this.#draw();
  }

  // Keys, on the picture.

  #key(event) {
    const isMod = event.ctrlKey || event.metaKey;
    const act = isMod ? this.#modKey(event) : this.#plainKey(event);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  #modKey({ key, shiftKey }) {
    if (key.toLowerCase() === "z") return () => (shiftKey ? this.#redo() : this.#undo());
    return key.toLowerCase() === "y" ? () => this.#redo() : null;
  }

  #plainKey({ key, shiftKey }) {
    const step = DIRECTIONS[key];
    if (step) return () => this.#nudge(step, shiftKey ? 1 : Math.max(1, this.#size / 2));
    const isBusy = this.#stroke || this.#corner;
    return {
      " ": () => (this.#stroke ? this.#end() : (this.#begin(this.#cursor), this.#end())),
      Enter: () => this.#pen(),
      "+": () => this.#resize(1.25),
      "=": () => this.#resize(1.25),
      "-": () => this.#resize(0.8),
      0: () => this.#fit(),
      PageUp: () => this.#zoom(1.5),
      PageDown: () => this.#zoom(1 / 1.5),
      b: () => this.#take("brush"),
      e: () => this.#take("eraser"),
      r: () => this.#take("rectangle"),
      i: () => this.#add({ kind: "invert" }),
      Escape: isBusy ? () => this.#abandon() : null,
    }[key.length === 1 ? key.toLowerCase() : key];
  }

  /** Enter puts the pen down and lifts it: what the arrows pass is painted, or is the other corner of a rectangle. */
  #pen() {
    const isDown = this.#stroke || this.#corner;
    if (isDown) this.#end();
    else this.#begin(this.#cursor);
    announce(isDown ? t("Pen up") : t("Pen down"));
  }

  #nudge([dx, dy], by) {
    const { width, height } = this.#source;
    const [x, y] = this.#cursor;
    const point = [clamp(x + dx * by, 0, width), clamp(y + dy * by, 0, height)];
    this.#reveal(point);
    this.#go([point]);
    announce(t("%(x)s across, %(y)s down", { x: `${Math.round((100 * point[0]) / width)} %`, y: `${Math.round((100 * point[1]) / height)} %` }));
  }

  /** The picture follows a cursor that leaves the window. */
  #reveal([x, y]) {
    const box = this.#stage.getBoundingClientRect();
    const [px, py] = [x * this.#view.zoom + this.#view.x, y * this.#view.zoom + this.#view.y];
    const over = (value, most) => (value < 0 ? -value : value > most ? most - value : 0);
    this.#view = moved(this.#view, over(px, box.width), over(py, box.height), this.#source, box);
  }

  #resize(factor) {
    this.#size = clamp(Math.round(this.#size * factor), 2, this.#mostSize);
    announce(t("Brush %(size)s px", { size: this.#size }));
    this.#draw();
  }

  #take(tool) {
    this.#abandon();
    this.#tool = tool;
    this.#draw();
    announce(NAMES[tool]());
  }

  // The result.

  async #use() {
    const { width, height } = this.#source;
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    drawMask(canvas.getContext("2d"), this.#history.steps);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
    if (!blob) return toast(t("This browser cannot draw so large a picture."), { kind: "bad" });
    this.#dialog.close();
    this.#done(new File([blob], "mask.png", { type: "image/png" }));
  }

  // What is seen.

  #draw() {
    if (!this.#source) return;
    render(this.#template(), this);
    const { zoom, x, y } = this.#view;
    const picture = this.querySelector(".mask-picture");
    const { width, height } = this.#source;
    Object.assign(picture.style, { width: `${width}px`, height: `${height}px`, transform: `translate(${x}px, ${y}px) scale(${zoom})` });
    const ring = this.querySelector(".mask-cursor");
    const size = this.#tool === "rectangle" ? 12 : this.#size * zoom;
    Object.assign(ring.style, { width: `${size}px`, height: `${size}px`, transform: `translate(${this.#cursor[0] * zoom + x - size / 2}px, ${this.#cursor[1] * zoom + y - size / 2}px)` });
  }

  #template() {
    const { attachment, width, height, image } = this.#source;
    const pointer = (event) => this.#pointer(event);
    const scale = this.#scale;
    return html`<dialog class="mask-dialog" aria-labelledby="mask-title" @cancel=${(e) => (this.#stroke || this.#corner) && e.preventDefault()}>
      <header class="dialog-head"><h2 id="mask-title">${t("Paint the area to change")}</h2><button class="icon-button" type="button" aria-label=${t("Close")} @click=${() => this.#dialog.close()}><span class="icon icon-x" aria-hidden="true"></span></button></header>
      <div class="mask-stage" tabindex="0" role="application" aria-label=${t("Painting over %(name)s", { name: attachment.name })} aria-describedby="mask-help" data-tool=${this.#tool}
        @pointerdown=${pointer} @pointermove=${pointer} @pointerup=${pointer} @pointercancel=${pointer} @wheel=${(e) => this.#wheel(e)} @keydown=${(e) => this.#key(e)}>
        <div class="mask-picture"><img src=${image} alt="" draggable="false"><canvas width=${Math.round(width * scale)} height=${Math.round(height * scale)}></canvas></div>
        <span class="mask-cursor" aria-hidden="true"></span>
      </div>
      <p class="visually-hidden" id="mask-help">${t("Arrows move, Space paints a spot, Enter puts the pen down or lifts it, plus and minus change its size, B brush, E eraser, R rectangle, I inverts, Page Up and Page Down zoom, 0 shows all.")}</p>
      ${this.#tools()}
    </dialog>`;
  }

  #tools() {
    const tool = (name, icon) => html`<label data-tip=${NAMES[name]()}><input type="radio" name="mask-tool" .checked=${live(this.#tool === name)} aria-label=${NAMES[name]()} @change=${() => this.#take(name)}><span class="icon icon-${icon}" aria-hidden="true"></span></label>`;
    const button = (label, icon, act, isOff = false) => html`<button class="icon-button" type="button" aria-label=${label} ?disabled=${isOff} @click=${act}><span class="icon icon-${icon}" aria-hidden="true"></span></button>`;
    const { canUndo, canRedo, hasPaint } = this.#history;
    return html`<footer class="mask-tools">
      <div class="segments" role="radiogroup" aria-label=${t("Tool")}>${tool("brush", "brush")}${tool("eraser", "eraser")}${tool("rectangle", "square-dashed")}</div>
      <label class="mask-size"><span class="visually-hidden">${t("Brush size")}</span><span class="mask-dot" aria-hidden="true"></span><input type="range" min="2" max=${this.#mostSize} .value=${live(String(this.#size))} aria-valuetext=${`${this.#size} px`} @input=${(e) => ((this.#size = e.target.valueAsNumber), this.#draw())}><span class="mask-dot mask-dot-large" aria-hidden="true"></span></label>
      <div class="mask-group">${button(t("Undo"), "undo-2", () => this.#undo(), !canUndo)}${button(t("Redo"), "redo-2", () => this.#redo(), !canRedo)}${button(t("Invert"), "contrast", () => this.#add({ kind: "invert" }))}${button(t("Clear"), "trash-2", () => this.#add({ kind: "clear" }), !hasPaint)}</div>
      <div class="mask-group mask-zoom">${button(t("Zoom out"), "zoom-out", () => this.#zoom(1 / 1.5))}${button(t("Zoom in"), "zoom-in", () => this.#zoom(1.5))}${button(t("Show all"), "maximize", () => this.#fit())}</div>
      <button class="button button-primary button-large" type="button" ?disabled=${!hasPaint} @click=${() => this.#use()}>${t("Use this area")}</button>
    </footer>`;
  }
}

const NAMES = { brush: () => t("Brush"), eraser: () => t("Eraser"), rectangle: () => t("Rectangle") };
const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const distance = ([ax, ay], [bx, by]) => Math.hypot(ax - bx, ay - by);
const middleOf = ({ clientWidth, clientHeight }) => [clientWidth / 2, clientHeight / 2];

customElements.define("mask-painter", MaskPainter);
