/** The cells of a heat map under the pointer, a finger and the keys. */

import { Heat } from "lib/heat.js";

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export class HeatCells {
  #heat;
  #matrix = null;
  #say;

  /** `say(row, column, value)` is called whenever another cell is meant. */
  constructor(canvas, say) {
    this.canvas = canvas;
    this.#heat = new Heat(canvas);
    this.#say = say;
    canvas.addEventListener("pointermove", (event) => this.#point(event));
    canvas.addEventListener("pointerdown", (event) => this.#point(event));
    canvas.addEventListener("keydown", (event) => this.#pressed(event));
    canvas.addEventListener("focus", () => canvas.matches(":focus-visible") && !this.#heat.active && this.#go(0, Math.min(1, this.#matrix.columns - 1)));
  }

  show(matrix, look) {
    const isOther = this.#matrix?.values !== matrix.values && this.#matrix?.columns !== matrix.columns;
    if (isOther) this.#heat.active = null;
    this.#matrix = matrix;
    this.#heat.show(matrix, look);
  }

  draw() {
    if (this.#matrix) this.#heat.draw();
  }

  #point({ clientX, clientY }) {
    const cell = this.#heat.cellAt(clientX, clientY);
    if (cell) this.#go(...cell);
  }

  #go(row, column) {
    const [before, beside] = this.#heat.active ?? [];
    if (row === before && column === beside) return;
    this.#heat.active = [row, column];
    this.#heat.draw();
    this.#say(row, column, this.#matrix.values[row * this.#matrix.columns + column]);
  }

  #pressed(event) {
    if (event.altKey || event.metaKey) return;
    const { rows, columns } = this.#matrix;
    const [row, column] = this.#heat.active ?? [0, 0];
    const target = {
      Home: [event.ctrlKey ? 0 : row, 0],
      End: [event.ctrlKey ? rows - 1 : row, columns - 1],
      PageUp: [row - 10, column],
      PageDown: [row + 10, column],
    }[event.key];
    const step = !event.ctrlKey && STEPS[event.key];
    if (!target && !step) return;
    event.preventDefault();
    const [toRow, toColumn] = target ?? [row + step[0], column + step[1]];
    this.#go(Math.min(rows - 1, Math.max(0, toRow)), Math.min(columns - 1, Math.max(0, toColumn)));
  }
}
