import assert from "node:assert/strict";
import { test } from "node:test";

import "./resolve.mjs";

const { Refresher } = await import("lib/refresher.js");
const { isStale } = await import("lib/morph.js");

/** A server whose answers come when told to. */
function desk() {
  const seen = { taken: [], gone: [], failed: [], pauses: 0 };
  const requests = [];
  const refresher = new Refresher({
    fetch: (message) => new Promise((answer, fail) => requests.push({ message, answer, fail })),
    take: (message, found) => seen.taken.push([message, found.revision]),
    gone: (message) => seen.gone.push(message),
    fail: (error) => seen.failed.push(error),
    pause: async () => (seen.pauses += 1),
  });
  return { refresher, requests, seen };
}

const settled = () => new Promise((done) => setImmediate(done));

test("hints that come during a fetch lead to one more, not to one each", async () => {
  const { refresher, requests, seen } = desk();
  refresher.ask(1);
  refresher.ask(1);
  refresher.ask(1, 4);
  assert.equal(requests.length, 1);
  requests[0].answer({ revision: 3 });
  await settled();
  assert.equal(requests.length, 2);
  requests[1].answer({ revision: 4 });
  await settled();
  assert.equal(requests.length, 2);
  assert.deepEqual(seen.taken.at(-1), [1, 4]);
});

test("an answer older than the hint is asked for again", async () => {
  const { refresher, requests, seen } = desk();
  refresher.ask(1, 5);
  requests[0].answer({ revision: 4 });
  await settled();
  assert.deepEqual(seen.taken, []);
  assert.equal(seen.pauses, 1);
  requests[1].answer({ revision: 5 });
  await settled();
  assert.deepEqual(seen.taken, [[1, 5]]);
});

test("an answer that stays older is taken in the end", async () => {
  const { refresher, requests, seen } = desk();
  refresher.ask(1, 9);
  for (let n = 0; n < 6; n += 1) {
    requests[n].answer({ revision: 2 });
    await settled();
  }
  assert.deepEqual(seen.taken, [[1, 2]]);
});

test("messages do not wait for each other", () => {
  const { refresher, requests } = desk();
  refresher.ask(1);
  refresher.ask(2);
  assert.deepEqual(requests.map(({ message }) => message), [1, 2]);
});

test("a message that is gone is told once", async () => {
  const { refresher, requests, seen } = desk();
  refresher.ask(1);
  requests[0].answer(null);
  await settled();
  assert.deepEqual(seen.gone, [1]);
});

test("a failed fetch ends, and the next hint tries again", async () => {
  const { refresher, requests, seen } = desk();
  refresher.ask(1);
  requests[0].fail(new Error("no line"));
  await settled();
  assert.equal(seen.failed.length, 1);
  refresher.ask(1);
  assert.equal(requests.length, 2);
});

const article = (status, revision) => ({ dataset: { status, revision: String(revision) } });

test("an end fetched before the reply went on is not taken", () => {
  assert.equal(isStale(article("streaming", 9), article("stopped", 8), false), true);
});

test("the row of a killed writer is taken though more had been seen", () => {
  assert.equal(isStale(article("streaming", 9), article("interrupted", 8), true), false);
});

test("a live answer read before the last deltas is taken, since text is never shortened", () => {
  assert.equal(isStale(article("streaming", 9), article("streaming", 7), false), false);
});

test("a live answer that comes after the end is not taken", () => {
  assert.equal(isStale(article("complete", 9), article("streaming", 7), false), true);
});
