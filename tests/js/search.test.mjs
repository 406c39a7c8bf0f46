import assert from "node:assert/strict";
import { test } from "node:test";
import "./resolve.mjs";

const { actions, matching, pieces } = await import("lib/search.js");

const found = (query) => matching(actions(), query).map(({ name }) => name);

test("nothing typed offers every action", () => {
  assert.equal(found("").length, actions().length);
});

test("actions are found by word, in Chinese and by its sound", () => {
  assert.deepEqual(found("settings"), ["Settings"]);
  assert.deepEqual(found("设置"), ["Settings"]);
  assert.deepEqual(found("shezhi"), ["Settings"]);
  assert.deepEqual(found("ＭＯＤＥＬ"), ["Choose a model"]);
  assert.deepEqual(found("nothing like it"), []);
});

test("what matched is marked, and the rest is left as it is", () => {
  assert.deepEqual(pieces("Harbour film", "film"), [["Harbour ", false], ["film", true]]);
  assert.deepEqual(pieces("整理访谈录音", "访谈"), [["整理", false], ["访谈", true], ["录音", false]]);
  assert.deepEqual(pieces("a.b", "."), [["a", false], [".", true], ["b", false]]);
  assert.deepEqual(pieces("plain", ""), [["plain", false]]);
});

test("pieces put together are the title again", () => {
  for (const query of ["a", "A b", "(", "[a-z]+", "\\", "film film", "é"]) {
    const title = "A (film) of [a-z]+ \\ cafés";
    assert.equal(pieces(title, query).map(([text]) => text).join(""), title);
  }
});
