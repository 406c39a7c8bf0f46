/** Two calls beside each other: what was sent and what was answered, line by line. */

import { folded, isSame, rowsOf } from "lib/differences.js";
import { t } from "lib/i18n.js";
import { laidOut } from "lib/json-text.js";
import { make, makeButton } from "lib/make.js";
import { request } from "lib/requests.js";
import { parsed } from "lib/sse-events.js";
import { choose, listen } from "lib/tabs.js";

const ANSWERED = new Set(["text", "reasoning", "tool_call", "tool_result", "error"]);

export class WireDifference extends HTMLElement {
  #pair;
  #stop = new AbortController();

  /** `before` and `after` are exchanges. */
  static open(before, after) {
    document.querySelector("wire-difference")?.remove();
    const view = document.createElement("wire-difference");
    view.#pair = [before, after];
    document.body.append(view);
    view.#show();
  }

  disconnectedCallback() {
    this.#stop.abort();
  }

  #show() {
    this.innerHTML = `
      <dialog class="dialog wire-difference" aria-labelledby="difference-title" closedby="any">
        <header class="dialog-head"><h2 id="difference-title"></h2><button class="icon-button" type="button"><span class="icon icon-x" aria-hidden="true"></span></button></header>
        <div class="segments" role="tablist">
          <button type="button" role="tab" id="difference-tab-sent" aria-controls="difference-sent" aria-selected="true"></button>
          <button type="button" role="tab" id="difference-tab-answer" aria-controls="difference-answer" aria-selected="false" tabindex="-1"></button>
        </div>
        <section id="difference-sent" role="tabpanel" aria-labelledby="difference-tab-sent" tabindex="0" aria-busy="true"></section>
        <section id="difference-answer" role="tabpanel" aria-labelledby="difference-tab-answer" tabindex="0" aria-busy="true" hidden></section>
      </dialog>`;
    const dialog = this.querySelector("dialog");
    const tabs = this.querySelector("[role=tablist]");
    this.querySelector("h2").textContent = t("What differs");
    this.querySelector("button").ariaLabel = t("Close");
    tabs.ariaLabel = t("What to see");
    for (const [id, words] of [["sent", t("Sent")], ["answer", t("Answer")]]) this.querySelector(`#difference-tab-${id}`).textContent = words;
    this.querySelector("button").addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => this.remove());
    listen(tabs, this.#stop.signal);
    choose(tabs, tabs.firstElementChild);
    dialog.showModal();
    this.#fill("sent", sentOf);
    this.#fill("answer", answerOf);
  }

  async #fill(name, read) {
    const section = this.querySelector(`#difference-${name}`);
    try {
      const texts = await Promise.all(this.#pair.map(read));
      section.replaceChildren(drawn(rowsOf(...texts)));
    } catch (error) {
      section.replaceChildren(make("p", "notice notice-bad", error.message));
    }
    section.ariaBusy = null;
  }
}

const json = async (url) => (await request("GET", url)).json();
const sentOf = async (exchange) => laidOut(await json(`/exchanges/${exchange}/sent.json`));

/** What it said, as one reads it; a document where it was no reply. */
async function answerOf(exchange) {
  const { events } = await json(`/exchanges/${exchange}/replay/`);
  const said = events.filter(({ kind }) => ANSWERED.has(kind));
  if (said.length) return joined(said);
  const { chunks } = await json(`/exchanges/${exchange}/received.json`);
  const text = chunks.map((chunk) => chunk.text).join("");
  const value = parsed(text);
  return value === undefined ? text : laidOut(value);
}

function joined(events) {
  let text = "";
  let before = "";
  for (const event of events) {
    const key = `${event.kind} ${event.index ?? ""}`;
    if (key !== before) text += `${text ? "\n\n" : ""}${event.kind === "text" ? "" : `[${event.name || event.kind}]\n`}`;
    text += event.text;
    before = key;
  }
  return text;
}

function drawn(rows) {
  if (isSame(rows)) return make("p", "empty", t("There is no difference."));
  const table = make("table", "diff");
  const head = table.createTHead().insertRow();
  for (const words of [t("Before"), t("Now")]) head.append(Object.assign(make("th", "", words), { scope: "col" }));
  const body = table.createTBody();
  for (const run of folded(rows)) body.append(...(run.isFolded ? [foldRow(run.rows)] : run.rows.map(tableRow)));
  return table;
}

function foldRow(rows) {
  const row = make("tr", "diff-fold");
  const cell = row.insertCell();
  cell.colSpan = 2;
  const button = makeButton("button button-quiet", t("%(count)s equal lines", { count: rows.length }));
  button.addEventListener("click", () => row.replaceWith(...rows.map(tableRow)));
  cell.append(button);
  return row;
}

function tableRow({ kind, left, right }) {
  const row = make("tr");
  row.dataset.kind = kind;
  row.append(cellOf(left, "del"), cellOf(right, "ins"));
  return row;
}

function cellOf(pieces, mark) {
  const cell = make("td");
  for (const [text, isMarked] of pieces ?? []) cell.append(isMarked ? make(mark, "", text) : text);
  return cell;
}

customElements.define("wire-difference", WireDifference);
