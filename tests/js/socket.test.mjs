import "./resolve.mjs";

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const { Socket, follow } = await import("lib/socket.js");

/** Time that passes only when told to; timers run in order. */
class Clock {
  #now = 0;
  #timers = new Map();
  #ids = 0;
  now = () => this.#now;
  setTimeout = (act, wait) => {
    this.#timers.set((this.#ids += 1), { act, at: this.#now + wait });
    return this.#ids;
  };
  clearTimeout = (id) => this.#timers.delete(id);
  pass(ms) {
    const end = this.#now + ms;
    for (let next; (next = this.#next(end)); ) {
      this.#timers.delete(next[0]);
      this.#now = next[1].at;
      next[1].act();
    }
    this.#now = end;
  }
  #next(end) {
    return [...this.#timers].filter(([, { at }]) => at <= end).sort((a, b) => a[1].at - b[1].at)[0];
  }
}

const lines = [];

class Line {
  readyState = 0;
  sent = [];
  constructor(url) {
    this.url = url;
    lines.push(this);
  }
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.readyState = 3;
  }
  open() {
    this.readyState = 1;
    this.onopen?.();
  }
  receive(frame) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  end(code = 1006) {
    this.readyState = 3;
    this.onclose?.({ code });
  }
  framesOf(type) {
    return this.sent.filter((frame) => frame.type === type);
  }
}

const last = () => lines.at(-1);
let clock, states, socket;

beforeEach(() => {
  lines.length = 0;
  clock = new Clock();
  states = [];
  socket = new Socket({ url: () => "ws://here/ws/", WebSocket: Line, clock, random: () => 1 });
  socket.on("state", ({ state }) => states.push(state));
});

function opened() {
  last().open();
  last().receive({ type: "pong", n: 1 });
}

test("it connects when the first listener comes, once", () => {
  socket.on("message.delta", () => {});
  socket.connect();
  assert.equal(lines.length, 1);
  assert.equal(socket.state, "connecting");
  opened();
  assert.deepEqual(states, ["open"]);
});

test("a frame reaches every listener of its type, even if one of them fails", () => {
  const seen = [];
  globalThis.reportError = (error) => seen.push(error.message);
  socket.on("message.delta", () => {
    throw new Error("mine alone");
  });
  const stop = socket.on("message.delta", (frame) => seen.push(frame.message));
  opened();
  last().receive({ type: "message.delta", message: 7 });
  stop();
  last().receive({ type: "message.delta", message: 8 });
  assert.deepEqual(seen, ["mine alone", 7, "mine alone"]);
});

test("it refuses to send while the line is down, so nothing is lost silently", () => {
  assert.equal(socket.send({ type: "reply.stop", message: 1 }), false);
  opened();
  assert.equal(socket.send({ type: "reply.stop", message: 1 }), true);
  assert.equal(last().framesOf("reply.stop").length, 1);
});

test("the waits between tries double from half a second to ten seconds", () => {
  const waits = [];
  for (let i = 0; i < 7; i += 1) {
    const before = clock.now();
    const count = lines.length;
    last().end();
    while (lines.length === count) clock.pass(10);
    waits.push(clock.now() - before);
  }
  assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 10000, 10000]);
});

test("jitter spreads the waits over their upper half", () => {
  const calm = new Socket({ url: () => "", WebSocket: Line, clock, random: () => 0 });
  calm.connect();
  const count = lines.length;
  last().end();
  clock.pass(249);
  assert.equal(lines.length, count);
  clock.pass(1);
  assert.equal(lines.length, count + 1);
});

test("only a frame from the server resets the waits, not a handshake alone", () => {
  last().end();
  clock.pass(500);
  last().open();
  last().end();
  clock.pass(999);
  assert.equal(lines.length, 2);
  clock.pass(1);
  assert.equal(lines.length, 3);
  opened();
  last().end();
  clock.pass(500);
  assert.equal(lines.length, 4);
});

test("four failures in a row are called offline, and it goes on trying", () => {
  for (let i = 0; i < 4; i += 1) {
    assert.equal(socket.state, "connecting");
    last().end();
    clock.pass(10_000);
  }
  assert.equal(socket.state, "offline");
  opened();
  assert.equal(socket.state, "open");
});

test("a ping goes out every fifteen seconds and an answered line stays", () => {
  opened();
  for (let i = 0; i < 10; i += 1) {
    clock.pass(15_000);
    last().receive({ type: "pong", n: i });
  }
  assert.equal(lines.length, 1);
  assert.equal(last().framesOf("ping").length, 11);
});

test("a half-open line is given up within thirty seconds of its last frame", () => {
  opened();
  clock.pass(29_999);
  assert.equal(socket.state, "open");
  clock.pass(1);
  assert.equal(socket.state, "connecting");
  clock.pass(500);
  assert.equal(lines.length, 2);
});

