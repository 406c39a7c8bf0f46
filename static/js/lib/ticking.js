/** One clock for all that count seconds on a page; it stands still while nobody looks or nothing counts. */

const counting = new Set();
let timer = 0;

/** Calls `act()` about every second until the returned function is called. */
export function everySecond(act) {
  counting.add(act);
  settle();
  return () => {
    counting.delete(act);
    settle();
  };
}

function settle() {
  const isWanted = counting.size > 0 && !document.hidden;
  if (isWanted && !timer) timer = setInterval(tick, 1000);
  if (isWanted) return;
  clearInterval(timer);
  timer = 0;
}

function tick() {
  for (const act of counting) act();
}

globalThis.document?.addEventListener?.("visibilitychange", () => {
  settle();
  if (!document.hidden) tick();
});
