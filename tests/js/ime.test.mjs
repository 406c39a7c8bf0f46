import assert from "node:assert/strict";
import { test } from "node:test";

import { Composition, guardEnter, isComposing } from "../../static/js/lib/ime.js";

/** Just enough of a text box: what each engine really sends, in its order. */
function watched() {
  const composition = new Composition();
  const box = new EventTarget();
  composition.watch(box);
  let time = 0;
  const key = (key, extra = {}) => composition.isComposing({ key, keyCode: 0, isComposing: false, target: box, timeStamp: time, ...extra });
  const say = (type) => {
    const event = new Event(type);
    Object.defineProperty(event, "timeStamp", { value: time });
    box.dispatchEvent(event);
  };
  return { composition, box, key, say, wait: (ms) => (time += ms) };
}

test("an Enter that nobody composes with is meant", () => {
  const { key } = watched();
  assert.equal(key("Enter", { keyCode: 13 }), false);
});

test("Blink: the Enter that takes a word comes inside the composition", () => {
  const { key, say, wait } = watched();
  say("compositionstart");
  assert.equal(key("Enter", { keyCode: 229, isComposing: true }), true);
  say("compositionend");
  wait(300);
  assert.equal(key("Enter", { keyCode: 13 }), false);
});

test("WebKit: the Enter that took the word comes after compositionend, with 229", () => {
  const { key, say } = watched();
  say("compositionstart");
  say("compositionend");
  assert.equal(key("Enter", { keyCode: 229 }), true);
});

test("old Safari: the late Enter looks like any other and is known by its time, once", () => {
  const { key, say, wait } = watched();
  say("compositionstart");
  say("compositionend");
  wait(20);
  assert.equal(key("Enter", { keyCode: 13 }), true);
  wait(20);
  assert.equal(key("Enter", { keyCode: 13 }), false);
});

test("Gecko: keys while composing carry isComposing", () => {
  const { key, say } = watched();
  say("compositionstart");
  for (const name of ["Enter", "Escape", "Tab", "ArrowUp", "ArrowDown"]) assert.equal(key(name, { isComposing: true }), true);
});

test("every key belongs to an open composition, even if the event does not say so", () => {
  const { key, say, composition, box } = watched();
  say("compositionstart");
  assert.equal(composition.isOpen(box), true);
  for (const name of ["Enter", "Escape", "Tab", "ArrowUp"]) assert.equal(key(name), true);
  say("compositionend");
  assert.equal(composition.isOpen(box), false);
  assert.equal(key("Escape"), false);
});

test("a box that loses focus in the middle of a word is not stuck", () => {
  const { key, say } = watched();
  say("compositionstart");
  say("focusout");
  assert.equal(key("Enter", { keyCode: 13 }), false);
});

test("composing in one box leaves the keys of another alone", () => {
  const { composition, say } = watched();
  say("compositionstart");
  assert.equal(composition.isComposing({ key: "Enter", target: {}, timeStamp: 0 }), false);
});

test("guardEnter acts on a meant Enter only, and stops when told", () => {
  const box = new EventTarget();
  let count = 0;
  const stop = guardEnter(box, () => (count += 1));
  const press = (fields) => box.dispatchEvent(Object.assign(new Event("keydown"), fields));
  press({ key: "a" });
  press({ key: "Enter", keyCode: 229 });
  assert.equal(count, 0);
  press({ key: "Enter", keyCode: 13 });
  assert.equal(count, 1);
  stop();
  press({ key: "Enter", keyCode: 13 });
  assert.equal(count, 1);
  assert.equal(isComposing({ key: "x", keyCode: 229, target: box }), true);
});