test("any frame counts as a sign of life, so fast replies cannot starve it", () => {
  opened();
  for (let i = 0; i < 60; i += 1) {
    clock.pass(1000);
    last().receive({ type: "message.delta", message: 1 });
  }
  assert.equal(lines.length, 1);
});

test("slow timers of a hidden tab do not condemn a line that answers", () => {
  const { setTimeout } = clock;
  clock.setTimeout = (act, wait) => setTimeout(act, Math.max(wait, 60_000));
  opened();
  for (let i = 0; i < 3; i += 1) {
    clock.pass(60_000);
    last().receive({ type: "pong" });
  }
  assert.equal(lines.length, 1);
});

test("a handshake that never ends is abandoned", () => {
  clock.pass(10_000);
  assert.equal(last().readyState, 3);
  clock.pass(500);
  assert.equal(lines.length, 2);
});

test("a late close of a line already given up changes nothing", () => {
  opened();
  const old = last();
  clock.pass(30_500);
  opened();
  old.end();
  assert.equal(socket.state, "open");
});

test("received bytes are acknowledged in total, at most once a second", () => {
  opened();
  const pong = JSON.stringify({ type: "pong", n: 1 }).length;
  const delta = { type: "message.delta", text: "视频" };
  for (let i = 0; i < 100; i += 1) {
    last().receive(delta);
    clock.pass(10);
  }
  const acks = last().framesOf("ack");
  assert.equal(acks.length, 2, "one at once, one a second later");
  clock.pass(1000);
  const bytes = JSON.stringify(delta).length;
  assert.equal(last().framesOf("ack").at(-1).bytes, pong + 100 * bytes);
  const sent = last().framesOf("ack").length;
  clock.pass(5000);
  assert.equal(last().framesOf("ack").length, sent);
});

test("a new line counts its bytes from nothing", () => {
  opened();
  last().end();
  clock.pass(500);
  last().open();
  last().receive({ type: "pong", n: 9 });
  clock.pass(1000);
  assert.equal(last().framesOf("ack")[0].bytes, JSON.stringify({ type: "pong", n: 9 }).length);
});

test("a person signed out is told so and not tried again by the clock", () => {
  opened();
  last().end(4401);
  clock.pass(60_000);
  assert.equal(lines.length, 1);
  assert.deepEqual([socket.state, socket.reason], ["offline", "signed_out"]);
  socket.wake();
  assert.equal(lines.length, 2);
  opened();
  assert.deepEqual([socket.state, socket.reason], ["open", ""]);
});

test("no access is its own reason", () => {
  opened();
  last().end(4403);
  assert.equal(socket.reason, "no_access");
});

test("a page of somebody else is not connected until that person is back", () => {
  let refusal = "other_user";
  socket.close();
  const other = new Socket({ url: () => "", WebSocket: Line, clock, refusal: () => refusal });
  const count = lines.length;
  other.connect();
  clock.pass(60_000);
  assert.equal(lines.length, count);
  assert.deepEqual([other.state, other.reason], ["offline", "other_user"]);
  refusal = "";
  other.wake();
  opened();
  assert.deepEqual([other.state, other.reason], ["open", ""]);
});

function browser() {
  const window = new EventTarget();
  window.document = new EventTarget();
  window.document.visibilityState = "visible";
  follow(socket, window);
  return window;
}

test("a tab looked at again reconnects at once", () => {
  const window = browser();
  for (let i = 0; i < 5; i += 1) {
    last().end();
    clock.pass(10_000);
  }
  last().end();
  const count = lines.length;
  window.document.dispatchEvent(new Event("visibilitychange"));
  assert.equal(lines.length, count + 1);
});

test("after sleep a dead line is found in five seconds", () => {
  const window = browser();
  opened();
  window.document.dispatchEvent(new Event("visibilitychange"));
  clock.pass(5000);
  assert.equal(socket.state, "connecting");
});

test("a lost network shows at once, and an answer takes it back", () => {
  const window = browser();
  opened();
  window.dispatchEvent(new Event("offline"));
  assert.equal(socket.state, "offline");
  last().receive({ type: "pong", n: 3 });
  assert.equal(socket.state, "open");
});

test("a lost network without an answer drops the line; coming online redials at once", () => {
  const window = browser();
  opened();
  window.dispatchEvent(new Event("offline"));
  clock.pass(5000);
  assert.equal(lines[0].readyState, 3);
  assert.equal(socket.state, "offline");
  clock.pass(500);
  const hanging = last();
  window.dispatchEvent(new Event("online"));
  assert.equal(hanging.readyState, 3);
  opened();
  assert.equal(socket.state, "open");
});
