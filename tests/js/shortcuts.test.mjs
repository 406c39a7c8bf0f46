import assert from "node:assert/strict";
import { test } from "node:test";
import "./resolve.mjs";

const { ACTIONS, actionOf, ariaKeys, isMac, label, names } = await import("lib/shortcuts.js");

const page = { matches: () => false };
const box = { matches: (selector) => selector.includes("textarea") };
const press = (key, more = {}) => ({ key, code: "", target: page, altKey: false, repeat: false, ...more });
const onMac = { mac: true };
const elsewhere = { mac: false };

test("on a Mac ⌘ is the key and Ctrl is not", () => {
  assert.equal(actionOf(press("k", { metaKey: true }), onMac), "search");
  assert.equal(actionOf(press("k", { ctrlKey: true }), onMac), "");
  assert.equal(actionOf(press("k", { ctrlKey: true }), elsewhere), "search");
  assert.equal(actionOf(press("k", { metaKey: true }), elsewhere), "");
});

test("both keys together are neither", () => {
  assert.equal(actionOf(press("k", { metaKey: true, ctrlKey: true }), onMac), "");
  assert.equal(actionOf(press("k", { metaKey: true, ctrlKey: true }), elsewhere), "");
});

test("every action of habit 5 has its key", () => {
  const shifted = (key, code = "") => actionOf(press(key, { ctrlKey: true, shiftKey: true, code }), elsewhere);
  assert.equal(shifted("O"), "new");
  assert.equal(shifted("M"), "model");
  assert.equal(shifted("C"), "copy-reply");
  assert.equal(shifted(":", "Semicolon"), "copy-code");
  assert.equal(actionOf(press("/", { ctrlKey: true, code: "Slash" }), elsewhere), "help");
  assert.equal(actionOf(press("Escape", { shiftKey: true }), elsewhere), "composer");
});

test("a bare key does nothing, whatever it is", () => {
  for (const key of ["k", "/", "Delete", "Backspace", "Escape", "Enter", "o", "?"]) {
    assert.equal(actionOf(press(key), elsewhere), "");
    assert.equal(actionOf(press(key), onMac), "");
  }
});

test("keys that edit text stay with the text box", () => {
  for (const key of ["a", "c", "x", "v", "z", "ArrowLeft", "Backspace", "b", "i"]) {
    assert.equal(actionOf(press(key, { ctrlKey: true, target: box }), elsewhere), "");
  }
  assert.equal(actionOf(press("k", { ctrlKey: true, target: box }), elsewhere), "search");
});

test("what an input method composes is never a shortcut", () => {
  assert.equal(actionOf(press("k", { ctrlKey: true, isComposing: true }), elsewhere), "");
  assert.equal(actionOf(press("k", { ctrlKey: true, keyCode: 229 }), elsewhere), "");
});

test("AltGr writes characters, and a held key acts once", () => {
  assert.equal(actionOf(press("k", { ctrlKey: true, altKey: true }), elsewhere), "");
  assert.equal(actionOf(press("k", { ctrlKey: true, repeat: true }), elsewhere), "");
});

test("they can be switched off", () => {
  assert.equal(actionOf(press("k", { ctrlKey: true }), { mac: false, isOn: false }), "");
});

test("keys are written as each system writes them", () => {
  assert.equal(label("new", true), "⇧⌘O");
  assert.equal(label("new", false), "Ctrl+Shift+O");
  assert.equal(label("composer", true), "⇧Esc");
  assert.equal(label("help", false), "Ctrl+/");
  assert.equal(ariaKeys("search", true), "Meta+K");
  assert.equal(ariaKeys("copy-code", false), "Control+Shift+;");
});

test("no two actions share a key, and each has a name and a label", () => {
  const keys = Object.values(ACTIONS).map(([key]) => key);
  assert.equal(new Set(keys).size, keys.length);
  assert.deepEqual(Object.keys(names()), Object.keys(ACTIONS));
});

test("phones and tablets of Apple count as Macs", () => {
  assert.ok(isMac("MacIntel"));
  assert.ok(isMac("iPad"));
  assert.ok(!isMac("Linux x86_64"));
  assert.ok(!isMac("Win32"));
});
