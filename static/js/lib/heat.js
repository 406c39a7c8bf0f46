/** A heat map on a canvas: cells in colours of the theme, values where there is room, and which cell is meant. */

const LABELS_PX = 132; // room for the beginnings of the texts at the left
const NUMBERS_PX = 30; // room for their numbers
const LARGEST_CELL = 64;
const VALUE_CELL = 38; // from this size on a cell says its value
const NUMBER_CELL = 13; // and from this its row has a number
const NARROW = 560;
const HIGHEST_MAP = 1600;
const LOWEST_MAP = 120;

export class Heat {
  active = null; // [row, column]
  #canvas;
  #matrix = null;
  #ramp = [];
  #inks = ["#000", "#fff"];
  #wide = 0; // of a cell
  #high = 0;
  #left = 0;
  #top = 0;

  constructor(canvas) {
    this.#canvas = canvas;
  }

  /** `low` and `high` get the ends of the ramp; `stops` names the colours, from low to high. */
  show(matrix, { low, high, stops, labels }) {
    this.#matrix = { ...matrix, low, high, labels };
    this.#takeColours(stops);
    this.draw();
  }

  #takeColours(stops) {
    const host = this.#canvas.parentElement;
    const colours = stops.map((name) => rgb(host, name));
    this.#inks = ["--heat-dark", "--heat-light"].map((name) => rgb(host, name));
    this.#ramp = Array.from({ length: 256 }, (_, place) => between(colours, place / 255));
  }

  draw() {
    const { rows, columns, labels } = this.#matrix;
    const width = Math.max(this.#canvas.parentElement.clientWidth, 120);
    this.#measure(width, columns, rows);
    const size = [this.#left + this.#wide * columns, this.#top + this.#high * rows];
    const scale = devicePixelRatio || 1;
    const context = this.#canvas.getContext("2d");
    [this.#canvas.width, this.#canvas.height] = size.map((side) => Math.round(side * scale));
    this.#canvas.style.width = `${size[0]}px`;
    this.#canvas.style.height = `${size[1]}px`;
    context.scale(scale, scale);
    context.imageSmoothingEnabled = false;
    context.drawImage(this.#cells(), this.#left, this.#top, this.#wide * columns, this.#high * rows);
    if (Math.min(this.#wide, 2 * this.#high) >= VALUE_CELL) this.#values(context);
    if (this.#left) this.#names(context, labels);
    if (this.active) this.#frame(context);
  }

  /** Square cells, unless one side has so many more that the map would have no end, or be a mere line. */
  #measure(width, columns, rows) {
    const highest = HIGHEST_MAP / rows;
    const high = (wide) => Math.min(LARGEST_CELL, highest, Math.max(wide, LOWEST_MAP / rows));
    const room = width >= NARROW ? LABELS_PX : NUMBERS_PX;
    const beside = Math.min(LARGEST_CELL, (width - room) / columns); // the names
    const hasNames = high(beside) >= NUMBER_CELL;
    this.#left = hasNames ? room : 0;
    this.#wide = whole(hasNames ? beside : Math.min(LARGEST_CELL, width / columns));
    this.#high = whole(high(this.#wide));
    this.#top = hasNames && this.#wide >= NUMBER_CELL ? 22 : 0;
  }

  /** A pixel each; the canvas makes them larger. */
  #cells() {
    const { values, rows, columns, low, high } = this.#matrix;
    const picture = new ImageData(columns, rows);
    for (let place = 0; place < values.length; place += 1) {
      const colour = this.#colour(values[place], low, high);
      for (let part = 0; part < 3; part += 1) picture.data[place * 4 + part] = colour[part];
      picture.data[place * 4 + 3] = 255;
    }
    const small = new OffscreenCanvas(columns, rows);
    small.getContext("2d").putImageData(picture, 0, 0);
    return small;
  }

  #colour(value, low, high) {
    const share = high > low ? (value - low) / (high - low) : 1;
    return this.#ramp[Math.round(255 * Math.min(1, Math.max(0, share)))];
  }

  #values(context) {
    const { values, columns, low, high } = this.#matrix;
    const { fontFamily } = getComputedStyle(this.#canvas);
    context.font = `${this.#wide >= 48 ? 12 : 11}px ${fontFamily}`;
    [context.textAlign, context.textBaseline] = ["center", "middle"];
    values.forEach((value, place) => {
      const [row, column] = [Math.floor(place / columns), place % columns];
      context.fillStyle = css(readable(this.#colour(value, low, high), this.#inks));
      context.fillText(fixed(value), ...this.#middle(row, column));
    });
  }

  #middle(row, column) {
    return [this.#left + (column + 0.5) * this.#wide, this.#top + (row + 0.5) * this.#high];
  }

  #names(context, labels) {
    const { rows, columns } = this.#matrix;
    const style = getComputedStyle(this.#canvas);
    context.font = `12px ${style.fontFamily}`;
    context.fillStyle = style.color;
    [context.textAlign, context.textBaseline] = ["right", "middle"];
    for (let row = 0; row < rows; row += 1) {
      context.fillText(this.#name(context, labels.rows[row], row), this.#left - 8, this.#middle(row, 0)[1]);
    }
    context.textAlign = "center";
    for (let column = 0; this.#top && column < columns; column += 1) {
      if (this.#wide >= 18 || column % 2 === 0) context.fillText(String(column + 1), this.#middle(0, column)[0], this.#top / 2);
    }
  }

  /** As much of a text as there is room for, with its number. */
  #name(context, text, row) {
    const number = String(row + 1);
    if (this.#left < LABELS_PX) return number;
    const room = this.#left - 14;
    const letters = [...text.replace(/\s+/g, " ")];
    const whole = `${letters.slice(0, 40).join("")}  ${number}`;
    if (context.measureText(whole).width <= room && letters.length <= 40) return whole;
    let count = Math.min(letters.length, 40);
    while (count && context.measureText(`${letters.slice(0, count).join("")}…  ${number}`).width > room) count -= 1;
    return `${letters.slice(0, count).join("")}…  ${number}`;
  }

  #frame(context) {
    const [row, column] = this.active;
    const [wide, high] = [Math.max(this.#wide, 6), Math.max(this.#high, 6)];
    const [x, y] = this.#middle(row, column);
    for (const [width, ink] of [[4, this.#inks[1]], [2, this.#inks[0]]]) {
      context.lineWidth = width;
      context.strokeStyle = css(ink);
      context.strokeRect(x - wide / 2, y - high / 2, wide, high);
    }
  }

  /** Which cell is at this place of the page, or null. */
  cellAt(clientX, clientY) {
    const box = this.#canvas.getBoundingClientRect();
    const column = Math.floor((clientX - box.left - this.#left) / this.#wide);
    const row = Math.floor((clientY - box.top - this.#top) / this.#high);
    const { rows, columns } = this.#matrix;
    return row >= 0 && row < rows && column >= 0 && column < columns ? [row, column] : null;
  }
}

/** Any colour of the style sheet as three numbers: a browser tells oklch() as it stands, so one pixel is painted. */
function rgb(host, name) {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  host.append(probe);
  const pixel = new OffscreenCanvas(1, 1).getContext("2d");
  pixel.fillStyle = getComputedStyle(probe).color;
  probe.remove();
  pixel.fillRect(0, 0, 1, 1);
  return [...pixel.getImageData(0, 0, 1, 1).data.slice(0, 3)];
}

export function between(colours, share) {
  const at = share * (colours.length - 1);
  const place = Math.min(Math.floor(at), colours.length - 2);
  return colours[place].map((number, n) => Math.round(number + (colours[place + 1][n] - number) * (at - place)));
}

/** Sharp edges, where a cell has room for them. */
const whole = (side) => (side >= NUMBER_CELL ? Math.floor(side) : side);

/** Never "-0.00". */
const fixed = (value) => (Math.abs(value) < 0.005 ? 0 : value).toFixed(2);

const css = ([r, g, b]) => `rgb(${r} ${g} ${b})`;

function luminance(colour) {
  const [r, g, b] = colour.map((number) => (number / 255 <= 0.04045 ? number / 255 / 12.92 : ((number / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** The one of `inks` that is read more easily on `ground`. */
export function readable(ground, inks) {
  const on = luminance(ground);
  const contrast = (ink) => {
    const [dark, light] = [on, luminance(ink)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  return contrast(inks[0]) >= contrast(inks[1]) ? inks[0] : inks[1];
}
