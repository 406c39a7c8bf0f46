import assert from "node:assert/strict";
import { test } from "node:test";

import "./resolve.mjs";

const { folded, isSame, rowsOf } = await import("lib/differences.js");
const { check, laidOut, mistakeAt } = await import("lib/json-text.js");
const { Playing } = await import("lib/playing.js");
const { eventsOf, gist } = await import("lib/sse-events.js");
const { neighbour } = await import("lib/tabs.js");

const GOOD = ['{}', '[]', '{"a":[1,-0.5e+3,true,false,null,"\\u4f60\\n\\"",{"b":{}}]}', ' [ 1 , 2 ]\n', '"x"', "0"];
const BAD = {
  "": 0,
  '{"a":1,}': 7,
  "{'a':1}": 1,
  '{"a" 1}': 5,
  '{"a":01}': 6,
  '{"a":1}}': 7,
  '{"a":"line\nbreak"}': 5,
  '{"a":[1,2}': 9,
  '{"a":tru}': 5,
  '{"a":"\\x"}': 5,
  "[1,2": 4,
};

test("what the browser reads as JSON has no mistake", () => {
  for (const text of GOOD) {
    assert.doesNotThrow(() => JSON.parse(text));
    assert.equal(mistakeAt(text), -1, text);
  }
});

test("a mistake is found where it stands, and nowhere the browser would read on", () => {
  for (const [text, at] of Object.entries(BAD)) {
    assert.throws(() => JSON.parse(text));
    assert.equal(mistakeAt(text), at, text);
  }
});

test("a mistake is told by line and column; a body has to be an object", () => {
  assert.deepEqual(check('{\n  "a": 1\n  "b": 2\n}'), { at: 13, line: 3, column: 3 });
  assert.equal(check("[1]").at, -1);
  assert.deepEqual(check(laidOut({ a: [1] })), { value: { a: [1] } });
});

test("an event has the time of the chunk that completed it, wherever the chunks were cut", () => {
  const text = ': PING\n\nevent: a\ndata: {"n":1}\n\ndata: x\r\ndata: y\r\n\r\n{"error":{}}';
  const whole = eventsOf([{ at_s: 1, text }]);
  assert.deepEqual(whole, [
    { at_s: 1, comment: "PING" },
    { at_s: 1, name: "a", data: '{"n":1}' },
    { at_s: 1, name: "", data: "x\ny" },
    { at_s: 1, name: "", data: '{"error":{}}' },
  ]);
  for (let cut = 1; cut < text.length; cut += 1) {
    const found = eventsOf([{ at_s: 0, text: text.slice(0, cut) }, { at_s: 1, text: text.slice(cut) }]);
    assert.deepEqual(found.map(({ at_s, ...event }) => event), whole.map(({ at_s, ...event }) => event), String(cut));
  }
});

test("what was not kept is said between the events", () => {
  const chunks = [{ at_s: 0, text: "data: 1\n\ndata: 2" }, { at_s: 5, text: "data: 9\n\n", left_out: 70 }];
  const found = eventsOf(chunks);
  assert.deepEqual(found.map(({ data, left_out }) => data ?? left_out), ["1", "2", 70, "9"]);
});

test("two texts stand beside each other, words marked where a line changed", () => {
  const rows = rowsOf("a\nthe red fox\nc\nd", "a\nthe blue fox\nc\nd\ne");
  assert.deepEqual(rows.map(({ kind }) => kind), ["same", "changed", "same", "same", "added"]);
  assert.deepEqual(rows[1].left.filter(([, isMarked]) => isMarked), [["red", true]]);
  assert.deepEqual(rows[1].right.map(([text]) => text).join(""), "the blue fox");
  assert.equal(rows[4].left, null);
  assert.ok(isSame(rowsOf("a\nb", "a\nb\n")));
});

test("equal lines far from a change are folded", () => {
  const lines = Array.from({ length: 30 }, (_, n) => `line ${n}`);
  const runs = folded(rowsOf(lines.join("\n"), lines.with(15, "another").join("\n")));
  assert.deepEqual(runs.map(({ isFolded, rows }) => [isFolded, rows.length]), [[true, 12], [false, 7], [true, 11]]);
});

/** A clock that ticks when told. */
function clock() {
  let act = null;
  let at = 0;
  const frame = { request: (fn) => ((act = fn), 1), cancel: () => (act = null), now: () => at };
  const tick = (ms) => {
    at += ms;
    act?.();
  };
  return { frame, tick };
}

test("a recording plays at its own pace, faster, and at once", () => {
  for (const [speed, ms, expected] of [[1, 1000, 1], [4, 1000, 2], [Infinity, 0, 3]]) {
    const { frame, tick } = clock();
    const seen = [];
    const playing = new Playing({ events: [{ at_s: 0.5 }, { at_s: 3 }, { at_s: 9 }], frame, draw: (due) => seen.push(...due) });
    playing.speed = speed;
    playing.play();
    tick(ms);
    assert.equal(seen.length, expected, String(speed));
  }
});

test("a pause takes no time of the recording, and the end stops the clock", () => {
  const { frame, tick } = clock();
  const seen = [];
  const playing = new Playing({ events: [{ at_s: 1 }, { at_s: 2 }], frame, draw: (due) => seen.push(...due) });
  playing.play();
  tick(1000);
  playing.pause();
  tick(60_000);
  playing.play();
  assert.equal(seen.length, 1);
  tick(1000);
  assert.ok(playing.isOver && !playing.isPlaying);
  playing.rewind();
  playing.play();
  tick(1000);
  assert.equal(seen.length, 3);
});

test("arrows go round a row of tabs", () => {
  const tabs = ["a", "b", "c"];
  assert.equal(neighbour(tabs, "c", "ArrowRight"), "a");
  assert.equal(neighbour(tabs, "a", "ArrowLeft"), "c");
  assert.equal(neighbour(tabs, "b", "End"), "c");
  assert.equal(neighbour(tabs, "b", "Tab"), undefined);
  assert.equal(neighbour(tabs, "elsewhere", "Home"), undefined);
});

test("a line about an event leaves out what every event says", () => {
  const chat = '{"id":"x","object":"chunk","choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":null}],"usage":null}';
  assert.equal(gist(chat), '{"content":"hi"}');
  assert.equal(gist('{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"hi"}}'), '{"index":1,"delta":{"text":"hi"}}');
  assert.equal(gist('{"type":"ping"}'), '{"type":"ping"}');
  assert.equal(gist("[DONE]"), "[DONE]");
});
