/** The one scroll controller of a conversation: follows the end only while the reader is there, and never otherwise.
 *
 * Rules (promises.md, habits 7 and 8): a scroll upward, a selection, keyboard focus inside: following stops. Reaching the
 * end resumes it. A message just sent goes near the top and the reply grows beneath it, into room kept free for it.
 */

const NEAR_END = 32; // px that still count as the end
const END_GAP = 24; // between the end of the text and the edge, while following
const TOP_GAP = 16; // between the top and a message just sent
const UP_KEYS = new Set(["ArrowUp", "PageUp", "Home"]);

export class Follow {
  isFollowing = true;
  #scroller;
  #content;
  #room;
  #pinned = null;
  #held = null;
  #onChange;
  #seenTop = 0;
  #seenHeight = 0;
  #touchY = 0;
  #observer;
  #stops = new AbortController();

  /** `content` holds the messages; `room` is an empty element below it; `onChange()` is told when the state may differ. */
  constructor({ scroller, content, room, onChange }) {
    this.#scroller = scroller;
    this.#content = content;
    this.#room = room;
    this.#onChange = onChange;
    this.#listen();
    this.#observer = new ResizeObserver(() => this.grown());
    this.#observer.observe(content);
    this.#observer.observe(scroller);
    this.grown();
  }

  stop() {
    this.#stops.abort();
    this.#observer.disconnect();
  }

  /** How many pixels of messages lie below the visible part. */
  get below() {
    const end = this.#content.getBoundingClientRect().bottom;
    const view = this.#scroller.getBoundingClientRect();
    return end - view.top - this.#scroller.clientHeight;
  }

  get isAtEnd() {
    return this.below <= NEAR_END;
  }

  toEnd() {
    this.isFollowing = true;
    this.#held = null;
    this.grown();
    this.#onChange();
  }

  release() {
    if (!this.isFollowing) return;
    this.isFollowing = false;
    this.#onChange();
  }

  /** Puts `message` at the top and keeps it there, whatever the heights above turn out to be, until the reader moves. */
  hold(message) {
    this.release();
    this.#held = message;
    this.grown();
  }

  /** Puts `message` near the top once; from then on the room below shrinks as the reply grows, so nothing moves. */
  pin(message) {
    this.#pinned = message;
    this.#held = null;
    this.isFollowing = true;
    this.#makeRoom();
    this.#scrollTo(this.#topOf(message) - TOP_GAP);
    this.#onChange();
  }

  /** Something was put above what is read: `change()` does it, `anchor` stays where it is on the screen. */
  keep(anchor, change) {
    const before = anchor?.getBoundingClientRect().top;
    change();
    if (anchor?.isConnected) this.#scrollTo(this.#scroller.scrollTop + anchor.getBoundingClientRect().top - before);
  }

  /** The content has another height. */
  grown() {
    this.#makeRoom();
    const { below } = this;
    if (this.#held?.isConnected) this.#scrollTo(this.#topOf(this.#held) - TOP_GAP);
    else if (this.isFollowing && below > 0 && this.#content.childElementCount) this.#scrollTo(this.#scroller.scrollTop + below + END_GAP);
    this.#remember();
    this.#onChange();
  }

  #topOf(node) {
    return node.getBoundingClientRect().top - this.#scroller.getBoundingClientRect().top + this.#scroller.scrollTop;
  }

  #makeRoom() {
    if (!this.#pinned?.isConnected) this.#pinned = null;
    const used = this.#pinned ? this.#content.getBoundingClientRect().bottom - this.#pinned.getBoundingClientRect().top : 0;
    const room = this.#pinned ? Math.max(0, this.#scroller.clientHeight - TOP_GAP - used - this.#foot()) : 0;
    const height = `${Math.floor(room)}px`;
    if (this.#room.style.blockSize !== height) this.#room.style.blockSize = height;
  }

  /** What else stands below the room: paddings, the button. */
  #foot() {
    const room = this.#room.getBoundingClientRect();
    return Math.max(0, this.#scroller.scrollHeight - this.#scroller.scrollTop - (room.bottom - this.#scroller.getBoundingClientRect().top));
  }

  #scrollTo(top) {
    this.#scroller.scrollTop = top;
    this.#remember();
  }

  #remember() {
    this.#seenTop = this.#scroller.scrollTop;
    this.#seenHeight = this.#scroller.scrollHeight;
  }

  #listen() {
    const on = (target, type, act) => target.addEventListener(type, act, { passive: true, signal: this.#stops.signal });
    for (const type of ["wheel", "touchmove", "keydown", "pointerdown"]) on(this.#scroller, type, () => (this.#held = null));
    on(this.#scroller, "wheel", (event) => event.deltaY < 0 && this.release());
    on(this.#scroller, "touchstart", (event) => (this.#touchY = event.touches[0].clientY));
    on(this.#scroller, "touchmove", (event) => event.touches[0].clientY > this.#touchY + 4 && this.release());
    on(this.#scroller, "keydown", (event) => UP_KEYS.has(event.key) && this.release());
    on(this.#scroller, "scroll", () => this.#scrolled());
    on(this.#content, "focusin", (event) => event.target.matches(":focus-visible") && this.release());
    on(document, "selectionchange", () => this.#isSelecting() && this.release());
  }

  /** The height is as it was and the position is not: the reader moved. Anchoring by the browser changes both. */
  #scrolled() {
    const { scrollTop, scrollHeight } = this.#scroller;
    const isReader = scrollHeight === this.#seenHeight && scrollTop !== this.#seenTop;
    const isUp = scrollTop < this.#seenTop;
    this.#remember();
    if (isReader && isUp && !this.isAtEnd) this.release();
    else if (isReader && !isUp && this.isAtEnd) this.isFollowing = true;
    this.#onChange();
  }

  #isSelecting() {
    const selection = document.getSelection();
    return Boolean(selection && !selection.isCollapsed && this.#content.contains(selection.anchorNode));
  }
}
