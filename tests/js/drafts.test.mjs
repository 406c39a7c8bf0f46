import "./resolve.mjs";

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const { Kept } = await import("lib/kept.js");
const { Drafts, isNewer, placeOf } = await import("lib/drafts.js");

function storage(data = {}) {
  const methods = {
    getItem: (key) => data[key] ?? null,
    setItem: (key, value) => (data[key] = value),
    removeItem: (key) => delete data[key],
  };
  return new Proxy(methods, {
    ownKeys: () => Object.keys(data),
    getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
  });
}

let data, time, drafts;
const now = () => (time += 1);
const NEW = placeOf(null, 1);
const reloaded = (user = 1) => new Drafts(new Kept(storage(data), user), now);

beforeEach(() => {
  data = {};
  time = 100;
  drafts = reloaded();
});

const film = { id: 3, name: "clip.mp4", kind: "video" };

test("a draft comes back after a reload, per conversation and for the new one", () => {
  drafts.write(5, { text: "  in five\n", files: [film] });
  drafts.write(NEW, { text: "in none", files: [] });
  const { text, files } = reloaded().read(5);
  assert.deepEqual([text, files], ["  in five\n", [film]]);
  assert.equal(reloaded().read(NEW).text, "in none");
  assert.equal(reloaded().read(6).text, "");
});

test("nobody else sees a draft, and no other team", () => {
  drafts.write(NEW, { text: "mine", files: [] });
  assert.equal(reloaded(2).read(NEW).text, "");
  assert.equal(reloaded().read(placeOf("", 2)).text, "");
  assert.equal(reloaded().read(NEW).text, "mine");
});

test("an emptied box leaves nothing behind", () => {
  drafts.write(5, { text: "x", files: [] });
  drafts.write(5, { text: "", files: [] });
  assert.deepEqual(Object.keys(data), []);
});

test("acceptance clears what was sent and nothing newer", () => {
  drafts.write(5, { text: "sent", files: [film] });
  drafts.clear(5, { text: "sent", files: [film] });
  assert.equal(reloaded().read(5).text, "");
  drafts.write(5, { text: "already the next", files: [] });
  drafts.clear(5, { text: "sent", files: [film] });
  assert.equal(reloaded().read(5).text, "already the next");
});

test("the same words with another file are not what was sent", () => {
  drafts.write(5, { text: "what is this?", files: [film] });
  drafts.clear(5, { text: "what is this?", files: [] });
  assert.equal(reloaded().read(5).files.length, 1);
});

test("a refusal gives back exactly what was typed", () => {
  assert.equal(drafts.giveBack(5, { text: "\ttyped  ", files: [film] }), true);
  const { text, files } = reloaded().read(5);
  assert.deepEqual([text, files], ["\ttyped  ", [film]]);
});

test("a refusal never overwrites newer text, and never goes into another conversation", () => {
  drafts.write(5, { text: "newer", files: [] });
  drafts.write(6, { text: "elsewhere", files: [] });
  const back = { text: "older", files: [film], model: "m", parameters: { temperature: 1 }, error: { message: "no" } };
  assert.equal(drafts.giveBack(5, back), false);
  assert.equal(reloaded().read(5).text, "newer");
  assert.equal(reloaded().read(6).text, "elsewhere");
  assert.deepEqual(reloaded().queue(5), [{ ...back, is_returned: true }]);
  assert.deepEqual(reloaded().queue(6), []);
});

test("model and parameters outlive sending and reload, per conversation", () => {
  drafts.choose(5, { model: "a", parameters: { temperature: 0.2 } });
  drafts.choose(6, { model: "b", parameters: {} });
  drafts.write(5, { text: "sent", files: [] });
  drafts.clear(5, { text: "sent", files: [] });
  const { model, parameters } = reloaded().choice(5);
  assert.deepEqual([model, parameters], ["a", { temperature: 0.2 }]);
  assert.equal(reloaded().choice(6).model, "b");
  assert.equal(reloaded().choice(7), null);
});

test("only the newest choices are kept", () => {
  for (let i = 0; i < 320; i += 1) drafts.choose(i, { model: "m", parameters: {} });
  assert.equal(Object.keys(data).length, 300);
  assert.equal(drafts.choice(19), null);
  assert.equal(drafts.choice(20).model, "m");
});

test("the queue survives a reload in its order", () => {
  drafts.setQueue(5, [{ client_id: "a" }, { client_id: "b" }]);
  assert.deepEqual(reloaded().queue(5).map(({ client_id }) => client_id), ["a", "b"]);
  drafts.setQueue(5, []);
  assert.deepEqual(Object.keys(data), []);
});

test("editing keeps the draft that it covers", () => {
  drafts.write(5, { text: "half a question", files: [] });
  drafts.setEdit(5, { message: 9, parent: 8, text: "edited", files: [film] });
  assert.equal(reloaded().edit(5).text, "edited");
  drafts.setEdit(5, null);
  assert.equal(reloaded().read(5).text, "half a question");
});

test("a new conversation takes along what was chosen, queued and typed since", () => {
  drafts.choose(NEW, { model: "a", parameters: { seed: 1 } });
  drafts.setQueue(NEW, [{ client_id: "next" }]);
  drafts.write(NEW, { text: "and then", files: [] });
  drafts.move(NEW, 12);
  assert.equal(reloaded().choice(12).model, "a");
  assert.equal(reloaded().queue(12).length, 1);
  assert.equal(reloaded().read(12).text, "and then");
  assert.equal(reloaded().read(NEW).text, "");
  assert.equal(reloaded().choice(NEW), null);
});

test("another tab's text replaces older text only", () => {
  assert.equal(isNewer({ at: 20 }, { at: 10, isUnsaved: false }), true);
  assert.equal(isNewer({ at: 20 }, { at: 10, isUnsaved: true }), false);
  assert.equal(isNewer({ at: 5 }, { at: 10, isUnsaved: false }), false);
  assert.equal(isNewer(undefined, { at: 10, isUnsaved: false }), true);
});

test("another tab's write is told to the conversation it belongs to", () => {
  const window = new EventTarget();
  const heard = [];
  const stop = drafts.onForeign(window, () => 5, (kind, value) => heard.push([kind, value?.text]));
  const write = (key, value) =>
    window.dispatchEvent(Object.assign(new Event("storage"), { key, newValue: value && JSON.stringify(value) }));
  write("playground/1/draft/5", { text: "from there", files: [], at: 9 });
  write("playground/1/draft/55", { text: "other conversation" });
  write("playground/2/draft/5", { text: "other person" });
  write("playground/1/draft/5", null);
  stop();
  write("playground/1/draft/5", { text: "too late" });
  assert.deepEqual(heard, [["draft", "from there"], ["draft", undefined]]);
});

test("a full storage keeps the draft in this tab and says so", () => {
  const full = storage(data);
  const kept = new Kept(new Proxy(full, { get: (object, name) => (name === "setItem" ? () => { throw new Error("quota"); } : object[name]) }), 1);
  const squeezed = new Drafts(kept, now);
  assert.equal(squeezed.write(5, { text: "only here", files: [] }), false);
  assert.equal(squeezed.read(5).text, "only here");
});

test("a browser without storage works until the tab closes", () => {
  const alone = new Drafts(new Kept(null, 1), now);
  alone.write(5, { text: "x", files: [] });
  assert.equal(alone.read(5).text, "x");
});
