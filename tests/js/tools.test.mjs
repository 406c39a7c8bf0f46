import "./resolve.mjs";

import assert from "node:assert/strict";
import { test } from "node:test";

const { Choice } = await import("lib/choice.js");
const { withCites } = await import("lib/cites.js");
const { Drafts } = await import("lib/drafts.js");
const { Kept } = await import("lib/kept.js");
const { carriedOver, ofProtocol } = await import("lib/models.js");
const { Outbox } = await import("lib/outbox.js");
const { Sending } = await import("lib/sending.js");
const { isPath, placeOf } = await import("lib/spatial.js");
const { choosable, missing, outgoing, schemaOf, toggled, toolsOf } = await import("lib/tools.js");

const model = (id, parameters = []) => ({ id, label: id, in: ["text"], parameters });
const choiceAt = (first, kept = new Kept(null, "1")) =>
  new Choice(new Drafts(kept, () => 1000), "5", { model: model("m"), parameters: {}, at: 0, ...first });

test("tools of the last message go on, and what is chosen here is kept", () => {
  const kept = new Kept(null, "1");
  const choice = choiceAt({ tools: { names: ["web_search"], is_auto: true, most_rounds: 3 } }, kept);
  assert.deepEqual(choice.toolsOut, { names: ["web_search"], is_auto: true, most_rounds: 3 });
  choice.setTools(toggled(choice.tools, "functions:7"));
  assert.deepEqual(choiceAt({}, kept).tools.names, ["web_search", "functions:7"]);
  assert.equal(choiceAt({ at: 2000, tools: {} }, kept).toolsOut, null);
});

test("what the model cannot call stays at home and is not forgotten", () => {
  const choice = choiceAt({ tools: { names: ["web_search", "formula:x"], is_auto: false, most_rounds: 8 } });
  choice.offer("m", [{ name: "web_search", is_available: true }, { name: "formula:x", is_available: false }]);
  assert.deepEqual(choice.toolsOut.names, ["web_search"]);
  choice.offer("another", []);
  assert.deepEqual(choice.toolsOut.names, ["web_search"]);
  choice.pick(model("n"));
  assert.deepEqual(choice.toolsOut.names, ["web_search", "formula:x"]); // nobody has said otherwise yet
  choice.pick({ ...model("film"), makes: "video" });
  assert.equal(choice.toolsOut, null);
});

test("sets can be called where functions can", () => {
  const sets = [{ id: 7, name: "Shop", functions: [], is_shared: true }];
  const tool = (is_available) => ({ name: "web_search", is_available });
  assert.equal(choosable({ tools: [tool(false)], sets }).at(-1).is_available, false);
  const [search, set] = choosable({ tools: [tool(true), { name: "x", is_vendors: true }], sets });
  assert.deepEqual([search.group, set.name, set.group, set.is_available], ["ours", "functions:7", "functions", true]);
  assert.equal(outgoing(toolsOf(undefined), null), null);
});

const CHOICE = { name: "protocol", type: "choice", choices: ["responses", "chat"], default: "responses" };
const SUMMARY = { name: "summary", type: "choice", choices: ["auto", "detailed"], protocols: ["responses"] };
const STOP = { name: "stop", type: "list", protocols: ["chat"] };

test("settings of another way of asking are neither shown nor sent", () => {
  const all = [CHOICE, SUMMARY, STOP];
  const names = (values) => ofProtocol(all, values).map(({ name }) => name);
  assert.deepEqual(names({}), ["protocol", "summary"]);
  assert.deepEqual(names({ protocol: "chat" }), ["protocol", "stop"]);
  assert.deepEqual(names({ protocol: "of another model" }), ["protocol", "summary"]);
  const values = { protocol: "chat", summary: "auto", stop: ["x"] };
  assert.deepEqual(carriedOver(all, values), { protocol: "chat", stop: ["x"] });
  assert.deepEqual(carriedOver([STOP], values), { stop: ["x"] }); // of a model with one way
});

