/** How long the model picker needs to filter 1,000 models: `node bench/picker.mjs`. */

import { prepare, rows } from "../static/js/lib/models.js";

const MODELS = 1000;
const ROUNDS = 50;
const QUERIES = ["q", "qwen", "qwen omni", "tyqw", "看", "思考 千问", "gpt5", "albbqw", "nothing like it"];

const CAN = [["sees"], ["sees", "watches", "hears", "speaks"], ["thinks"], ["sees", "thinks"], ["draws"]];
const NAMES = "alibaba\n阿里巴巴\nqwen\n通义千问\n千问\n通义\n阿里\n阿里云\n百炼\ndashscope\nalbb\nalibaba\ntyqw\ntongyiqianwen\nqw\nqianwen\nty\ntongyi\nal\nali";
const models = Array.from({ length: MODELS }, (_, n) => ({
  id: `qwen${n % 4}-omni-${n}b`,
  vendor: `vendor-${n % 25}`,
  can: CAN[n % CAN.length],
  names: `qwen${n % 4}-omni-${n}b\n${NAMES}`,
  panel: 0,
  is_available: n % 3 > 0,
}));
const abilities = { sees: "sees vision image 看 图", watches: "watches video 视频", hears: "hears audio 听", speaks: "speaks 说", thinks: "thinks thinking 思考", draws: "draws 画" };
const catalog = prepare({ abilities, models, panels: [[]], favourites: [models[5].id], recents: [models[7].id] });

const percentile = (times, share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
for (const query of QUERIES) {
  const times = Array.from({ length: ROUNDS }, () => {
    const begun = performance.now();
    rows(catalog, { query });
    return performance.now() - begun;
  }).sort((a, b) => a - b);
  const found = rows(catalog, { query }).filter(({ kind }) => kind === "model").length;
  console.log(`${query.padEnd(18)} ${String(found).padStart(5)} found  p50 ${percentile(times, 0.5).toFixed(1)} ms  p99 ${percentile(times, 0.99).toFixed(1)} ms`);
}
