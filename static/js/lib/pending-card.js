/** A job on its way to the server, in the shape of chats/generations/_card.html, which takes its place. */

import { fragment } from "lib/dom.js";
import { t } from "lib/i18n.js";

const LONG_SIDE = 2000; // as in chats/templatetags/generation_tags.py
const STEEPEST = 3;

/** `ratio`: width by height. */
export function pendingCard({ label, ratio }) {
  const card = fragment(`<generation-card class="generation" data-open><div class="generation-stage">
    <div class="results" data-count="1"><div class="result"><canvas class="shape" aria-hidden="true"></canvas></div></div></div>
    <div class="generation-foot"><p class="generation-line"><span class="generation-model truncate"></span></p>
    <div class="generation-line"><p class="generation-state"></p><span class="generation-acts"></span></div></div></generation-card>`);
  const value = Math.max(1 / STEEPEST, Math.min(STEEPEST, ratio || 1));
  const shape = card.querySelector("canvas");
  shape.width = value >= 1 ? LONG_SIDE : Math.round(LONG_SIDE * value);
  shape.height = value >= 1 ? Math.round(LONG_SIDE / value) : LONG_SIDE;
  card.querySelector(".generation-model").textContent = label;
  card.querySelector(".generation-state").textContent = t("On its way");
  return card.firstElementChild;
}
