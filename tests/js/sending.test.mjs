import "./resolve.mjs";

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const { Kept } = await import("lib/kept.js");
const { Drafts, placeOf } = await import("lib/drafts.js");
const { Outbox } = await import("lib/outbox.js");
const { Sending } = await import("lib/sending.js");

class Line {
  state = "open";
  sent = [];
  #handlers = {};
  on(type, act) {
    (this.#handlers[type] ??= []).push(act);
  }
  send(frame) {
    if (this.state !== "open") return false;
    this.sent.push(frame);
    return true;
  }
  receive(frame) {
    for (const act of this.#handlers[frame.type] ?? []) act(frame);
  }
  async become(state) {
    this.state = state;
    this.receive({ type: "state", state });
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const NEW = placeOf(null, 1);
const film = { id: 3, name: "clip.mp4" };
const question = (text, files = []) => ({ text, files, model: "m", parameters: { seed: 1 } });
let line, drafts, told, sending, outbox;

beforeEach(() => {
  line = new Line();
  const data = {};
  const storage = new Proxy(
    { getItem: (key) => data[key] ?? null, setItem: (key, value) => (data[key] = value), removeItem: (key) => delete data[key] },
    { ownKeys: () => Object.keys(data), getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }) },
  );
  const browser = Object.assign(new EventTarget(), { navigator: {}, setTimeout: () => 0 });
  const kept = new Kept(storage, "1");
  drafts = new Drafts(kept);
  outbox = new Outbox({ kept, socket: line, browser }).start();
  outbox.open();
  told = [];
  sending = new Sending({ outbox, drafts, socket: line, tell: (type, detail) => told.push([type, detail]) });
});

const into = (conversation, more = {}) => ({ conversation, parent: 8, team: 1, ...more });
const accept = (client_id, more = {}) =>
  line.receive({ type: "message.accepted", client_id, conversation: 5, message: 9, reply: 10, url: "/c/5/", ...more });
const refuse = (client_id, code = "no_access") =>
  line.receive({ type: "frame.refused", client_id, error: { code, message: "No." } });

test("a question says who it answers, with what and in which team", () => {
  sending.ask(into(5), question("hello", [film]));
  const { client_id, ...frame } = line.sent[0];
  assert.deepEqual(frame, { type: "message.create", conversation: 5, parent: 8, model: "m", text: "hello", attachments: [3], parameters: { seed: 1 }, team: 1 });
  assert.deepEqual(told, [["message-pending", { client_id, conversation: 5, text: "hello", files: [film], parent: 8 }]]);
});

test("a new conversation takes its choices along to its address", () => {
  drafts.choose(NEW, { model: "m", parameters: { seed: 1 } });
  const id = sending.ask(into(null), question("hello"));
  drafts.write(NEW, { text: "the next already", files: [] });
  accept(id);
  assert.equal(drafts.choice("5").model, "m");
  assert.equal(drafts.read("5").text, "the next already");
  assert.equal(drafts.read(NEW).text, "");
  assert.deepEqual([drafts.began(id), drafts.began("other"), drafts.began(undefined)], ["/c/5/", "", ""]);
  assert.deepEqual([told.at(-1)[0], told.at(-1)[1].url], ["message-accepted", "/c/5/"]);
});

test("a refused question comes back to its own conversation, whatever is in view", () => {
  const id = sending.ask(into(5), question("  typed\n", [film]));
  assert.equal(drafts.read("5").text, "");
  refuse(id);
  assert.deepEqual([drafts.read("5").text, drafts.read("5").files], ["  typed\n", [film]]);
  assert.deepEqual([told.at(-1)[0], told.at(-1)[1].error.code], ["message-refused", "no_access"]);
});

test("newer text is not overwritten by a refused question", () => {
  const id = sending.ask(into(5), question("old"));
  drafts.write("5", { text: "new", files: [] });
  refuse(id);
  assert.equal(drafts.read("5").text, "new");
  assert.equal(drafts.queue("5")[0].text, "old");
  assert.equal(drafts.queue("5")[0].is_returned, true);
  assert.equal(drafts.queue("5")[0].client_id, id);
});

test("a question that met a running reply waits its turn under the same id", () => {
  const id = sending.ask(into(5), question("too early"));
  refuse(id, "reply_running");
  const [waiting] = drafts.queue("5");
  assert.deepEqual([waiting.client_id, waiting.text, waiting.is_returned], [id, "too early", undefined]);
  assert.equal(told.at(-1)[1].error, null);
});

test("a refused edit is an edit again", () => {
  const edit = { message: 7, parent: 6 };
  const id = sending.ask(into(5, { parent: 6, edit }), question("better"));
  refuse(id);
  assert.deepEqual(drafts.edit("5"), { message: 7, parent: 6, text: "better", files: [] });
  assert.equal(drafts.read("5").text, "");
});

test("Stop before anything has left gives the question back", async () => {
  await line.become("offline");
  const id = sending.ask(into(5), question("never mind"));
  sending.stopPending(id);
  assert.equal(drafts.read("5").text, "never mind");
  assert.equal(outbox.waiting().length, 0);
  assert.deepEqual([told.at(-1)[0], told.at(-1)[1].error], ["message-refused", null]);
});

test("Stop before the answer stops the reply as soon as it has a name", () => {
  const id = sending.ask(into(5), question("on its way"));
  sending.stopPending(id);
  assert.deepEqual(line.sent.filter(({ type }) => type === "reply.stop"), []);
  accept(id);
  assert.deepEqual(line.sent.at(-1), { type: "reply.stop", message: 10 });
});

test("Stop while the line is down goes out when it is back, once", async () => {
  await line.become("offline");
  sending.stop(10);
  await line.become("open");
  await line.become("connecting");
  await line.become("open");
  assert.equal(line.sent.filter(({ type }) => type === "reply.stop").length, 1);
});

test("Stop and the next question leave in that order", () => {
  sending.stop(10);
  sending.ask(into(5, { parent: 10 }), question("go on differently"));
  assert.deepEqual(line.sent.map(({ type }) => type), ["reply.stop", "message.create"]);
});

test("a second answer and a continued one go through the outbox too", async () => {
  await line.become("offline");
  sending.answerAgain({ message: 10, model: "other", parameters: {} });
  sending.goOn(12);
  await line.become("open");
  assert.deepEqual(line.sent.map(({ type, message }) => [type, message]), [["reply.create", 10], ["reply.continue", 12]]);
});
