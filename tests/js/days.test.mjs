import assert from "node:assert/strict";
import { test } from "node:test";

process.env.TZ = "Asia/Shanghai";
await import("./resolve.mjs");
const { groupOf, headingOf, untilTomorrow } = await import("lib/days.js");
const { useStrings } = await import("lib/i18n.js");

const now = new Date("2026-11-24T00:30:00+08:00");
const at = (text) => groupOf(new Date(text), now);

test("days are those of the person's own zone", () => {
  assert.equal(at("2026-11-23T16:05:00Z"), "today"); // 00:05 in Shanghai, still yesterday in London
  assert.equal(at("2026-11-23T15:55:00Z"), "yesterday");
});

test("half an hour before midnight is yesterday, not today", () => {
  assert.equal(at("2026-11-23T23:59:59+08:00"), "yesterday");
  assert.equal(at("2026-11-22T23:59:59+08:00"), "week");
});

test("the week ends after seven days, then come months", () => {
  assert.equal(at("2026-11-17T00:00:00+08:00"), "week");
  assert.equal(at("2026-11-16T23:59:00+08:00"), "2026-11");
  assert.equal(at("2025-02-03T12:00:00+08:00"), "2025-02");
});

test("a clock that runs ahead is still today", () => {
  assert.equal(at("2026-11-24T09:00:00+08:00"), "today");
});

test("a day with a change of clocks is one day", () => {
  process.env.TZ = "Europe/Berlin";
  const morning = new Date(2026, 9, 25, 12); // 25 hours long
  assert.equal(groupOf(new Date(2026, 9, 24, 12), morning), "yesterday");
  assert.equal(groupOf(new Date(2026, 9, 25, 0, 1), morning), "today");
  process.env.TZ = "Asia/Shanghai";
});

test("headings are words, months have their year only where it is another one", () => {
  assert.equal(headingOf("today", now), "Today");
  assert.equal(headingOf("2026-09", now), "September");
  assert.equal(headingOf("2025-09", now), "September 2025");
  useStrings({ Today: "今天" });
  assert.equal(headingOf("today", now), "今天");
  useStrings({});
});

test("the headings are made anew at the next midnight", () => {
  assert.equal(untilTomorrow(new Date("2026-11-24T23:59:00+08:00")), 60_000);
});
