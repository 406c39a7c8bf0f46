import "./resolve.mjs";

import assert from "node:assert/strict";
import { test } from "node:test";

const { prefillOf } = await import("lib/opening.js");
const { filled, found, slashBefore, slotsOf } = await import("lib/preset-text.js");

test("slots have their names once, in order, and no braces of code are one", () => {
  assert.deepEqual(slotsOf("{{ b }} and {{a}}, {{b}}"), ["b", "a"]);
  for (const text of ["{a}", "{{}}", "{{ }}", "{{a\nb}}", "{ {a} }"]) assert.deepEqual(slotsOf(text), [], text);
});

test("what is given goes into its slots as it is, the rest stays to be seen", () => {
  assert.equal(filled("{{ a }}/{{b}}/{{a}}", { a: "$& {{b}}", b: "" }), "$& {{b}}/{{b}}/$& {{b}}");
});

test("a slash asks for presets only at the start of the caret's line", () => {
  const cases = [
    ["/", 1, { from: 0, query: "" }],
    ["/tra late", 4, { from: 0, query: "tra" }],
    ["Hi\n/x", 5, { from: 3, query: "x" }],
    ["、翻译", 3, { from: 0, query: "翻译" }],
    ["／", 1, { from: 0, query: "" }],
    ["and/or", 6, null],
    ["Hi /x", 5, null],
    ["/x\nmore", 7, null],
    [`/${"x".repeat(60)}`, 61, null],
  ];
  for (const [text, caret, expected] of cases) assert.deepEqual(slashBefore(text, caret), expected, text);
});

test("names are found before texts, and each word must be met", () => {
  const presets = [{ name: "Letter", text: "translate" }, { name: "Translate", text: "" }, { name: "Sum up", text: "briefly" }];
  assert.deepEqual(found(presets, "TRANS").map(({ name }) => name), ["Translate", "Letter"]);
  assert.deepEqual(found(presets, "sum brief").map(({ name }) => name), ["Sum up"]);
  assert.deepEqual(found(presets, "").length, 3);
  assert.deepEqual(found(presets, "nothing"), []);
});

test("an address with a preset fills its slots and nothing else, once", () => {
  const { preset, values, rest, text } = prefillOf("https://here/?preset=7&topic=rain%20%26%20snow&text=a&model=b#end");
  assert.deepEqual([preset, values, rest, text], [7, { topic: "rain & snow", text: "a", model: "b" }, "/#end", undefined]);
  assert.equal(prefillOf("https://here/?preset=x").isEmpty, true);
});
