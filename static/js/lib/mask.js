/** What was painted over a picture as steps that can be taken back, drawn at any size, and how the picture is looked at. Pure. */

const MOST_STEPS = 400;

/** Steps: {kind: "stroke", size, isErase, points} · {kind: "rectangle", isErase, x, y, width, height} · "invert" · "clear".
 *
 * All in pixels of the source, so that the mask is as sharp as the picture is.
 */
export class MaskHistory {
  #steps = [];
  #at = 0;

  get steps() {
    return this.#steps.slice(0, this.#at);
  }

  get canUndo() {
    return this.#at > 0;
  }

  get canRedo() {
    return this.#at < this.#steps.length;
  }

  /** What was taken back is forgotten then; the oldest steps are kept together as long as there is room. */
  add(step) {
    if (this.#at >= MOST_STEPS) return false;
    this.#steps = [...this.steps, step];
    this.#at = this.#steps.length;
    return true;
  }

  undo() {
    this.#at = Math.max(0, this.#at - 1);
  }

  redo() {
    this.#at = Math.min(this.#steps.length, this.#at + 1);
  }

  /** Is any area painted? An eraser may have taken all of it away again; that is seen, not computed. */
  get hasPaint() {
    let isPainted = false;
    for (const { kind, isErase } of this.steps) {
      if (kind === "clear") isPainted = false;
      else if (kind === "invert" || !isErase) isPainted = true;
    }
    return isPainted;
  }
}

/** Draws steps on a 2d context: what is painted becomes opaque. `scale`: pixels of the canvas per pixel of the source. */
export function drawSteps(context, steps, scale, colour) {
  for (const step of steps) DRAWN[step.kind](context, step, scale, colour);
  context.globalCompositeOperation = "source-over";
}

const DRAWN = {
  stroke(context, { size, isErase, points }, scale, colour) {
    begin(context, isErase, colour);
    Object.assign(context, { lineWidth: size * scale, lineCap: "round", lineJoin: "round" });
    context.beginPath();
    const [[x, y], ...rest] = points;
    if (!rest.length) return spot(context, x * scale, y * scale, (size * scale) / 2);
    context.moveTo(x * scale, y * scale);
    for (const [nextX, nextY] of rest) context.lineTo(nextX * scale, nextY * scale);
    context.stroke();
  },
  rectangle(context, { isErase, x, y, width, height }, scale, colour) {
    begin(context, isErase, colour);
    context.fillRect(x * scale, y * scale, width * scale, height * scale);
  },
  invert(context, _step, _scale, colour) {
    begin(context, false, colour);
    context.globalCompositeOperation = "xor";
    context.fillRect(0, 0, context.canvas.width, context.canvas.height);
  },
  clear(context) {
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  },
};

/** A line of no length would not be drawn. */
function spot(context, x, y, radius) {
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

function begin(context, isErase, colour) {
  context.globalCompositeOperation = isErase ? "destination-out" : "source-over";
  context.fillStyle = colour;
  context.strokeStyle = colour;
}

/** On a canvas as large as the source: transparent where it was painted, opaque elsewhere (images.md 6.1). */
export function drawMask(context, steps) {
  drawSteps(context, [...steps, { kind: "invert" }], 1, "#000");
}

/** A rectangle from corner to corner, inside the source. */
export function rectangle([ax, ay], [bx, by], { width, height }) {
  const [left, right] = [Math.min(ax, bx), Math.max(ax, bx)].map((x) => clamp(Math.round(x), 0, width));
  const [top, bottom] = [Math.min(ay, by), Math.max(ay, by)].map((y) => clamp(Math.round(y), 0, height));
  return { x: left, y: top, width: right - left, height: bottom - top };
}

export const clamp = (value, least, most) => Math.max(least, Math.min(value, most));

const MOST_ZOOM = 12;

/** A view is {zoom, x, y}: a point p of the source is seen at zoom * p + (x, y). The whole picture in `box`: */
export function fitted({ width, height }, box, margin = 0) {
  const zoom = Math.min((box.width - 2 * margin) / width, (box.height - 2 * margin) / height);
  return { zoom, x: (box.width - width * zoom) / 2, y: (box.height - height * zoom) / 2 };
}

/** Nearer by `factor`, while the point under `[px, py]` stays where it is. */
export function zoomed(view, factor, [px, py], least) {
  const zoom = clamp(view.zoom * factor, least, least * MOST_ZOOM);
  const by = zoom / view.zoom;
  return { zoom, x: px - (px - view.x) * by, y: py - (py - view.y) * by };
}

/** Moved, but never out of sight: a part of the picture stays in the box. */
export function moved(view, dx, dy, { width, height }, box) {
  const keep = 48;
  return {
    ...view,
    x: clamp(view.x + dx, keep - width * view.zoom, box.width - keep),
    y: clamp(view.y + dy, keep - height * view.zoom, box.height - keep),
  };
}

export const toSource = (view, [px, py]) => [(px - view.x) / view.zoom, (py - view.y) / view.zoom];