const marked = (text, ...ats) => withCites(text, ats.map((at, n) => [at, 0, n + 1, "https://a.example", ""])).replace(/[\ue0f0\ue0f1]/g, "|");

test("a mark stands after its words and breaks neither links, code nor formulas", () => {
  assert.equal(marked("It sails.\nNext", 10), "It sails.|0|\nNext");
  assert.equal(marked("A [page](https://a.example/x) is", 12), "A [page](https://a.example/x)|0| is");
  assert.equal(marked("`a b` c", 3), "`a b`|0| c");
  assert.equal(marked("```py\nx\n```\nend", 8, 15), "```py\nx\n```\nend|1|");
  assert.equal(marked("costs $a+b$ now", 8), "costs $a+b$|0| now");
  assert.equal(marked("one two", 7, 3), "one|1| two|0|");
  assert.equal(withCites("so [1][1].", [[2, 4, 1, "u", ""], [6, 3, 1, "u", ""]]).replace(/[\ue0f0\ue0f1]/g, "|"), "so|0||1|.");
});

test("models count to a thousand and say y first", () => {
  assert.deepEqual(placeOf({ point: [250, 1000] }), { insetBlockStart: "25%", left: "100%" });
  assert.deepEqual(placeOf({ box: [100, 200, 400, 800] }), { insetBlockStart: "10%", left: "20%", blockSize: "30%", inlineSize: "60%" });
  assert.equal(isPath([{ point: [1, 1], label: "0" }, { point: [1, 2], label: "1" }]), true);
  assert.equal(isPath([{ point: [1, 1], label: "cup" }, { point: [1, 2], label: "1" }]), false);
});

test("an answer to a call goes out once, and its refusal is told to its card alone", async () => {
  const handlers = {};
  const line = { state: "open", sent: [], on: (type, act) => (handlers[type] ??= []).push(act), send: (frame) => line.sent.push(frame) };
  const browser = Object.assign(new EventTarget(), { navigator: {}, setTimeout: () => 0 });
  const outbox = new Outbox({ kept: new Kept(null, "1"), socket: line, browser }).start();
  outbox.open();
  await new Promise((resolve) => setImmediate(resolve));
  const told = [];
  const sending = new Sending({ outbox, drafts: new Drafts(new Kept(null, "1")), socket: line, tell: (type, detail) => told.push([type, detail]) });
  const receive = (frame) => handlers[frame.type].forEach((act) => act(frame));
  const first = sending.answerCall({ message: 3, call: "c1", action: "approve" });
  assert.deepEqual(line.sent, [{ type: "tool.answer", message: 3, call: "c1", action: "approve", client_id: first }]);
  receive({ type: "tool.answered", client_id: first, message: 3, call: "c1", is_going_on: true });
  assert.equal(outbox.has(first), false);
  const second = sending.answerCall({ message: 3, call: "c2", action: "refuse" });
  receive({ type: "frame.refused", client_id: second, error: { code: "not_waiting", message: "Too late." } });
  assert.deepEqual(told.map(([type, { call, error }]) => [type, call, error.message]), [["call-refused", "c2", "Too late."]]);
  assert.equal(outbox.has(second), false);
});

test("edited arguments are held against the function's schema, where there is one", () => {
  const parameters = { type: "object", required: ["city", "day"] };
  const sets = [{ id: 7, functions: [{ name: "book", parameters }] }, { id: 8, functions: [{ name: "book", parameters: {} }] }];
  assert.deepEqual(missing(schemaOf("book", sets, ["functions:7"]), { day: null }), ["city"]);
  assert.deepEqual(missing(schemaOf("book", sets, ["functions:8"]), {}), []);
  assert.deepEqual(missing(schemaOf("web_search", sets, ["web_search"]), {}), []);
  assert.deepEqual(missing({ required: "city" }, {}), []);
});
