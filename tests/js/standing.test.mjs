import "./resolve.mjs";

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const { Drafts } = await import("lib/drafts.js");
const { Kept } = await import("lib/kept.js");
const { Queue } = await import("lib/queue.js");
const { Standing } = await import("lib/standing.js");

let handlers, page, waiting, stopped, told, standing, queue, sent, drafts;

const tell = (type, frame) => handlers[type]({ conversation: 5, ...frame });
const begin = (message) => tell("message.created", { message, role: "assistant" });
const end = (message, status = "complete") => tell("message.changed", { message, status });
const shown = (message, status = "complete") => page.list.push({ message, status });

beforeEach(() => {
  handlers = {};
  page = { list: [], mark: null, replies: () => page.list, isShown: (id) => page.list.some(({ message }) => message === id) };
  waiting = [];
  stopped = [];
  told = [];
  sent = [];
  const sending = { stop: (message) => stopped.push(message), stopPending: (id) => stopped.push(id) };
  standing = new Standing({ outbox: { waiting: () => waiting }, sending, page, act: (...args) => told.push(args), changed() {} });
  Object.assign(standing, { conversation: 5, place: "5", isKnown: true });
  drafts = new Drafts(new Kept(null, "1"));
  const send = ({ text }) => {
    sent.push(text);
    waiting = [{ frame: { type: "message.create", client_id: text }, place: "5", is_sent: true }];
  };
  queue = new Queue({ drafts, standing, show() {}, send });
  queue.place = "5";
});

const follow = () => standing.follow((type, act) => ((handlers[type] = act), () => delete handlers[type]));

test("a reply that runs turns Send into Stop, and its end turns it back", () => {
  follow();
  shown(10, "queued");
  begin(10);
  assert.equal(standing.activity, "stop");
  end(10);
  assert.equal(standing.activity, "send");
  assert.deepEqual(told, [[10, "queued"], [10, "complete"]]);
});

test("a page opened in the middle of a reply knows that it runs", () => {
  shown(8);
  shown(10, "streaming");
  follow();
  assert.deepEqual([standing.activity, standing.leaf], ["stop", 10]);
});

test("what happens in another conversation, or on another branch, is nothing to this one", () => {
  follow();
  handlers["message.created"]({ conversation: 6, message: 20, role: "assistant" });
  begin(12);
  assert.equal(standing.activity, "send");
});

test("a question without an answer is Stop once it has left, and can be taken back before", () => {
  const entry = { frame: { type: "message.create", client_id: "a" }, place: "5", is_sent: false };
  waiting = [entry, { frame: { type: "message.create", client_id: "b" }, place: "6", is_sent: true }];
  assert.equal(standing.activity, "back");
  entry.is_sent = true;
  assert.equal(standing.activity, "stop");
});

test("a page without an address only knows its own question, also after a reload", () => {
  Object.assign(standing, { conversation: null, place: "new-1" });
  waiting = ["mine", "of another tab"].map((client_id) => ({ frame: { type: "message.create", client_id }, place: "new-1", is_sent: true }));
  assert.equal(standing.pending.length, 0);
  standing.asked("mine");
  assert.equal(standing.pending.length, 1);
  assert.equal(page.mark, "mine");
});

test("the next message answers the accepted reply even before the page shows it", () => {
  shown(8);
  follow();
  standing.accepted({ reply: 10 });
  assert.deepEqual([standing.leaf, standing.activity], [10, "stop"]);
  end(10, "failed");
  assert.equal(standing.leaf, 10);
  shown(10, "failed");
  assert.equal(standing.leaf, 10);
  page.list = [{ message: 9, status: "complete" }];
  assert.equal(standing.leaf, 9);
});

test("a page that was behind is told from a branch that was wanted", () => {
  shown(8);
  shown(10);
  follow();
  assert.equal(standing.isNewest(10), true);
  page.list.pop();
  assert.equal(standing.isNewest(8), false);
  begin(12);
  assert.deepEqual([standing.isNewest(10), standing.isNewest(null)], [false, false]);
});

test("Stop frees the box at once", () => {
  follow();
  shown(10, "streaming");
  begin(10);
  standing.stop();
  assert.deepEqual([stopped, standing.activity], [[10], "send"]);
});

