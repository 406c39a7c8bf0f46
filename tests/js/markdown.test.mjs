import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import "./resolve.mjs";
import { Random, document } from "./fixtures/documents.mjs";

const { renderBlocks, renderForClipboard, renderTyped } = await import("lib/markdown.js");
const { md } = await import("./fixtures/parser.mjs");

const html = (text) => renderBlocks(md, text).join("\n");
const entities = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&amp;": "&" };
const decoded = (text) => text.replace(/&(?:lt|gt|quot|amp);/g, (entity) => entities[entity]);
const formulas = (text) => [...html(text).matchAll(/data-tex="([^"]*)"/g)].map((match) => decoded(match[1]));
const visible = (text) => decoded(html(text).replace(/<[^>]*>/g, ""));

test("money stays money and formulas become formulas", () => {
  const lines = readFileSync(new URL("./fixtures/money-and-formulas.tsv", import.meta.url), "utf8").trimEnd().split("\n");
  assert.ok(lines.length >= 200);
  const wrong = [];
  for (const line of lines) {
    const [text, expected = ""] = line.split("\t");
    const found = formulas(text).join("¦");
    if (found !== expected) wrong.push(`${text}\n   expected ${expected || "none"}, found ${found || "none"}`);
  }
  assert.deepEqual(wrong, []);
});

test("a formula on its own lines is one block, also in a list", () => {
  assert.match(html("so:\n$$\n\\frac{a}{b}\n= c\n$$\nthen"), /<div class="math" data-display data-tex="\\frac{a}{b}\n= c">/);
  assert.match(html("- so\n  \\[\n  x\n  \\]\n- b"), /<li>so<div class="math"[^>]*data-tex="x">/);
});

test("a formula that never closes is text", () => {
  assert.equal(visible("$$\nx\n\nmore **words**"), "$$\nx\nmore words");
});

test("raw HTML is shown, not run", () => {
  for (const bad of ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<iframe src='//x'>", "<svg/onload=alert(1)>"]) {
    assert.doesNotMatch(html(`${bad}\n\na ${bad} b`), /<(?:script|img|iframe|svg)/i);
  }
});

test("only web and mail addresses become links", () => {
  for (const bad of ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "/local", "&#106;avascript:x"]) {
    assert.doesNotMatch(html(`[a](${bad}) <${bad}>\n\n[b]\n\n[b]: ${bad}`), /href/);
  }
  assert.match(html("[a](https://example.com)"), /<a href="https:\/\/example.com" target="_blank" rel="noopener noreferrer">/);
  assert.match(html("mail a@example.com"), /href="mailto:a@example.com"/);
});

test("file names are not taken for addresses", () => {
  assert.doesNotMatch(html("open main.py or script.sh, see readme.md"), /href/);
});

test("an address in Chinese text ends where the Chinese goes on", () => {
  const text = "见https://example.com/a，以及https://example.org。再看http://example.net/路径";
  const links = [...html(text).matchAll(/href="([^"]*)"/g)].map((match) => match[1]);
  assert.deepEqual(links, ["https://example.com/a", "https://example.org", "http://example.net/"]);
  assert.equal(visible(text), text);
});

test("an outside picture is a link, so that it tells nobody", () => {
  const shown = html("![a cat](https://example.com/cat.png)");
  assert.match(shown, /<a class="outside-picture" href="https:\/\/example.com\/cat.png"[^>]*>a cat<\/a>/);
  assert.doesNotMatch(shown, /<img/);
});

test("a picture inside the text itself is shown", () => {
  assert.match(html("![dot](data:image/png;base64,iVBORw0KGgo=)"), /<img src="data:image\/png;base64,iVBORw0KGgo=" alt="dot">/);
  assert.doesNotMatch(html("![x](data:image/svg+xml;base64,AAAA)"), /<img/);
});

test("table cells are aligned by class, never by inline style", () => {
  const table = html("| a | b | c |\n|:--|:-:|--:|\n| 1 | 2 | 3 |");
  for (const side of ["left", "center", "right"]) assert.match(table, new RegExp(`<td class="align-${side}">`));
  for (let seed = 1; seed <= 300; seed += 1) assert.doesNotMatch(html(document(new Random(seed))), /\sstyle=/);
});

