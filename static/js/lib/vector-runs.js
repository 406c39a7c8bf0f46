/** A run's lists as they are stored, and whether the vectors of two runs may stand in one table. */

import { t } from "lib/i18n.js";
import { areComparable, unpack } from "lib/vectors.js";

export function readRun(text) {
  const { texts, models = [] } = JSON.parse(text);
  return { texts, models: models.map((model) => ({ ...model, vectors: model.vectors.map(unpack) })) };
}

/** {other} out of `models`, or {refusal} with words why none of them will do. */
export function together(mine, models) {
  const other = models.find((one) => areComparable(mine, one));
  if (other) return { other };
  const same = models.find(({ model }) => model === mine.model);
  if (same) {
    const numbers = { model: mine.model, mine: mine.dimensions, other: same.dimensions };
    return { refusal: t("Here %(model)s gave %(mine)s dimensions, there %(other)s: such vectors cannot be compared. Run one of them again with the dimensions of the other.", numbers) };
  }
  const names = { mine: mine.model, other: models.map(({ model }) => model).join(", ") || "–" };
  return { refusal: t("The vectors here are of %(mine)s, those there of %(other)s: vectors of different models cannot be compared.", names) };
}
