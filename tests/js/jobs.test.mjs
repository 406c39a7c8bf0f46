import assert from "node:assert/strict";
import { test } from "node:test";
import "./resolve.mjs";

const { leftWords, rounded, spoken } = await import("lib/job-words.js");
const { at, wayFrom } = await import("lib/growth.js");
const { belongs, isBefore } = await import("lib/job-order.js");
const { usesOf } = await import("lib/uses.js");
const { prepare } = await import("lib/models.js");

test("what is left is told no finer than it is known", () => {
  const told = [0.4, 12, 55, 56, 61, 600].map(rounded);
  assert.deepEqual(told, ["5 s", "15 s", "55 s", "1 min", "2 min", "10 min"]);
});

test("time left, longer than usual, or nothing", () => {
  assert.equal(leftWords({ state: "running", left_s: 38 }), "about 40 s left");
  assert.equal(leftWords({ state: "running", left_s: 38, is_slow: true }), "longer than usual");
  assert.equal(leftWords({ state: "queued", left_s: null }), "");
  assert.equal(leftWords({ state: "succeeded", left_s: 3 }), "");
});

test("a screen reader hears the start and the end, and no step between", () => {
  const states = ["queued", "submitting", "submitted", "running", "downloading", "succeeded"];
  const heard = states.slice(1).map((state, n) => spoken(states[n], state, "Kling")).filter(Boolean);
  assert.deepEqual(heard, ["Kling has started.", "Kling is finished."]);
  assert.equal(spoken("running", "failed", "Kling"), "Kling has failed.");
  assert.equal(spoken("running", "cancelled", "Kling"), "Kling was stopped.");
  assert.equal(spoken("failed", "running", "Kling"), "");
});

test("a bar goes on by itself, and never back", () => {
  const way = wayFrom(0.2, { progress: 0.5, left_s: 10 }, 1000);
  assert.equal(at(way, 1000), 0.5);
  assert.ok(Math.abs(at(way, 6000) - 0.745) < 1e-9);
  assert.equal(at(way, 99_000), 0.99);
  const later = wayFrom(0.8, { progress: 0.4, left_s: 5 }, 0);
  assert.equal(later.from, 0.8);
  assert.equal(at(wayFrom(0.8, { progress: 0.9, left_s: null }, 0), 99_000), 0.9);
  assert.equal(at(wayFrom(0.8, { progress: 0.9, left_s: 5, is_slow: true }, 0), 99_000), 0.9);
});

test("what runs stands on top, then the newest", () => {
  const old = { open: "", created: "10.5", generation: "1" };
  const fresh = { created: "90.000001", generation: "2" };
  const twin = { created: "90.000001", generation: "3" };
  assert.deepEqual([fresh, twin, old].sort((a, b) => (isBefore(a, b) ? -1 : 1)), [old, twin, fresh]);
  assert.ok(!belongs(fresh, "running", 7));
  assert.ok(!belongs({ author: "8" }, "mine", 7));
  assert.ok(belongs({ author: "7" }, "mine", 7));
});

const slot = (role, kinds = ["image"]) => ({ role, minimum: 0, maximum: 1, kinds });
const film = (id, ...slots) => ({ id, vendor: "x", in: ["text"], out: ["video"], is_available: true, form: { makes: "video", tasks: [{ name: "a", slots }] } });
const CATALOG = prepare({
  models: [
    film("first", slot("first_frame"), slot("last_frame")),
    film("second", slot("first_frame")),
    { ...film("later", slot("first_frame")), is_available: false },
    { id: "painter", vendor: "x", in: ["text"], out: ["image"], is_available: true, form: { makes: "image", tasks: [{ name: "e", slots: [slot("source"), slot("mask")] }] } },
    { id: "omni", vendor: "x", in: ["text", "image", "video", "audio"], out: ["text"], is_available: true },
    { id: "nano", vendor: "x", in: ["text", "image"], out: ["text", "image"], is_available: true, form: { makes: "image", replies: true, tasks: [{ name: "e", slots: [slot("source")] }] } },
    film("again", slot("source", ["video"])),
  ],
  favourites: ["second"],
  recents: ["nano"],
});
const told = (kind, inUse) => usesOf(kind, CATALOG, inUse).map(({ role, makes, models }) => [role, makes, models.map(({ id }) => id).join(" ")]);

test("a picture serves every place that takes one, the liked models first", () => {
  assert.deepEqual(told("image"), [
    ["first_frame", "video", "second first"],
    ["last_frame", "video", "first"],
    ["source", "image", "nano painter"],
    ["question", "text", "nano omni"],
  ]);
});

test("the model in use comes before all others", () => {
  assert.equal(told("image", "first")[0][2], "first second");
});

test("a film and a sound are asked about, a film is changed", () => {
  assert.deepEqual(told("video"), [["source", "video", "again"], ["question", "text", "omni"]]);
  assert.deepEqual(told("audio"), [["question", "text", "omni"]]);
  assert.deepEqual(told("file"), []);
});
