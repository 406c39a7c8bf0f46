/** The drawing of a sound: levels 0–100 become bars around a middle line, as the `d` of one path. */

const HEIGHT = 32;
const STEP = 4;
const WIDTH = 2;
const LEAST = 2;

/** `count` levels out of any number: the loudest of each stretch, or each one repeated. */
export function thinned(levels, count) {
  if (!levels.length) return Array(count).fill(0);
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor((i * levels.length) / count);
    const to = Math.max(from + 1, Math.floor(((i + 1) * levels.length) / count));
    return Math.max(...levels.slice(from, to));
  });
}

export function bars(levels, count) {
  return thinned(levels, count)
    .map((level, i) => {
      const height = Math.max(LEAST, (level / 100) * HEIGHT);
      const top = ((HEIGHT - height) / 2).toFixed(1);
      return `M${i * STEP} ${top}h${WIDTH}v${height.toFixed(1)}h-${WIDTH}z`;
    })
    .join("");
}
