import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Running } from "../../static/js/lib/running.js";

let told, running;
beforeEach(() => {
  told = [];
  running = new Running((message, status) => told.push([message, status]));
});

test("a reply runs from its row to its end", () => {
  running.created({ message: 1, role: "user" });
  running.created({ message: 2, role: "assistant" });
  running.accepted({ reply: 2 });
  running.delta({ message: 2 });
  running.delta({ message: 2 });
  assert.deepEqual(running.messages, [2]);
  running.changed({ message: 2, status: "complete" });
  assert.deepEqual(running.messages, []);
  assert.deepEqual(told, [[2, "queued"], [2, "streaming"], [2, "complete"]]);
});

test("an answer that comes after the end does not bring the reply back", () => {
  running.changed({ message: 2, status: "failed" });
  running.accepted({ reply: 2 });
  running.created({ message: 2, role: "assistant" });
  running.delta({ message: 2 });
  assert.deepEqual(running.messages, []);
  assert.deepEqual(told, []);
});

test("a continued reply runs again", () => {
  running.accepted({ reply: 2 });
  running.changed({ message: 2, status: "stopped" });
  running.changed({ message: 2, status: "queued" });
  running.delta({ message: 2 });
  assert.deepEqual(running.messages, [2]);
  assert.equal(told.at(-1)[1], "streaming");
});

test("after a break the server's list counts", () => {
  running.accepted({ reply: 2 });
  running.accepted({ reply: 4 });
  running.opened({ live: [4, 6] });
  assert.deepEqual(running.messages.sort(), [4, 6]);
  assert.deepEqual(told.slice(2), [[6, "queued"]]);
  running.changed({ message: 2, status: "failed" });
  assert.deepEqual(told.slice(3), [[2, "failed"]]);
});

test("a changed question is no reply", () => {
  running.changed({ message: 1, status: "complete" });
  assert.deepEqual(told, []);
});

test("what is made elsewhere keeps nobody from asking on", () => {
  running.created({ message: 2, role: "assistant", status: "generating" });
  running.accepted({ reply: 2, status: "generating" });
  assert.deepEqual(running.messages, []);
  running.accepted({ reply: 4 });
  running.created({ message: 4, role: "assistant", status: "generating" });
  assert.deepEqual(running.messages, []);
});
