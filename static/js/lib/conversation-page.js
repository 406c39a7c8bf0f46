/** The messages on the page, as the composer needs to know them: lib/standing.js asks, elements/message-list.js draws. */

const WITH_ROW = ":not([data-message=''])";
const all = (selector) => [...document.querySelectorAll(`message-list .message${WITH_ROW}${selector}`)];

export const isShown = (message) => Boolean(document.getElementById(`m${message}`));

/** In the order of the page: [{message, status}]; of answers side by side the one that the person goes on with comes last. */
export function replies() {
  const articles = all("[data-role=assistant]");
  for (const column of document.querySelectorAll("message-list .side-column[data-chosen]")) toEnd(articles, column);
  return articles.map(({ dataset }) => ({ message: Number(dataset.message), status: dataset.status }));
}

/** The article of `column` behind those beside it. */
function toEnd(articles, column) {
  const beside = [...column.parentElement.querySelectorAll(".message")];
  const last = articles.indexOf(beside.at(-1));
  const at = articles.indexOf(column.querySelector(".message"));
  if (at >= 0 && last > at) articles.splice(last, 0, ...articles.splice(at, 1));
}

/** The question that this page waits for, kept with its address so that a reload knows it. */
export const page = {
  isShown,
  replies,
  get mark() {
    return history.state?.pending;
  },
  set mark(pending) {
    history.replaceState({ ...history.state, pending }, "");
  },
};

/** Opens the person's last message for editing, as its own button does. */
export function editLast() {
  const mine = all(`[data-role=user][data-author="${document.body.dataset.user}"]`);
  mine.at(-1)?.querySelector("[data-action=edit]")?.click();
}

/** A generation that was made of this question, or 0. */
export function generationOf(question) {
  const card = document.querySelector(`message-list .message[data-parent="${Number(question)}"] generation-card[data-generation]`);
  return Number(card?.dataset.generation ?? 0);
}
