import assert from "node:assert/strict";
import { test } from "node:test";
import "./resolve.mjs";

const { initials } = await import("lib/faces.js");

// The same cases as tests/views/test_people.py: a face must not change when the page is made by the other side.
test("two letters of a Latin name, one character of a Chinese one", () => {
  assert.equal(initials("Ada"), "A");
  assert.equal(initials("bob marsh"), "BM");
  assert.equal(initials("Jean  Le Rond d'Alembert"), "JD");
  assert.equal(initials("王小明"), "王");
  assert.equal(initials(" 𠮷田 "), "𠮷");
  assert.equal(initials(""), "?");
});
