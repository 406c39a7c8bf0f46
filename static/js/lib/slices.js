/** Does many small things without holding up the page: a few milliseconds at a time, in the order they were asked for. */

const SLICE_MS = 8;
const queue = [];
let isRunning = false;

/** Runs `job` soon; whoever asks checks in it whether it is still wanted. */
export function soon(job) {
  queue.push(job);
  if (isRunning) return;
  isRunning = true;
  setTimeout(run, 0);
}

function run() {
  const until = performance.now() + SLICE_MS;
  while (queue.length && performance.now() < until) {
    try {
      queue.shift()();
    } catch (error) {
      reportError(error); // one bad formula must not keep the others waiting
    }
  }
  isRunning = queue.length > 0;
  if (isRunning) setTimeout(run, 0);
}