test("Stop before the answer and the next question at once: both are obeyed", () => {
  follow();
  queue.add({ text: "waiting already" });
  waiting = [{ frame: { type: "message.create", client_id: "a" }, place: "5", is_sent: true }];
  sent.length = 0;
  drafts.setQueue("5", [{ text: "older" }]);
  standing.stop();
  queue.changed();
  assert.deepEqual([stopped, sent], [["a"], []]);
  queue.add({ text: "instead" });
  assert.deepEqual([queue.messages.map(({ text }) => text), sent], [["instead", "older"], []]);
  waiting = [];
  standing.accepted({ client_id: "a", reply: 10 });
  queue.sendNext();
  assert.deepEqual(sent, ["instead"]);
  end(10, "stopped");
  assert.equal(standing.isHeld, false);
});

test("a queued message goes out when the reply is done, one after the other", () => {
  follow();
  shown(10, "streaming");
  begin(10);
  for (const text of ["first", "second"]) queue.add({ text });
  assert.deepEqual(sent, []);
  end(10);
  queue.sendNext();
  queue.sendNext();
  assert.deepEqual(sent, ["first"]);
  waiting = [];
  queue.sendNext();
  assert.deepEqual(sent, ["first", "second"]);
});

test("the queue waits for the person when a reply failed or was stopped", () => {
  follow();
  for (const [message, finish] of [[10, () => end(10, "failed")], [12, () => standing.stop()]]) {
    shown(message, "streaming");
    standing.isHeld = false;
    begin(message);
    queue.add({ text: "later" });
    finish();
    queue.sendNext();
    assert.deepEqual(sent, []);
  }
  end(12, "stopped");
  queue.sendNext();
  assert.deepEqual(sent, []);
});

test("a page opened on a reply that ended badly holds the queue too", () => {
  drafts.setQueue("5", [{ text: "kept" }]);
  shown(10, "interrupted");
  follow();
  queue.changed();
  assert.deepEqual([sent, standing.isHeld], [[], true]);
});

test("after a break the queue waits until the page has caught up", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  drafts.setQueue("5", [{ text: "kept" }]);
  const stop = follow();
  tell("state", { state: "open" });
  tell("conversation.opened", { live: [] });
  queue.changed();
  assert.deepEqual(sent, []);
  context.mock.timers.tick(1000);
  queue.sendNext();
  stop();
  assert.deepEqual(sent, ["kept"]);
});

test("Send now stops what runs and goes first", () => {
  follow();
  shown(10, "streaming");
  begin(10);
  queue.add({ text: "a" });
  queue.add({ text: "b" });
  queue.sendNow(1);
  assert.deepEqual([stopped, sent], [[10], ["b"]]);
});

test("what came back unsent stays until the person decides", () => {
  follow();
  drafts.setQueue("5", [{ text: "back", is_returned: true, error: { message: "no" } }]);
  queue.changed();
  assert.deepEqual(sent, []);
  queue.sendNow(0);
  assert.deepEqual([sent, queue.messages], [["back"], []]);
});

test("a message taken out of the queue can be put back in its place", () => {
  follow();
  shown(10, "streaming");
  begin(10);
  for (const text of ["a", "b", "c"]) queue.add({ text });
  const taken = queue.take(1);
  assert.deepEqual(queue.messages.map(({ text }) => text), ["a", "c"]);
  queue.insert(1, taken);
  assert.deepEqual(queue.messages.map(({ text }) => text), ["a", "b", "c"]);
});

test("what is written while calls wait for a person queues, and goes on when the reply has ended", () => {
  follow();
  shown(10, "streaming");
  begin(10);
  end(10, "waiting"); // the page still shows it running
  assert.deepEqual([standing.activity, standing.isAsking], ["send", true]);
  for (const text of ["first", "second"]) queue.add({ text });
  assert.deepEqual([queue.messages.map(({ text }) => text), sent], [["first", "second"], []]);
  tell("message.changed", { message: 10, status: "queued" });
  assert.deepEqual([standing.activity, standing.isAsking], ["stop", false]);
  end(10);
  queue.sendNext();
  assert.deepEqual(sent, ["first"]);
});

test("Send now does not wait for the calls, nor does it end the reply that asks", () => {
  shown(10, "waiting");
  follow();
  queue.add({ text: "later" });
  assert.deepEqual([standing.isAsking, sent], [true, []]);
  queue.sendNow(0);
  assert.deepEqual([sent, stopped, queue.messages], [["later"], [], []]);
  waiting = [];
  standing.accepted({ client_id: "later", reply: 12 });
  assert.equal(standing.isAsking, false);
});

test("a reply that asked and was stopped leaves the queue to the person", () => {
  shown(10, "waiting");
  follow();
  queue.add({ text: "later" });
  end(10, "stopped");
  queue.sendNext();
  assert.deepEqual([standing.isAsking, standing.isHeld, sent], [false, true, []]);
});
