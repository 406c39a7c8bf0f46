/** Neighbours, the map and the lengths of vectors as HTML; for `<vector-views>`. */

import { html, nothing, svg } from "lit-html";

import { isNarrow } from "lib/dom.js";
import { t } from "lib/i18n.js";

const MOST_NAMES = 40; // on the map; more would lie over each other
const [WIDE, HIGH, EDGE] = [720, 460, 40];

export function neighbours(texts, matrix, nearest) {
  const near = ({ index, score }) => html`<li><span class="mono">${score.toFixed(3)}</span><progress class="share" max="1" value=${Math.max(0, score)} aria-hidden="true"></progress><span class="near-text"><span class="faint">${index + 1}</span> ${texts[index]}</span></li>`;
  return html`<ol class="near">${texts.map((text, row) => html`<li class="near-one"><p class="near-head"><span class="faint">${row + 1}</span> ${text}</p><ol>${nearest(matrix, row).map(near)}</ol></li>`)}</ol>`;
}

/** `say(place)` for the point that is meant, null for none. */
export function planeMap(texts, { points, share }, { spot, say }) {
  const placed = fitted(points);
  const size = isNarrow() ? 22 : 12; // the picture shrinks with the page, and its letters with it
  const sides = texts.length <= MOST_NAMES ? sidesOf(placed, texts.map(short), size) : [];
  const name = (place) => svg`<text x=${(sides[place] === "end" ? -1 : 1) * (size / 2.4 + 4)} y=${size / 3} font-size=${size} text-anchor=${sides[place]}>${short(texts[place])}</text>`;
  const point = ([x, y], place) => svg`<g class="plane-point" tabindex=${place ? -1 : 0} role="img" aria-label="${place + 1} ${texts[place]}" transform="translate(${x} ${y})" @pointerenter=${() => say(place)} @focus=${() => say(place)}><circle r="14" class="plane-touch"></circle><circle r=${size / 2.4} class="plane-dot"></circle>${sides[place] ? name(place) : nothing}</g>`;
  return html`<svg class="plane" viewBox="0 0 ${WIDE} ${HIGH}" role="group" aria-label=${t("Map of the texts: what lies near is alike. The arrow keys go from text to text.")} @keydown=${walk}>${placed.map(point)}</svg>
    <p class="vector-spot" role="status">${spot || t("Point at a text, or go there with the arrow keys.")}</p>
    <p class="faint small">${t("The two directions in which these texts differ most; they hold %(share)s of all difference.", { share: `${Math.round(share * 100)} %` })}</p>`;
}

/** On which side of its point each name stands; "" where it would lie over another, and pointing at it says it. */
export function sidesOf(placed, names, size) {
  const taken = placed.map(([x, y]) => [x - 7, y - 7, x + 7, y + 7]);
  return placed.map(([x, y], place) => {
    const width = [...names[place]].reduce((sum, letter) => sum + (letter > "\u2e80" ? size : size * 0.56), 12);
    const boxes = { start: [x + 8, y - size / 2, x + width, y + size / 2], end: [x - width, y - size / 2, x - 8, y + size / 2] };
    const side = ["start", "end"].find((one) => boxes[one][0] > 0 && boxes[one][2] < WIDE && !taken.some((box) => overlap(box, boxes[one])));
    if (side) taken.push(boxes[side]);
    return side ?? "";
  });
}

const overlap = (one, other) => one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3];

/** Both axes with the same scale, or the picture would lie. */
function fitted(points) {
  const spread = (axis) => [Math.min(...points.map((point) => point[axis])), Math.max(...points.map((point) => point[axis]))];
  const [[left, right], [bottom, top]] = [spread(0), spread(1)];
  const scale = Math.min((WIDE - 2 * EDGE) / (right - left || 1), (HIGH - 2 * EDGE) / (top - bottom || 1));
  const [x0, y0] = [(left + right) / 2, (bottom + top) / 2];
  return points.map(([x, y]) => [WIDE / 2 + (x - x0) * scale, HIGH / 2 - (y - y0) * scale]);
}

function walk(event) {
  const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!by) return;
  const all = [...event.currentTarget.querySelectorAll(".plane-point")];
  const next = all[(all.indexOf(event.target) + by + all.length) % all.length];
  event.preventDefault();
  for (const one of all) one.setAttribute("tabindex", one === next ? 0 : -1);
  next.focus();
}

export function norms(texts, models, norm) {
  const lengths = models.map(({ vectors }) => vectors.map(norm));
  const most = Math.max(...lengths.flat(), 1e-9);
  return html`<div class="norms-scroll"><table class="norms"><caption class="visually-hidden">${t("Lengths of the vectors")}</caption>
    <thead><tr><th scope="col">${t("Text")}</th>${models.map(({ model }) => html`<th scope="col">${model}</th>`)}</tr></thead>
    <tbody>${texts.map((text, row) => html`<tr><th scope="row"><span class="faint">${row + 1}</span> ${short(text)}</th>${lengths.map((own) => html`<td><span class="mono">${own[row].toFixed(4)}</span><progress class="share" max="1" value=${own[row] / most} aria-hidden="true"></progress></td>`)}</tr>`)}</tbody></table></div>`;
}

const short = (text) => (text.length > 28 ? `${text.slice(0, 27)}…` : text);
