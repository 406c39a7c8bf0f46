import "./resolve.mjs";

import assert from "node:assert/strict";
import { test } from "node:test";

const { bars, thinned } = await import("lib/waveform.js");

test("a long sound shows the loudest of each stretch", () => {
  const levels = Array.from({ length: 200 }, (_, i) => (i === 150 ? 100 : 10));
  const shown = thinned(levels, 50);
  assert.equal(shown.length, 50);
  assert.equal(shown.indexOf(100), 37);
});

test("a short sound fills the whole width", () => {
  assert.deepEqual(thinned([1, 2], 4), [1, 1, 2, 2]);
  assert.deepEqual(thinned([], 3), [0, 0, 0]);
});

test("silence is still a line of bars around the middle", () => {
  assert.equal(bars([0, 0], 2), "M0 15.0h2v2.0h-2zM4 15.0h2v2.0h-2z");
  assert.equal(bars([100], 1), "M0 0.0h2v32.0h-2z");
});
