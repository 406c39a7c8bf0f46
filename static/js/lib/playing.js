/** Plays timed events: knows which are due, at which speed, and when it is over; the page only draws them. */

export class Playing {
  #events;
  #draw;
  #frame;
  #next = 0;
  #position = 0; // seconds of the recording
  #lastAt = 0;
  #handle = null;

  speed = 1;

  /** `draw(events, position)` for those that are due; `frame` has request(fn), cancel(handle) and now() in ms. */
  constructor({ events, draw, frame }) {
    this.#events = events;
    this.#draw = draw;
    this.#frame = frame;
  }

  get length() {
    return this.#events.at(-1)?.at_s ?? 0;
  }

  get isPlaying() {
    return this.#handle !== null;
  }

  get isOver() {
    return this.#next >= this.#events.length;
  }

  play() {
    if (this.isPlaying || this.isOver) return;
    this.#lastAt = this.#frame.now();
    this.#step();
  }

  pause() {
    if (this.#handle !== null) this.#frame.cancel(this.#handle);
    this.#handle = null;
  }

  /** Back to the beginning; whoever draws has to begin anew. */
  rewind() {
    this.pause();
    this.#next = this.#position = 0;
  }

  #step = () => {
    const now = this.#frame.now();
    const passed_s = (now - this.#lastAt) / 1000;
    this.#position = this.speed === Infinity ? this.length : Math.min(this.length, this.#position + passed_s * this.speed);
    this.#lastAt = now;
    const due = [];
    while (!this.isOver && this.#events[this.#next].at_s <= this.#position) due.push(this.#events[this.#next++]);
    this.#handle = this.isOver ? null : this.#frame.request(this.#step);
    this.#draw(due, this.#position);
  };
}
