import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import "./resolve.mjs";

const page = Object.assign(new EventTarget(), { hidden: false, title: "● Harbour", location: { pathname: "/c/1/" }, getElementById: () => null });
globalThis.document = page;
globalThis.CustomEvent ??= class extends Event {
  constructor(type, { detail }) {
    super(type);
    this.detail = detail;
  }
};
const { LONG_MS, Notifier } = await import("lib/notify.js");

let now, shown, toasts, kept, asked;

function browser(permission) {
  class Notification {
    static permission = permission;
    static requestPermission = () => (asked += 1);
    constructor(words, options) {
      shown.push([words, options.body]);
    }
  }
  const localStorage = { getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => kept.set(name, value) };
  return { document: page, Notification, localStorage, focus() {} };
}

const notifier = (permission) => new Notifier(browser(permission), () => now);
page.addEventListener("toast", ({ detail }) => toasts.push(detail));

beforeEach(() => {
  [now, shown, toasts, kept, asked] = [0, [], [], new Map(), 0];
  page.hidden = true;
});

function reply(one, ms, status = "complete") {
  one.replyIs({ message: 1, status: "queued" });
  now += ms;
  one.replyIs({ message: 1, status: "streaming" });
  one.replyIs({ message: 1, status });
}

test("a long reply that ends unseen is told, without a word of what it says", () => {
  reply(notifier("granted"), LONG_MS);
  assert.deepEqual(shown, [["The reply is done", "Harbour"]]);
});

test("a short one is not", () => {
  reply(notifier("granted"), LONG_MS - 1);
  assert.deepEqual(shown, []);
});

test("nothing is told to those who look at it", () => {
  page.hidden = false;
  reply(notifier("granted"), LONG_MS * 2);
  assert.deepEqual(shown, []);
});

test("a reply that failed is not called done", () => {
  reply(notifier("granted"), LONG_MS, "failed");
  assert.equal(shown[0][0], "The reply has ended");
});

test("permission is asked for only after the first such reply, when one is back, and once", () => {
  const one = notifier("default");
  one.seen();
  assert.equal(toasts.length, 0);
  reply(one, LONG_MS);
  assert.equal(toasts.length, 0);
  one.seen();
  assert.equal(toasts.length, 1);
  assert.equal(asked, 0); // the browser asks only after a click of the person
  toasts[0].onAction();
  assert.equal(asked, 1);
  reply(one, LONG_MS);
  one.seen();
  assert.equal(toasts.length, 1);
});

test("who refused is left in peace", () => {
  const one = notifier("denied");
  reply(one, LONG_MS);
  one.seen();
  assert.deepEqual([shown, toasts], [[], []]);
});

test("a reply whose beginning was not seen counts as short", () => {
  notifier("granted").replyIs({ message: 9, status: "complete" });
  assert.deepEqual(shown, []);
});

test("a long job is told as a job", () => {
  const one = notifier("granted");
  one.replyIs({ message: 1, status: "generating" });
  now += LONG_MS;
  one.replyIs({ message: 1, status: "complete" });
  assert.deepEqual(shown, [["The result is there", "Harbour"]]);
});

test("a reply that needs an answer is told of however short it was, but once", () => {
  const one = notifier("granted");
  one.replyIs({ message: 1, status: "streaming" });
  one.replyIs({ message: 1, status: "waiting" });
  one.replyIs({ message: 1, status: "waiting" });
  assert.deepEqual(shown, [["A reply waits for you", "Harbour"]]);
});
