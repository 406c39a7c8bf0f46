/** A progress bar that grows by itself between two words of the server; the compositor moves it, no script does. */

const CATCH_UP_MS = 600;
const MOST = 0.99;

/** Where a bar stands at `now` that goes evenly from one value to another. */
export function at({ from, to, since, ms }, now) {
  const part = ms ? Math.min(1, Math.max(0, (now - since) / ms)) : 1;
  return from + (to - from) * part;
}

/** The way from `value` on: to nearly all in the time that is left, or just to what was told. It never goes back. */
export function wayFrom(value, { progress, left_s, is_slow }, now) {
  const from = Math.min(MOST, Math.max(value, progress ?? 0));
  if (is_slow || !(left_s > 0)) return { from: value, to: from, since: now, ms: CATCH_UP_MS };
  return { from, to: MOST, since: now, ms: left_s * 1000 };
}

export class Growth {
  #bar;
  #way = { from: 0, to: 0, since: 0, ms: 0 };
  #moving = null;

  constructor(bar) {
    this.#bar = bar;
  }

  get bar() {
    return this.#bar;
  }

  /** `facts`: {progress, left_s, is_slow} of a frame or of the server's HTML. */
  set(facts) {
    const now = performance.now();
    const isFirst = !this.#way.since;
    this.#way = wayFrom(isFirst ? (facts.progress ?? 0) : at(this.#way, now), facts, now);
    this.#moving?.cancel();
    this.#moving = null;
    const { from, to, ms } = this.#way;
    this.#bar.style.transform = scaled(isStill() ? from : to);
    if (isStill() || from === to) return;
    this.#moving = this.#bar.animate([{ transform: scaled(from) }, { transform: scaled(to) }], { duration: ms, fill: "forwards" });
  }

  stop() {
    this.#moving?.cancel();
    this.#moving = null;
  }
}

const scaled = (value) => `scaleX(${value.toFixed(4)})`;
const isStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
