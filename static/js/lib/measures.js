/** Sizes and lengths as people read them; unknown is "–", never 0 (promises.md, habit 28). */

const UNITS = ["B", "KB", "MB", "GB", "TB"];

export function sizeText(bytes) {
  if (bytes == null) return "–";
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
  const value = bytes / 1000 ** power;
  return `${value < 10 && power ? value.toFixed(1) : Math.round(value)} ${UNITS[power]}`;
}

/** 0:42, 12:05, 1:02:09 */
export function lengthText(seconds) {
  if (seconds == null) return "–";
  const whole = Math.round(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const pad = (number) => String(number).padStart(2, "0");
  return h ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`;
}
