import assert from "node:assert/strict";
import { test } from "node:test";

import * as models from "../../static/js/lib/models.js";

const answer = {
  abilities: { sees: "sees see vision image 看 看图", watches: "watches video 视频", hears: "hears audio 听", thinks: "thinks thinking 思考", draws: "draws draw 画" },
  vendors: { alibaba: { name: "Alibaba", zh: "阿里巴巴" }, openai: { name: "OpenAI", zh: "" }, bytedance: { name: "ByteDance", zh: "字节跳动" } },
  panels: [[{ name: "temperature", type: "number", minimum: 0, maximum: 2 }], []],
  models: [
    { id: "qwen2.5-omni-7b", vendor: "alibaba", can: ["sees", "watches", "hears"], names: "qwen2.5-omni-7b\nalibaba\n阿里巴巴\n通义千问\n千问\nalbb\ntyqw\nqw", panel: 0, is_available: true },
    { id: "qwen3-8b", vendor: "alibaba", can: ["thinks"], names: "qwen3-8b\nalibaba\n阿里巴巴\n通义千问\n千问\nalbb\ntyqw\nqw", panel: 0, is_available: true },
    { id: "gpt-4o", vendor: "openai", can: ["sees"], names: "gpt-4o\nopenai\ngpt", panel: 0, is_available: true },
    { id: "gpt-image", vendor: "openai", can: ["draws"], names: "gpt-image\nopenai\ngpt\nchatgpt-image-latest", panel: 1 },
    { id: "doubao-seed", vendor: "bytedance", can: ["sees", "watches", "thinks"], names: "doubao-seed\nbytedance\n字节跳动\n豆包\ndb\ndoubao", panel: 0, is_available: true },
  ],
  favourites: ["gpt-4o"],
  recents: ["gpt-4o", "qwen3-8b"],
};
const catalog = models.prepare(answer);
const ids = (list) => list.filter(({ kind }) => kind === "model").map(({ model }) => model.id);
const found = (query, more) => ids(models.rows(catalog, { query, ...more }));

test("a model is found by everything people call it", () => {
  assert.deepEqual(found("omni"), ["qwen2.5-omni-7b"]);
  assert.deepEqual(found("OpenAI"), ["gpt-4o", "gpt-image"]);
  assert.deepEqual(found("豆包"), ["doubao-seed"]);
  assert.deepEqual(found("字节"), ["doubao-seed"]);
  assert.deepEqual(found("latest"), ["gpt-image"]);
});

test("pinyin initials find Chinese names, together too", () => {
  assert.deepEqual(found("db"), ["doubao-seed"]);
  assert.deepEqual(new Set(found("tyqw")), new Set(["qwen3-8b", "qwen2.5-omni-7b"]));
  assert.deepEqual(new Set(found("albbqw")), new Set(["qwen3-8b", "qwen2.5-omni-7b"]));
  assert.deepEqual(found("qw omni"), ["qwen2.5-omni-7b"]);
});

test("a word for an ability finds those who have it", () => {
  assert.deepEqual(new Set(found("vision")), new Set(["gpt-4o", "qwen2.5-omni-7b", "doubao-seed"]));
  assert.deepEqual(new Set(found("看")), new Set(["gpt-4o", "qwen2.5-omni-7b", "doubao-seed"]));
  assert.deepEqual(new Set(found("思考")), new Set(["qwen3-8b", "doubao-seed"]));
  assert.deepEqual(found("千问 听"), ["qwen2.5-omni-7b"]);
});

test("full-width letters and missing hyphens do not matter", () => {
  assert.deepEqual(found("ｇｐｔ－４ｏ"), ["gpt-4o"]);
  assert.deepEqual(found("gpt4o"), ["gpt-4o"]);
});

test("every word has to meet something", () => {
  assert.deepEqual(found("gpt 豆包"), []);
  assert.deepEqual(found("zzz"), []);
});

test("a name counts more than an ability, and what can be used now more than what cannot", () => {
  assert.equal(found("image")[0], "gpt-image");
  assert.equal(found("gpt")[0], "gpt-4o");
});

test("filters narrow by what goes in and what comes out, and add up", () => {
  assert.deepEqual(found("", { filters: ["draws"] }), ["gpt-image"]);
  assert.deepEqual(ids(models.rows(catalog, { filters: ["watches", "thinks"] })), ["doubao-seed"]);
  assert.deepEqual(found("qwen", { filters: ["thinks"] }), ["qwen3-8b"]);
});

test("favourites and recents stand first, a favourite not twice among them", () => {
  const list = models.rows(catalog);
  assert.deepEqual(
    list.slice(0, 4).map((row) => row.id ?? row.model.id),
    ["favourites", "gpt-4o", "recents", "qwen3-8b"],
  );
  assert.deepEqual(ids(models.rows(catalog, { onlyMine: true })), ["gpt-4o", "qwen3-8b"]);
});

test("a heading stands only over models", () => {
  for (const query of ["", "qwen", "思考", "zzz"]) {
    const list = models.rows(catalog, { query });
    list.forEach((row, place) => row.kind === "heading" && assert.equal(list[place + 1]?.kind, "model"));
  }
});

