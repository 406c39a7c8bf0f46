/** The tab's title and icon say what goes on: a reply or a job running (●), one that waits for an answer (?), one done while nobody looked (✓), unread ones (3). */

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#0d6180"/><path d="M9 9.5v13" stroke="#fff" stroke-width="3" stroke-linecap="round"/><path d="M15 10.2c0-.8.9-1.3 1.6-.9l8.2 5.8c.6.4.6 1.3 0 1.7l-8.2 5.8c-.7.5-1.6 0-1.6-.8z" fill="#fff"/>DOT</svg>`;
const COLOURS = { running: "#38bdf8", waiting: "#e879f9", done: "#22c55e", unread: "#f59e0b" };
const RUNNING = new Set(["queued", "streaming", "generating"]);
const MARK = /^(?:● |\? |✓ |\(\d+\) )+/;

/** `state`: { isRunning, isWaiting, isDone, unread } */
export function titleFor(title, { isRunning = false, isWaiting = false, isDone = false, unread = 0 } = {}) {
  const plain = title.replace(MARK, "");
  const count = unread ? `(${unread}) ` : "";
  const mark = isRunning ? "● " : isWaiting ? "? " : isDone ? "✓ " : "";
  return mark + count + plain;
}

/** Which dot the icon wears; what runs is more interesting than what is over. */
export function dotFor({ isRunning = false, isWaiting = false, isDone = false, unread = 0 } = {}) {
  if (isRunning) return "running";
  if (isWaiting) return "waiting";
  if (isDone) return "done";
  return unread ? "unread" : "";
}

export class PageTitle {
  #state = { isRunning: false, isWaiting: false, isDone: false, unread: 0 };
  #document;
  #running = new Set();
  #waiting = new Set();

  constructor(document) {
    this.#document = document;
  }

  start() {
    const page = this.#document;
    page.addEventListener("reply-state", ({ detail }) => this.#reply(detail));
    page.addEventListener("list-state", ({ detail }) => this.#set({ unread: detail.unread }));
    page.addEventListener("conversation-opened", () => this.#opened());
    page.addEventListener("conversation-settled", () => this.#show());
    page.addEventListener("visibilitychange", () => page.hidden || this.#set({ isDone: false }));
    this.#show();
  }

  #reply({ message, status }) {
    const wasRunning = this.#running.size > 0;
    if (RUNNING.has(status)) this.#running.add(message);
    else this.#running.delete(message);
    this.#waiting[status === "waiting" ? "add" : "delete"](message);
    const isRunning = this.#running.size > 0;
    const isWaiting = this.#waiting.size > 0;
    this.#set({ isRunning, isWaiting, isDone: wasRunning && !isRunning && !isWaiting && this.#document.hidden });
  }

  #opened() {
    this.#running.clear(); // the new page's messages tell their own states
    this.#waiting.clear();
    this.#set({ isRunning: false, isWaiting: false, isDone: false });
  }

  #set(change) {
    Object.assign(this.#state, change);
    this.#show();
  }

  #show() {
    this.#document.title = titleFor(this.#document.title, this.#state);
    const dot = dotFor(this.#state);
    const icon = this.#document.getElementById("favicon");
    if (!icon || icon.dataset.dot === dot) return;
    icon.dataset.plain ??= icon.href;
    icon.dataset.dot = dot;
    icon.href = dot ? withDot(COLOURS[dot]) : icon.dataset.plain;
  }
}

function withDot(colour) {
  const dot = `<circle cx="25" cy="7" r="7" fill="${colour}" stroke="#fff" stroke-width="2"/>`;
  return `data:image/svg+xml,${encodeURIComponent(ICON.replace("DOT", dot))}`;
}
