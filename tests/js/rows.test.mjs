import assert from "node:assert/strict";
import { test } from "node:test";
import "./resolve.mjs";

const { belongs, groupFor, isBefore, isOffered, rank } = await import("lib/rows.js");

test("each list has its own rows", () => {
  const rows = {
    private: { mine: "" },
    shared: { mine: "", shared: "" },
    theirs: { shared: "" },
    archived: { mine: "", shared: "", archived: "" },
    deleted: { mine: "", archived: "", deleted: "" },
  };
  const shown = (scope) => Object.keys(rows).filter((name) => belongs(rows[name], scope));
  assert.deepEqual(shown("mine"), ["private", "shared"]);
  assert.deepEqual(shown("team"), ["shared", "theirs"]);
  assert.deepEqual(shown("archived"), ["archived"]);
  assert.deepEqual(shown("deleted"), ["deleted"]);
});

test("newer rows stand above, and of the same moment the one made later", () => {
  const row = (order, conversation) => ({ order, conversation });
  assert.ok(isBefore(row("1795503811.967850", "1"), row("1795503811.967849", "2")));
  assert.ok(!isBefore(row("1795503811.967848", "9"), row("1795503811.967849", "2")));
  assert.ok(isBefore(row("5.0", "10"), row("5.0", "9")));
});

test("headings run from pinned to the oldest month", () => {
  const groups = ["2025-12", "week", "2026-01", "today", "2026-11", "pinned", "yesterday"];
  groups.sort((a, b) => rank(a) - rank(b));
  assert.deepEqual(groups, ["pinned", "today", "yesterday", "week", "2026-11", "2026-01", "2025-12"]);
});

test("a pinned row stands under Pinned whenever it was spoken in", () => {
  assert.equal(groupFor({ pinned: "", updated: "2020-01-01T00:00:00Z" }, new Date()), "pinned");
});

test("the menu offers what the role and the state allow", () => {
  const viewer = { shared: "" };
  const owner = { shared: "", pinned: "", mayKeep: "", mayWrite: "" };
  assert.ok(!isOffered("keep on:shared", viewer, false));
  assert.ok(isOffered("keep on:shared", owner, false));
  assert.ok(!isOffered("keep off:shared", owner, false));
  assert.ok(isOffered("off:pinned", viewer, false));
  assert.ok(!isOffered("off:pinned", owner, false));
  assert.ok(!isOffered("write", viewer, false));
  assert.ok(!isOffered("open", owner, false));
  assert.ok(isOffered("", viewer, false));
});
