/** Rows of pictures that end straight: which tiles stand in a row and how high it is. Pure numbers. */

/** `ratios`: width by height of each. The last row is only as high as the others and says whether it is full. */
export function rowsOf(ratios, width, height, gap) {
  const rows = [];
  let from = 0;
  let sum = 0;
  ratios.forEach((ratio, index) => {
    sum += ratio;
    const room = width - gap * (index - from);
    if (sum * height < room) return;
    rows.push({ from, to: index + 1, height: room / sum, isFull: true });
    from = index + 1;
    sum = 0;
  });
  if (from < ratios.length) rows.push({ from, to: ratios.length, height: last(sum, ratios.length - from, width, height, gap), isFull: false });
  return rows;
}

const last = (sum, count, width, height, gap) => Math.min(height, (width - gap * (count - 1)) / sum);

export const heightOf = (rows, gap) => rows.reduce((sum, row) => sum + row.height + gap, 0);

/** Where each tile of a row begins and ends. */
export function spans(ratios, { from, to, height }, gap) {
  let left = 0;
  return ratios.slice(from, to).map((ratio) => {
    const span = [left, left + ratio * height];
    left = span[1] + gap;
    return span;
  });
}

/** The tile of a row whose middle lies nearest to `x`. */
export function nearest(ratios, row, x, gap) {
  const distances = spans(ratios, row, gap).map(([left, right]) => Math.abs((left + right) / 2 - x));
  return row.from + distances.indexOf(Math.min(...distances));
}