test("what the key does not have is hindered, and so is what cannot be asked yet", () => {
  const some = models.prepare({ ...answer, with_key: ["gpt-4o", "gpt-image"] });
  assert.equal(models.hindrance(some.byId.get("gpt-4o")), "");
  assert.equal(models.hindrance(some.byId.get("qwen3-8b")), "key");
  assert.equal(models.hindrance(some.byId.get("gpt-image")), "later");
  assert.equal(models.hindrance(catalog.byId.get("qwen3-8b")), "", "as long as nobody knows");
});

test("a name that nobody listed can be found and used", () => {
  const further = { panels: [[{ name: "seed", type: "integer" }]], models: [{ id: "brand-new", vendor: "other", panel: 0, is_available: true }] };
  const some = models.prepare({ ...answer, further, with_key: [] });
  assert.deepEqual(ids(models.rows(some, { query: "brand" })), ["brand-new"]);
  assert.equal(models.hindrance(some.byId.get("brand-new")), "");
  assert.equal(models.modelOf(some, "never-heard-of").label, "never-heard-of");
});

test("the arrows go over headings and stop at the ends", () => {
  const list = models.rows(catalog, { query: "gpt" }); // heading, gpt-4o, gpt-image
  assert.equal(models.step(list, -1, 1), 1);
  assert.equal(models.step(list, 1, 1), 2);
  assert.equal(models.step(list, 2, 1), 2);
  assert.equal(models.step(list, 2, -9), 1);
  assert.equal(models.step([], -1, 1), -1);
});

test("only the rows in view are drawn", () => {
  const list = Array.from({ length: 1000 }, (_, n) => ({ kind: n % 10 ? "model" : "heading" }));
  const offsets = models.offsetsOf(list, { heading: 30, model: 40 });
  const [first, last] = models.visible(offsets, 4000, 400, 0);
  assert.ok(offsets[first] <= 4000 && offsets[first + 1] > 4000);
  assert.ok(offsets[last] >= 4400 && last - first < 14);
  assert.deepEqual(models.visible(models.offsetsOf([], {}), 0, 400), [0, 0]);
});

test("only what differs from the vendor's default is kept", () => {
  assert.deepEqual(models.withValue({ seed: 1 }, "temperature", 0), { seed: 1, temperature: 0 });
  assert.deepEqual(models.withValue({ seed: 1, stop: ["a"] }, "stop", []), { seed: 1 });
  assert.deepEqual(models.withValue({ thinking: true }, "thinking", false), { thinking: false });
});

test("a setting is ruled out by its rival and by its switch", () => {
  const temperature = { name: "temperature", not_with: ["thinking"] };
  assert.equal(models.ruledOutBy(temperature, { thinking: true }), "thinking");
  assert.equal(models.ruledOutBy(temperature, { thinking: false }), "");
  assert.equal(models.ruledOutBy({ name: "budget", only_with: "thinking" }, { thinking: false }), "thinking");
  assert.equal(models.ruledOutBy({ name: "budget", only_with: "thinking" }, {}), "");
});

test("a change of model drops what the new one does not take", () => {
  const panel = [
    { name: "temperature", type: "number", minimum: 0, maximum: 1 },
    { name: "effort", type: "choice", choices: ["low", "high"] },
  ];
  assert.deepEqual(models.carriedOver(panel, { temperature: 1.5, effort: "low", seed: 3 }), { effort: "low" });
  assert.deepEqual(models.carriedOver(panel, { temperature: 0.5, effort: "minimal" }), { temperature: 0.5 });
});

test("counts are short", () => {
  assert.deepEqual([8192, 131072, 128000, 1_048_576, 2_000_000, 0, null].map(models.shortCount), ["8K", "128K", "128K", "1M", "2M", "", ""]);
});

test("1,000 models are filtered within 50 ms", () => {
  const many = Array.from({ length: 1000 }, (_, n) => {
    const model = answer.models[n % answer.models.length];
    return { ...model, id: `${model.id}-${n}`, names: model.names.replace(model.id, `${model.id}-${n}`) };
  });
  const large = models.prepare({ ...answer, models: many });
  const queries = ["q", "qw", "qwen omni", "看", "思考 千问", "gpt4o", "albbqw", "zzzz"];
  for (const query of queries) models.rows(large, { query }); // once, so that the machine has compiled it
  for (const query of queries) {
    const begun = performance.now();
    models.rows(large, { query, filters: ["sees"] });
    assert.ok(performance.now() - begun < 50, `${query} took ${performance.now() - begun} ms`);
  }
});

test("models that never answer lead to their bench, all others into the conversation", () => {
  assert.equal(models.benchOf({ id: "a b", kind: "embedding" }), "/benches/embeddings/?model=a%20b");
  assert.equal(models.benchOf({ id: "serper-search", kind: "search" }), "/benches/search/?model=serper-search");
  assert.deepEqual(["image", undefined].map((kind) => models.benchOf({ id: "x", kind })), ["", ""]);
});
