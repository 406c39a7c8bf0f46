import "./resolve.mjs";

import assert from "node:assert/strict";
import { test } from "node:test";

const { meaningOf } = await import("lib/keys.js");

const desk = { sendKey: "enter", isTouch: false, isMac: false, isEmpty: false, isEditing: false, isRunning: false };
const press = (key, more = {}, state = {}) => meaningOf({ key, keyCode: 0, target: {}, timeStamp: 0, ...more }, { ...desk, ...state });
const shift = { shiftKey: true };
const ctrl = { ctrlKey: true };
const meta = { metaKey: true };

test("Enter sends, Shift+Enter begins a line, Ctrl+Enter sends too", () => {
  assert.deepEqual([press("Enter"), press("Enter", shift), press("Enter", ctrl)], ["send", "newline", "send"]);
});

test("on touch Enter begins a line", () => {
  assert.equal(press("Enter", {}, { isTouch: true }), "newline");
});

test("who chose Ctrl+Enter gets lines from Enter", () => {
  const swapped = { sendKey: "mod-enter" };
  assert.deepEqual([press("Enter", {}, swapped), press("Enter", ctrl, swapped)], ["newline", "send"]);
});

test("on a Mac ⌘ is meant and Ctrl is not", () => {
  const mac = { isMac: true };
  assert.deepEqual([press("Enter", meta, mac), press("Enter", ctrl, mac)], ["send", ""]);
  assert.equal(press("Enter", meta), "");
});

test("Alt+Enter stays the browser's", () => {
  assert.equal(press("Enter", { altKey: true }), "");
});

test("no key of a composition is ours", () => {
  for (const key of ["Enter", "Escape", "ArrowUp"]) {
    assert.equal(press(key, { isComposing: true }, { isEmpty: true, isRunning: true }), "");
    assert.equal(press(key, { keyCode: 229 }, { isEmpty: true, isRunning: true }), "");
  }
});

test("a held Enter sends once", () => {
  assert.equal(press("Enter", { repeat: true }), "");
});

test("Esc first leaves the edit, then stops, else is nobody's", () => {
  assert.equal(press("Escape", {}, { isEditing: true, isRunning: true }), "cancel-edit");
  assert.equal(press("Escape", {}, { isRunning: true }), "stop");
  assert.equal(press("Escape"), "");
  assert.equal(press("Escape", shift, { isRunning: true }), "");
});

test("Up edits the last message only from an empty box", () => {
  assert.equal(press("ArrowUp", {}, { isEmpty: true }), "edit-last");
  assert.equal(press("ArrowUp"), "");
  assert.equal(press("ArrowUp", {}, { isEmpty: true, isEditing: true }), "");
  assert.equal(press("ArrowUp", shift, { isEmpty: true }), "");
});
