import assert from "node:assert/strict";
import { test } from "node:test";
import "./resolve.mjs";

const { areComparable, csv, difference, nearest, norm, plane, range, similarities, unpack } = await import("lib/vectors.js");
const { between, readable } = await import("lib/heat.js");
const { readRun, together } = await import("lib/vector-runs.js");
const { sidesOf } = await import("lib/vector-panels.js");
const { aboutResults, join, split } = await import("lib/texts.js");
const { byField, carded, exported, read, told, unread } = await import("lib/function-forms.js");

const packed = (...numbers) => Buffer.from(new Float32Array(numbers).buffer).toString("base64");
const near = (one, other) => Math.abs(one - other) < 1e-5;

test("vectors are unpacked as float32 and compared by their angle, not by their length", async () => {
  const vectors = [packed(3, 0), packed(0, 0.5), packed(1, 1), packed(0, 0)].map(unpack);
  assert.deepEqual([...vectors[0]], [3, 0]);
  assert.equal(norm(vectors[0]), 3);
  const { values, rows, columns } = await similarities(vectors);
  assert.deepEqual([rows, columns], [4, 4]);
  assert.ok(near(values[0], 1) && near(values[1], 0) && near(values[2], Math.SQRT1_2) && near(values[4], values[1]));
  assert.equal(values[3], 0); // one without a length is like nothing
  const across = await similarities(vectors.slice(0, 2), vectors.slice(2));
  assert.deepEqual([across.rows, across.columns], [2, 2]);
  assert.ok(near(across.values[0], Math.SQRT1_2));
});

test("a text is never its own neighbour and says nothing of the range", async () => {
  const matrix = { values: Float32Array.of(1, 0.2, 0.8, 0.2, 1, 0.5, 0.8, 0.5, 1), rows: 3, columns: 3 };
  assert.deepEqual(nearest(matrix, 0).map(({ index }) => index), [2, 1]);
  assert.ok(near(range(matrix)[0], 0.2) && near(range(matrix)[1], 0.8));
  assert.deepEqual(range({ values: [1], rows: 1, columns: 1 }), [0, 1]);
  assert.deepEqual([...difference(matrix, matrix).values], Array(9).fill(0));
});

test("the map keeps together what is alike and parts what is not", async () => {
  const vectors = [[1, 0.1, 0], [1, 0, 0.1], [0, 1, 0.1], [0.1, 1, 0]].map((numbers) => Float32Array.from(numbers));
  const { points, share } = plane(await similarities(vectors));
  const distance = (one, other) => Math.hypot(points[one][0] - points[other][0], points[one][1] - points[other][1]);
  assert.ok(distance(0, 1) < distance(0, 2) / 3 && distance(2, 3) < distance(1, 3) / 3);
  assert.ok(share > 0.95 && share <= 1);
  const same = plane({ values: Float32Array.of(1, 1, 1, 1), rows: 2, columns: 2 });
  assert.deepEqual([same.share, same.points.flat().every(Number.isFinite)], [0, true]);
});

test("vectors of other dimensions or of another model are refused with both numbers", () => {
  const mine = { model: "a", dimensions: 512 };
  assert.equal(areComparable(mine, { model: "a", dimensions: 512 }), true);
  assert.match(together(mine, [{ model: "a", dimensions: 1536 }]).refusal, /512.*1536/);
  assert.match(together(mine, [{ model: "b", dimensions: 512 }]).refusal, /a.*b.*different models/);
  const run = readRun(JSON.stringify({ texts: ["x"], models: [{ model: "a", dimensions: 2, vectors: [packed(1, 2)] }] }));
  assert.deepEqual([...run.models[0].vectors[0]], [1, 2]);
});

test("a cell's words are readable on its colour", () => {
  const inks = [[20, 20, 20], [255, 255, 255]];
  assert.equal(readable([240, 240, 240], inks), inks[0]);
  assert.equal(readable([10, 60, 110], inks), inks[1]);
  assert.deepEqual(between([[0, 0, 0], [100, 100, 100], [200, 0, 0]], 0.75), [150, 50, 50]);
  assert.deepEqual(between([[0, 0, 0], [200, 0, 0]], 1), [200, 0, 0]);
});

test("names on the map never lie over each other", () => {
  const sides = sidesOf([[100, 100], [104, 101], [108, 102], [700, 300]], Array(4).fill("a long enough name"), 12);
  assert.deepEqual(sides, ["", "", "start", "end"]); // pointing at the first two says them
});

test("texts with lines of their own come back from the box as they went in", () => {
  for (const texts of [["one", "two"], ["two\nlines", "one"], ["a\n\nb", "c"]]) {
    const { typed, isSeparated } = join(texts);
    assert.deepEqual(split(typed, isSeparated), texts.map((text) => text.replace("\n\n", "\n")));
  }
  assert.deepEqual(split(" a \r\n\r\nb\n", false), ["a", "b"]);
  assert.match(aboutResults("q", [{ position: 2, title: "T", url: "u", snippet: "" }], "Words"), /Words\n\nq\n\n\[2\] T\nu$/);
  assert.equal(csv([["a,b", 'say "x"'], [1, 0.5]]), '\ufeff"a,b","say ""x"""\r\n1,0.5\r\n');
});

test("a schema that cannot be read names its line and reaches the server as it is", () => {
  const cards = [carded({ name: "f" }), { ...carded({ name: "g" }), schema: '{\n"a": 1,\n}' }];
  const problem = unread(cards)[1].parameters;
  assert.equal(unread(cards)[0], undefined);
  assert.ok(problem.message && problem.line >= 2);
  assert.deepEqual(told(cards).map(({ parameters }) => typeof parameters), ["object", "string"]);
  assert.equal(read("1").value, 1);
  const found = byField([{ function: 0, field: "name", message: "no" }, { function: null, field: "", message: "all" }], unread(cards));
  assert.deepEqual([found[0].name.message, found.set[""].message, found[1].parameters.line], ["no", "all", problem.line]);
  assert.equal(JSON.parse(exported(cards.slice(0, 1)))[0].function.name, "f");
});
