import "./resolve.mjs";

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const { Choice } = await import("lib/choice.js");
const { columnFor, compareOf, isComparable, namesOf, unfitFor } = await import("lib/compare.js");
const { Drafts } = await import("lib/drafts.js");
const { Kept } = await import("lib/kept.js");

const model = (id, more = {}) => ({ id, label: id, in: ["text"], out: ["text"], is_available: true, is_with_key: true, parameters: [{ name: "temperature", type: "number", maximum: 1 }], ...more });
const page = (at, id = "own") => ({ at, model: { id, label: id, in: ["text"], parameters: ["temperature"] }, parameters: { temperature: 0.5 } });
const tools = { names: ["web_search"], is_auto: true, most_rounds: 3 };
const callable = [{ name: "web_search", is_available: true }];
let drafts, time;
beforeEach(() => {
  time = 1000;
  drafts = new Drafts(new Kept(null, "1"), () => time);
});

test("models that make nothing to look at, miss the key, or do not take the files cannot stand beside", () => {
  const cases = [
    [model("a"), [], true],
    [model("draws", { out: ["image"] }), [], true],
    [model("embeds", { out: ["vector"] }), [], false],
    [model("later", { is_available: false }), [], false],
    [model("keyless", { is_with_key: false }), [], false],
    [model("blind"), ["image"], false],
    [model("sees", { in: ["text", "image"] }), ["image"], true],
    [model("reads"), ["file"], true],
  ];
  for (const [one, kinds, expected] of cases) assert.equal(isComparable(one, new Set(kinds)), expected, one.id);
});

test("a column begins with the settings in use that its model takes", () => {
  assert.deepEqual(columnFor(model("b"), { temperature: 0.5, voice: "x" }), { model: "b", parameters: { temperature: 0.5 } });
  assert.deepEqual(columnFor(model("b"), { temperature: 2 }).parameters, {});
});

test("what was attached later is held against those that stand beside already", () => {
  const known = { text: model("text"), sees: model("sees", { in: ["text", "image"] }) };
  const beside = [{ model: "sees" }, { model: "text" }];
  const unfit = (kinds) => unfitFor(beside, new Set(kinds), (id) => known[id])?.id ?? null;
  assert.deepEqual([unfit([]), unfit(["file"]), unfit(["image"]), unfit(["video"])], [null, null, "text", "sees"]);
});

test("without another model nothing is compared", () => {
  const choice = new Choice(drafts, "5", page(900));
  assert.equal(choice.compare(), null);
});

test("the composer's own model comes first, with its settings; tools go only to those that can call them", () => {
  const choice = new Choice(drafts, "5", page(900));
  choice.setTools(tools);
  choice.setBeside([columnFor(model("b"), choice.wanted), columnFor(model("c"), {})]);
  choice.offer("b", callable);
  const { columns, is_blind } = choice.compare();
  assert.equal(is_blind, false);
  assert.deepEqual(columns.map(({ model: id, parameters, tools: own }) => [id, parameters, own?.names ?? null]), [
    ["own", { temperature: 0.5 }, ["web_search"]],
    ["b", { temperature: 0.5 }, ["web_search"]],
    ["c", {}, null],
  ]);
});

test("in a blind comparison the order and the names tell nothing", () => {
  const beside = [{ model: "b", parameters: {} }, { model: "c", parameters: {} }];
  const compare = compareOf({ model: "own", parameters: {} }, { beside, isBlind: true, tools }, () => null, () => 0.99);
  assert.deepEqual(compare.columns.map(({ model: id }) => id), ["c", "b", "own"]);
  assert.deepEqual(namesOf(compare, (id) => id), ["A", "B", "C"]);
  assert.deepEqual(namesOf({ ...compare, is_blind: false }, (id) => id.toUpperCase()), ["C", "B", "OWN"]);
});

test("what is compared survives a reload, and the answer of one of them does not take the own model's place", () => {
  new Choice(drafts, "5", page(900)).setBeside([{ model: "b", parameters: {} }], true);
  const later = new Choice(drafts, "5", page(1100, "b"));
  assert.deepEqual([later.model.id, later.beside.length, later.isBlind], ["own", 1, true]);
  later.setBeside([]);
  assert.equal(new Choice(drafts, "5", page(1100, "b")).model.id, "b");
});

test("an address that asks for a model ends a comparison", () => {
  new Choice(drafts, "5", page(900)).setBeside([{ model: "b", parameters: {} }]);
  const asked = new Choice(drafts, "5", page(Infinity, "z"));
  assert.deepEqual([asked.model.id, asked.beside], ["z", []]);
});