test("emphasis works beside Chinese punctuation", () => {
  assert.equal(html("**粗体。**后面"), "<p><strong>粗体。</strong>后面</p>");
  assert.equal(html("前面**“引文”**后面"), "<p>前面<strong>“引文”</strong>后面</p>");
  assert.equal(html("这是**重点：**内容"), "<p>这是<strong>重点：</strong>内容</p>");
});

test("emphasis on Han text is marked, so that it is not slanted", () => {
  assert.match(html("*强调* and *stress*"), /<em class="han">强调<\/em> and <em>stress<\/em>/);
});

test("a code block tells its language and whether it is complete", () => {
  assert.match(html("```python\nprint(1)\n```"), /<code-block data-language="python" data-closed>/);
  assert.match(html("```python\nprint(1)"), /<code-block data-language="python">/);
  assert.match(html("> ```js\n> 1\n> ```"), /<code-block data-language="js" data-closed>/);
  assert.match(html("````\n```\n````"), /data-closed/);
  assert.doesNotMatch(html("````\n```"), /data-closed/);
});

test("headings stand below the message's own and never skip a rank", () => {
  const ranks = (text) => [...html(text).matchAll(/<h(\d) class="level-(\d)">/g)].map(([, rank, level]) => `${level}:${rank}`);
  assert.deepEqual(ranks("# a\n## b\n### c\n# d"), ["1:3", "2:4", "3:5", "1:3"]);
  assert.deepEqual(ranks("### a\n##### b\n## c"), ["3:3", "5:4", "2:4"]);
  assert.equal(renderForClipboard(md, "# a"), "<h1>a</h1>");
});

test("a language cannot leave its attribute", () => {
  assert.doesNotMatch(html('```"><img/src=x>\n1\n```'), /<img/);
});

test("boxes of a task list are drawn", () => {
  assert.equal(visible("- [ ] open\n- [x] done"), "\n☐ open\n☑ done\n");
});

test("a line break in a table cell breaks the line", () => {
  assert.match(html("| a |\n|---|\n| 1<br>2<br/>3 |"), /1<br>\n?2<br>\n?3/);
});

test("no letter of a random document is lost", () => {
  let looked = 0;
  for (let seed = 1; seed <= 900; seed += 1) {
    const text = document(new Random(seed)).replace(/&\w+;|<br ?\/?>/g, "");
    if (/\]:/.test(text)) continue; // a definition is not shown
    looked += 1;
    const left = counted(shown(text));
    for (const [letter, times] of counted(text)) {
      assert.ok((left.get(letter) ?? 0) >= times, `seed ${seed} lost ${letter}: ${JSON.stringify(text)}`);
    }
  }
  assert.ok(looked > 300);
});

/** What a reader gets: the text, and what became an address, a picture or the name of a language. */
function shown(text) {
  const attributes = [...html(text).matchAll(/ (?:href|src|data-language)="([^"]*)"/g)].map((match) => match[1]);
  return decoded(visible(text) + attributes.join(" "));
}

/** How often each letter occurs; digits of a list are drawn by the browser. */
function counted(text) {
  const times = new Map();
  for (const [letter] of text.matchAll(/\p{L}/gu)) times.set(letter, (times.get(letter) ?? 0) + 1);
  return times;
}

test("what a person typed is shown as typed", () => {
  const typed = renderTyped(md, "# not a *heading*\n  two  spaces __init__ https://example.com/a\n\n```py\nprint(1)\n```\n<b>end</b>");
  assert.equal(typed.length, 3);
  assert.match(typed[0], /^<p class="typed"># not a \*heading\*\n  two  spaces __init__ <a href="https:\/\/example.com\/a"/);
  assert.match(typed[1], /^<code-block data-language="py" data-closed>/);
  assert.equal(typed[2], '<p class="typed">&lt;b&gt;end&lt;/b&gt;</p>');
});

test("the clipboard gets plain elements and the source of formulas", () => {
  const copied = renderForClipboard(md, "a $x$ **b**\n\n```py\n1\n```\n\n|a|\n|-|\n|b|");
  assert.doesNotMatch(copied, /class=|code-block|<div/);
  assert.match(copied, /<p>a \$x\$ <strong>b<\/strong><\/p>/);
  assert.match(copied, /<pre><code>1\n<\/code><\/pre>/);
});
