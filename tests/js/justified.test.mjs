import assert from "node:assert/strict";
import { test } from "node:test";
import "./resolve.mjs";

const { heightOf, nearest, rowsOf, spans } = await import("lib/justified.js");

test("every row but the last ends at the edge", () => {
  const ratios = [1.5, 1, 0.6, 1.77, 2.2, 1, 1, 0.7, 1.3];
  const rows = rowsOf(ratios, 800, 200, 6);
  assert.deepEqual(rows.flatMap(({ from, to }) => ratios.slice(from, to)), ratios);
  for (const row of rows.filter(({ isFull }) => isFull)) {
    assert.ok(Math.abs(spans(ratios, row, 6).at(-1)[1] - 800) < 0.001);
    assert.ok(row.height <= 200);
  }
  assert.equal(rows.at(-1).isFull, false);
  assert.ok(rows.at(-1).height <= 200);
});

test("one wide picture alone is a row", () => {
  const [row] = rowsOf([5], 600, 200, 6);
  assert.deepEqual(row, { from: 0, to: 1, height: 120, isFull: true });
});

test("the height of a page is that of its rows and the gaps", () => {
  assert.equal(heightOf([{ height: 100 }, { height: 50 }], 6), 162);
  assert.deepEqual(rowsOf([], 600, 200, 6), []);
});

test("across, one comes to the picture whose middle is nearest", () => {
  const ratios = [1, 1, 2, 1];
  const row = { from: 1, to: 4, height: 100 };
  assert.equal(nearest(ratios, row, 40, 0), 1);
  assert.equal(nearest(ratios, row, 210, 0), 2);
  assert.equal(nearest(ratios, row, 999, 0), 3);
});
