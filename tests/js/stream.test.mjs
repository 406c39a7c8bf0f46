import assert from "node:assert/strict";
import { test } from "node:test";

import "./resolve.mjs";
import { Random, document } from "./fixtures/documents.mjs";

const { BlockStream, Pace, unseen } = await import("lib/stream.js");
const { renderBlocks } = await import("lib/markdown.js");
const { md } = await import("./fixtures/parser.mjs");

/** What the page would hold after all pieces: blocks kept by position, the rest replaced. */
function streamed(pieces) {
  const stream = new BlockStream(md);
  let page = [];
  const show = ({ from, blocks }) => (page = [...page.slice(0, from), ...blocks]);
  for (const piece of pieces) {
    stream.append(piece);
    show(stream.render());
  }
  show(stream.finish());
  return page;
}

function cut(text, random, largest) {
  const pieces = [];
  for (let at = 0; at < text.length; ) {
    const size = 1 + random.below(largest);
    pieces.push(text.slice(at, at + size));
    at += size;
  }
  return pieces;
}

test("a streamed document ends as the same HTML as a whole one, wherever it is cut", () => {
  for (let seed = 1; seed <= 1500; seed += 1) {
    const random = new Random(seed);
    const text = document(random);
    const whole = renderBlocks(md, text);
    const pieces = cut(text, random, random.pick([1, 3, 20, 200]));
    assert.deepEqual(streamed(pieces), whole, `seed ${seed}: ${JSON.stringify(text)}`);
  }
});

test("each block is one element, so blocks and elements have the same positions", () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    for (const html of renderBlocks(md, document(new Random(seed)))) assert.match(html, /^<[a-z][^]*>$/);
  }
});

test("a frozen block is not rendered again", () => {
  const stream = new BlockStream(md);
  stream.append("one\n\ntwo\n\nthree\n");
  assert.equal(stream.render().from, 0);
  stream.append("more");
  assert.deepEqual(stream.render(), { from: 2, blocks: ["<p>three<br>\nmore</p>"] });
});

test("a block whose first line is open does not freeze the one before it", () => {
  const stream = new BlockStream(md);
  stream.append("- a\n*");
  stream.render();
  stream.append("*b**");
  assert.deepEqual(stream.render().blocks, ["<ul>\n<li>a<br>\n<strong>b</strong></li>\n</ul>"]);
});

test("a definition that comes after its use is honoured at the end", () => {
  assert.match(streamed(["see [x]\n\nnext\n\nlast\n\n", "[x]: https://example.com\n"])[0], /href="https:\/\/example.com"/);
});

test("half a character waits for its other half", () => {
  const stream = new BlockStream(md);
  stream.append("a \ud83d");
  assert.deepEqual(stream.render().blocks, ["<p>a</p>"]);
  stream.append("\ude00");
  assert.deepEqual(stream.render().blocks, ["<p>a 😀</p>"]);
});

test("the cost of a delta does not grow with the text before it", () => {
  const stream = new BlockStream(md);
  const parsed = [];
  const parse = md.parse;
  md.parse = (text, env) => (parsed.push(text.length), parse.call(md, text, env));
  try {
    for (let n = 0; n < 500; n += 1) {
      stream.append(`Paragraph ${n} has some words in it.\n\n`);
      stream.render();
    }
  } finally {
    delete md.parse;
  }
  assert.ok(Math.max(...parsed) < 200, `parsed ${Math.max(...parsed)} characters at once`);
});

test("a delta that overlaps adds only what is new", () => {
  assert.equal(unseen(5, 5, "abc"), "abc");
  assert.equal(unseen(5, 3, "abcd"), "cd");
  assert.equal(unseen(5, 0, "abc"), "");
});

test("a delta after a gap is refused", () => {
  assert.equal(unseen(5, 6, "abc"), null);
});

test("deltas repeated, overlapping and out of order give each character once", () => {
  const random = new Random(7);
  const whole = "Häuser 字符 😀 and more text. ".repeat(40);
  let text = "";
  while (text.length < whole.length) {
    const at = random.below(Math.min(whole.length, text.length + 12));
    const more = unseen(text.length, at, whole.slice(at, at + random.below(30)));
    if (more === null) assert.ok(at > text.length);
    else text += more;
  }
  assert.equal(text, whole);
});

test("rendering rests four times as long as it took", () => {
  let now = 0;
  const frames = [];
  const clock = { now: () => now, requestFrame: (act) => frames.push(act) };
  const runs = [];
  const pace = new Pace(() => { runs.push(now); now += 10; }, clock);
  pace.ask();
  for (let n = 0; n < 12; n += 1) {
    for (const act of frames.splice(0)) act();
    now += 5;
    pace.ask();
  }
  assert.ok(runs.length >= 2);
  for (let n = 1; n < runs.length; n += 1) assert.ok(runs[n] - runs[n - 1] >= 50, `${runs}`);
});
