import assert from "node:assert/strict";
import { test } from "node:test";

import "./resolve.mjs";

const { soon } = await import("lib/slices.js");
const until = (isTrue) =>
  new Promise((done) => {
    const look = () => (isTrue() ? done() : setTimeout(look, 1));
    look();
  });

test("many jobs run in order and let others have their turn", async () => {
  const done = [];
  let turns = 0;
  let isOver = false;
  const other = () => isOver || ((turns += 1), setTimeout(other, 0));
  for (let n = 0; n < 40; n += 1) {
    soon(() => {
      const end = performance.now() + 1;
      while (performance.now() < end);
      done.push(n);
    });
  }
  other();
  await until(() => done.length === 40);
  isOver = true;
  assert.deepEqual(done, [...done.keys()]);
  assert.ok(turns >= 3, `${turns} turns`);
});

test("a job that fails does not keep the others waiting", async () => {
  const told = [];
  globalThis.reportError = (error) => told.push(error.message);
  let isDone = false;
  soon(() => { throw new Error("bad formula"); });
  soon(() => (isDone = true));
  await until(() => isDone);
  assert.deepEqual(told, ["bad formula"]);
});
