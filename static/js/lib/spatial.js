/** Where a mark lies over its picture: models count both sides from 0 to 1000 and say y first. Pure. */

const SCALE = 10; // thousandths to per cent

/** CSS of a mark: {point: [y, x]} or {box: [top, left, bottom, right]}. */
export function placeOf({ point, box }) {
  if (point) return { insetBlockStart: percent(point[0]), left: percent(point[1]) };
  const [top, left, bottom, right] = box;
  return { insetBlockStart: percent(top), left: percent(left), blockSize: percent(bottom - top), inlineSize: percent(right - left) };
}

const percent = (thousandths) => `${Math.round(thousandths * 10) / 10 / SCALE}%`;

export const labelOf = ({ label }, index) => label || String(index + 1);

/** Points named 0, 1, 2 … are the way of something that moves. */
export const isPath = (marks) => marks.length > 1 && marks.every(({ point, label }, index) => point && label === String(index));
