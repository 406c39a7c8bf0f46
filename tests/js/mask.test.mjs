import "./resolve.mjs";

import assert from "node:assert/strict";
import { test } from "node:test";

const { drawMask, drawSteps, fitted, MaskHistory, moved, rectangle, toSource, zoomed } = await import("lib/mask.js");

const stroke = (points, isErase = false) => ({ kind: "stroke", size: 10, isErase, points });

test("what was painted is taken back and brought again, step by step", () => {
  const history = new MaskHistory();
  const steps = [stroke([[1, 1]]), { kind: "rectangle", x: 0, y: 0, width: 5, height: 5 }];
  steps.forEach((step) => history.add(step));
  history.undo();
  assert.deepEqual([history.steps, history.canUndo, history.canRedo], [[steps[0]], true, true]);
  history.redo();
  assert.deepEqual(history.steps, steps);
  history.undo();
  history.add({ kind: "clear" });
  assert.deepEqual([history.steps.map(({ kind }) => kind), history.canRedo], [["stroke", "clear"], false]);
});

test("an area is painted once something was drawn or inverted since it was cleared", () => {
  const history = new MaskHistory();
  const painted = (step) => (history.add(step), history.hasPaint);
  assert.equal(history.hasPaint, false);
  assert.deepEqual([painted(stroke([[1, 1]], true)), painted(stroke([[1, 1]])), painted({ kind: "clear" }), painted({ kind: "invert" })], [false, true, false, true]);
});

/** Remembers how it was drawn on. */
function context() {
  const calls = [];
  const note = (name) => (...values) => calls.push([name, ...values]);
  const methods = ["beginPath", "moveTo", "lineTo", "stroke", "fillRect", "clearRect", "arc", "fill"];
  return Object.assign(Object.fromEntries(methods.map((name) => [name, note(name)])), { calls, canvas: { width: 40, height: 20 } });
}

test("steps are drawn at the size of the canvas", () => {
  const drawn = context();
  drawSteps(drawn, [stroke([[10, 20], [30, 40]])], 0.5, "red");
  assert.deepEqual(drawn.calls, [["beginPath"], ["moveTo", 5, 10], ["lineTo", 15, 20], ["stroke"]]);
  assert.deepEqual([drawn.lineWidth, drawn.lineCap], [5, "round"]);
});

test("a spot is round", () => {
  const drawn = context();
  drawSteps(drawn, [stroke([[4, 4]])], 1, "red");
  assert.deepEqual(drawn.calls, [["beginPath"], ["arc", 4, 4, 5, 0, 2 * Math.PI], ["fill"]]);
});

test("the mask is the painted area turned round", () => {
  const drawn = context();
  const modes = [];
  Object.defineProperty(drawn, "globalCompositeOperation", { set: (mode) => modes.push(mode) });
  drawMask(drawn, [{ kind: "rectangle", x: 1, y: 2, width: 3, height: 4 }]);
  assert.deepEqual(drawn.calls, [["fillRect", 1, 2, 3, 4], ["fillRect", 0, 0, 40, 20]]);
  assert.equal(modes.at(-2), "xor");
});

test("a rectangle is whole pixels inside the picture, from whichever corner", () => {
  assert.deepEqual(rectangle([30.4, 50], [-5, 10.6], { width: 100, height: 40 }), { x: 0, y: 11, width: 30, height: 29 });
});

test("zooming leaves the point under the finger where it is", () => {
  const source = { width: 200, height: 100 };
  const box = { width: 400, height: 400 };
  const view = fitted(source, box);
  assert.deepEqual(view, { zoom: 2, x: 0, y: 100 });
  const near = zoomed(view, 3, [100, 150], 2);
  assert.deepEqual(toSource(near, [100, 150]), toSource(view, [100, 150]));
  assert.equal(zoomed(view, 0.1, [0, 0], 2).zoom, 2);
  assert.equal(moved(near, 9999, 0, source, box).x, 400 - 48);
});
