import assert from "node:assert/strict";
import { test } from "node:test";

import { lengthText, sizeText } from "../../static/js/lib/measures.js";
import { contentOf, named, tableOf } from "../../static/js/lib/pasted.js";

const clipboard = (data, files = []) => ({
  types: [...Object.keys(data), ...(files.length ? ["Files"] : [])],
  getData: (type) => data[type] ?? "",
  files,
});
const picture = { name: "image.png", type: "image/png" };

test("a copied picture is a file", () => {
  assert.deepEqual(contentOf(clipboard({ "text/html": "<img>" }, [picture])), { files: [picture], text: "" });
});

test("a file copied in a file manager is a file, though its name comes as text", () => {
  assert.deepEqual(contentOf(clipboard({ "text/plain": "clip.mp4" }, [picture])).files, [picture]);
});

test("text from an office program is text, though a picture of it comes along", () => {
  const copied = clipboard({ "text/plain": "Dear Ada", "text/html": "<p>Dear Ada</p>" }, [picture]);
  assert.deepEqual(contentOf(copied), { files: [], text: "Dear Ada" });
});

test("cells of a spreadsheet become a table", () => {
  const copied = clipboard({ "text/plain": "a\tb\n1\t2|3\n", "text/html": "<table></table>" }, [picture]);
  assert.equal(contentOf(copied).text, "| a | b |\n| --- | --- |\n| 1 | 2\\|3 |\n");
});

test("what only looks like a table stays as it is", () => {
  assert.equal(tableOf("one line\twith a tab"), "");
  assert.equal(tableOf("a\tb\nc"), "");
  assert.equal(contentOf(clipboard({ "text/plain": "x", "text/html": "<table></table>" })).text, "x");
});

test("pasted pictures can be told apart", () => {
  const file = named(new File(["x"], "image.png", { type: "image/png" }), new Date(2026, 0, 2, 3, 4, 5));
  assert.deepEqual([file.name, file.type], ["pasted 03-04-05.png", "image/png"]);
  assert.equal(named(new File([""], "cat.png")).name, "cat.png");
});

test("sizes and lengths read well, and unknown is not zero", () => {
  assert.deepEqual([0, 999, 1500, 12_345_678, 2_147_483_648, null].map(sizeText), ["0 B", "999 B", "1.5 KB", "12 MB", "2.1 GB", "–"]);
  assert.deepEqual([4, 42.4, 725, 3729, null].map(lengthText), ["0:04", "0:42", "12:05", "1:02:09", "–"]);
});
