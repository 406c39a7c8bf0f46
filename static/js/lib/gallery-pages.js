/** The pages of a gallery as sections: justified, their heights known, and out of the document while they are far away. */

import { heightOf, rowsOf, spans, nearest } from "lib/justified.js";

export const GAP = 6;
const NEAR = "200% 0px"; // of the view, above and below

export class GalleryPages {
  #box;
  #sections = [];
  #width = 0;
  #watcher;

  /** `box` gets the sections; `root` is what scrolls. */
  constructor(box, root) {
    this.#box = box;
    this.#watcher = new IntersectionObserver((all) => all.forEach((one) => this.#seen(one)), { root, rootMargin: NEAR });
    this.#width = box.clientWidth;
  }

  stop() {
    this.#watcher.disconnect();
  }

  get count() {
    return this.#sections.reduce((sum, { tiles }) => sum + tiles.length, 0);
  }

  get isEmpty() {
    return !this.#sections.length;
  }

  clear() {
    this.#watcher.disconnect();
    for (const { ul } of this.#sections) ul.remove();
    this.#sections = [];
  }

  /** One more page below; what stood in an unfinished row goes into it. */
  add(ul, before = null) {
    const tiles = [...ul.querySelectorAll(":scope > .piece")];
    if (!tiles.length) return;
    if (!ul.isConnected) this.#box.insertBefore(ul, before);
    this.#sections.push({ ul, tiles, ratios: [], rows: [], isThere: true });
    this.#flow(Math.max(0, this.#sections.length - 2));
    this.#watcher.observe(ul);
  }

  /** After the width has changed. */
  resize() {
    const width = this.#box.clientWidth;
    if (!width || width === this.#width) return;
    this.#width = width;
    this.#flow(0);
  }

  get #height() {
    return this.#width < 600 ? 128 : 208;
  }

  /** Lays out from a section on; only the last row of all may be unfinished. */
  #flow(first) {
    for (let index = first; index < this.#sections.length; index += 1) {
      const section = this.#sections[index];
      this.#measure(section);
      const next = this.#sections[index + 1];
      if (next && !section.rows.at(-1).isFull && section.rows.length > 1) this.#handDown(section, next);
      this.#draw(section);
    }
  }

  #handDown(section, next) {
    const { from } = section.rows.pop();
    const moved = section.tiles.splice(from);
    section.ratios.splice(from);
    next.tiles.unshift(...moved);
    if (next.isThere) next.ul.prepend(...moved);
    else for (const tile of moved) tile.remove();
  }

  #measure(section) {
    section.ratios = section.tiles.map(({ dataset }) => Number(dataset.ratio) || 1);
    section.rows = rowsOf(section.ratios, this.#width, this.#height, GAP);
  }

  #draw(section) {
    section.ul.style.blockSize = `${heightOf(section.rows, GAP).toFixed(2)}px`;
    if (!section.isThere) return;
    let top = 0;
    for (const row of section.rows) {
      spans(section.ratios, row, GAP).forEach(([left, right], place) => set(section.tiles[row.from + place], left, top, right - left, row.height));
      top += row.height + GAP;
    }
  }

  #seen({ target, isIntersecting }) {
    const section = this.#sections.find(({ ul }) => ul === target);
    if (!section || section.isThere === isIntersecting) return;
    if (isIntersecting) this.#bring(section);
    else if (!target.contains(document.activeElement)) this.#take(section);
  }

  #bring(section) {
    section.isThere = true;
    this.#draw(section);
    section.ul.replaceChildren(...section.tiles);
  }

  #take(section) {
    section.isThere = false;
    section.ul.replaceChildren();
  }

  // Walking

  /** The tile `steps` further on, or null. */
  beside(tile, steps) {
    const all = this.#sections.flatMap(({ tiles }) => tiles);
    return all[all.indexOf(tile) + steps] ?? null;
  }

  get first() {
    return this.#sections[0]?.tiles[0] ?? null;
  }

  get last() {
    return this.#sections.at(-1)?.tiles.at(-1) ?? null;
  }

  /** The tile above (-1) or below (1), nearest to the middle of this one. */
  across(tile, steps) {
    const rows = this.#sections.flatMap((section) => section.rows.map((row) => ({ section, row })));
    const at = rows.findIndex(({ section, row }) => section.tiles.slice(row.from, row.to).includes(tile));
    const target = rows[at + steps];
    if (at < 0 || !target) return null;
    const { section, row } = rows[at];
    const [left, right] = spans(section.ratios, row, GAP)[section.tiles.indexOf(tile) - row.from];
    return target.section.tiles[nearest(target.section.ratios, target.row, (left + right) / 2, GAP)];
  }

  /** Is in the document when this returns. */
  ensure(tile) {
    const section = this.#sections.find(({ tiles }) => tiles.includes(tile));
    if (section && !section.isThere) this.#bring(section);
  }
}

function set(tile, left, top, width, height) {
  tile.style.cssText = `inset-inline-start:${left.toFixed(2)}px;inset-block-start:${top.toFixed(2)}px;inline-size:${width.toFixed(2)}px;block-size:${height.toFixed(2)}px`;
}
