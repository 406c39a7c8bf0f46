/** Answers side by side as one row of the list: `<side-by-side>` holds an article per column; all else is one article a row. */

import { localTimes } from "lib/times.js";

const TAG = "side-by-side";
const KEPT = new Set(["data-open", "data-fits"]); // set in the browser, unknown to the server

/** The child of the list that `article` stands in, itself where it stands alone. */
export const rowOf = (article) => article?.closest(TAG) ?? article;

export const articlesOf = (row) => (row.localName === TAG ? [...row.querySelectorAll(".message")] : [row]);

/** The same for an old and a newer row; a question has one row of columns. */
export const keyOf = (row) => (row.localName === TAG ? `columns of ${row.dataset.parent}` : row.dataset.message);

/** A row before its rows in the database: `template` has one column, `names` has one for each. */
export function pendingColumns(template, { client_id, names }) {
  const drawn = document.importNode(template.content.firstElementChild, true);
  const row = document.createElement(TAG); // not in the template: its script is fetched when one is needed
  row.append(...drawn.children);
  takeAttributes(row, drawn);
  row.dataset.client = client_id;
  row.dataset.count = names.length;
  const [first] = row.querySelectorAll(".side-column");
  first.after(...names.slice(1).map(() => first.cloneNode(true)));
  articlesOf(row).forEach((article, n) => {
    article.dataset.client = client_id;
    article.querySelector(".message-model").textContent = names[n];
  });
  return row;
}

/** Makes `mine` like the server's newer row; `morph(article, fresh)` does it for each column that both have. */
export async function takeColumns(mine, fresh, morph) {
  const { Idiomorph } = await import("idiomorph");
  takeAttributes(mine, fresh);
  for (const part of [".columns-head", ".columns-foot"]) Idiomorph.morph(mine.querySelector(part), fresh.querySelector(part), { morphStyle: "outerHTML" });
  const old = new Map([...mine.querySelectorAll(".side-column")].map((column) => [messageOf(column), column]));
  const columns = [...fresh.querySelectorAll(".side-column")].map((column) => takeColumn(old.get(messageOf(column)), column, morph, Idiomorph));
  const list = mine.querySelector(".side-columns");
  for (const column of old.values()) if (!columns.includes(column)) column.remove();
  columns.forEach((column, n) => list.children[n] === column || list.insertBefore(column, list.children[n] ?? null));
  localTimes(mine);
}

const messageOf = (column) => column.querySelector(".message")?.dataset.message; // none where it was just deleted

function takeColumn(mine, fresh, morph, Idiomorph) {
  if (!mine) return fresh;
  morph(mine.querySelector(".message"), fresh.querySelector(".message"));
  takeAttributes(mine, fresh);
  Idiomorph.morph(mine.querySelector(".side-acts"), fresh.querySelector(".side-acts"), { morphStyle: "outerHTML" });
  return mine;
}

function takeAttributes(mine, fresh) {
  for (const { name } of [...mine.attributes]) if (!fresh.hasAttribute(name) && !KEPT.has(name)) mine.removeAttribute(name);
  for (const { name, value } of fresh.attributes) mine.setAttribute(name, value);
}
