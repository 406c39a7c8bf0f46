/** Vectors as the embedding bench needs them: unpacked, compared, and laid out on a plane. Pure; no page, no words. */

const TURN_MS = 24; // how long one computes before the page may draw
const MOST_STEPS = 100; // towards an axis of the map

/** Little-endian float32 in base64. */
export function unpack(text) {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let place = 0; place < letters.length; place += 1) bytes[place] = letters.charCodeAt(place);
  return new Float32Array(bytes.buffer);
}

export const norm = (vector) => Math.sqrt(dot(vector, vector));

/** Four sums at once: each addition would wait for the one before it, and a page has 400 million of them. */
function dot(one, other) {
  const count = one.length;
  const even = count - (count % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let place = 0; place < even; place += 4) {
    a += one[place] * other[place];
    b += one[place + 1] * other[place + 1];
    c += one[place + 2] * other[place + 2];
    d += one[place + 3] * other[place + 3];
  }
  for (let place = even; place < count; place += 1) a += one[place] * other[place];
  return a + b + c + d;
}

/** Of length 1; one that has no length stays as it is. */
function unit(vector) {
  const length = norm(vector);
  return length ? vector.map((number) => number / length) : vector;
}

/** May these be compared at all? Only vectors of one model, and of one length. */
export const areComparable = (one, other) => one.model === other.model && one.dimensions === other.dimensions;

/** Cosines of each row with each column as {values, rows, columns}; `others` left out: of the vectors with each other. */
export async function similarities(vectors, others = null) {
  const rows = vectors.map(unit);
  const columns = others ? others.map(unit) : rows;
  const values = new Float32Array(rows.length * columns.length);
  let since = performance.now();
  for (let row = 0; row < rows.length; row += 1) {
    for (let column = others ? 0 : row; column < columns.length; column += 1) {
      const cosine = dot(rows[row], columns[column]);
      values[row * columns.length + column] = cosine;
      if (!others) values[column * columns.length + row] = cosine;
    }
    if (performance.now() - since < TURN_MS) continue;
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  }
  return { values, rows: rows.length, columns: columns.length };
}

/** How much more alike the first finds each pair than the second. */
export function difference(first, second) {
  return { ...first, values: first.values.map((value, place) => value - second.values[place]) };
}

/** The lowest and the highest value; a text with itself says nothing. */
export function range({ values, rows, columns }, isSquare = rows === columns) {
  let [low, high] = [Infinity, -Infinity];
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      if (isSquare && row === column) continue;
      const value = values[row * columns + column];
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? [low, high] : [0, 1];
}

/** The `most` columns that are most alike to a row, itself left out: [{index, score}], best first. */
export function nearest({ values, columns }, row, most = 3, isSquare = true) {
  return Array.from({ length: columns }, (_, index) => ({ index, score: values[row * columns + index] }))
    .filter(({ index }) => !isSquare || index !== row)
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, most);
}

/** The two directions in which the texts differ most (PCA), from their cosines: {points: [[x, y]], share} */
export function plane({ values, rows: count }) {
  const centred = centre(values, count);
  const whole = trace(centred, count);
  const axes = [];
  for (let turn = 0; turn < 2; turn += 1) axes.push(strongest(centred, count, turn));
  const along = ({ strength, axis }) => axis.map((number) => number * Math.sqrt(Math.max(strength, 0)));
  const [x, y] = axes.map(along);
  const share = whole > 0 ? axes.reduce((sum, { strength }) => sum + Math.max(strength, 0), 0) / whole : 0;
  return { points: Array.from({ length: count }, (_, place) => [x[place], y[place]]), share: Math.min(share, 1) };
}

/** Double centring, as if the mean had been taken off every vector. */
function centre(values, count) {
  const means = Array.from({ length: count }, (_, row) => {
    let sum = 0;
    for (let column = 0; column < count; column += 1) sum += values[row * count + column];
    return sum / count;
  });
  const mean = means.reduce((sum, one) => sum + one, 0) / count;
  return Float64Array.from(values, (value, place) => value - means[Math.floor(place / count)] - means[place % count] + mean);
}

function trace(matrix, count) {
  let sum = 0;
  for (let place = 0; place < count; place += 1) sum += matrix[place * count + place];
  return sum;
}

/** The strongest axis by power iteration, which is taken off `matrix`; begins at the same place each time. */
function strongest(matrix, count, turn) {
  let axis = unit(Float64Array.from({ length: count }, (_, place) => Math.sin(place * 12.9898 + turn + 1)));
  let strength = 0;
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const next = times(matrix, axis);
    const length = norm(next);
    if (length < 1e-9) return { strength: 0, axis };
    const fresh = next.map((number) => number / length);
    const isStill = Math.abs(length - strength) < 1e-6 * length && step > 20;
    [axis, strength] = [fresh, length];
    if (isStill) break;
  }
  for (let place = 0; place < matrix.length; place += 1) {
    matrix[place] -= strength * axis[Math.floor(place / count)] * axis[place % count];
  }
  return { strength, axis };
}

function times(matrix, axis) {
  const count = axis.length;
  return Float64Array.from(axis, (_, row) => dot(matrix.subarray(row * count, (row + 1) * count), axis));
}

/** A table as a CSV file has it. */
export function csv(rows) {
  const cell = (value) => (/[",\n\r]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value));
  return `\ufeff${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}
