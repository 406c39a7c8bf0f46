/** What came back: a stream as its events with their times, anything else as one document. */

import "elements/json-tree.js";
import { t } from "lib/i18n.js";
import { make, makeButton } from "lib/make.js";
import { sizeText } from "lib/measures.js";
import { request } from "lib/requests.js";
import { eventsOf, gist, parsed } from "lib/sse-events.js";
import { inSeconds } from "lib/times.js";

const AT_ONCE = 100;
const PREVIEW = 200; // characters of an event's line

class WireChunks extends HTMLElement {
  #isAsked = false;

  /** Fetches once; again after a failure. */
  async load() {
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.ariaBusy = "true";
    try {
      const response = await request("GET", `/exchanges/${Number(this.dataset.exchange)}/received.json`);
      this.#draw(await response.json());
    } catch (error) {
      this.#isAsked = false;
      this.replaceChildren(make("p", "notice notice-bad", error.message));
    }
    this.ariaBusy = null;
  }

  #draw({ content_type, chunks }) {
    const text = chunks.map((chunk) => chunk.text).join("");
    if (!text.trim()) return this.replaceChildren(make("p", "field-hint", t("Nothing came back.")));
    const whole = content_type.startsWith("text/event-stream") ? undefined : parsed(text);
    if (whole !== undefined) return this.#drawDocument(whole);
    const isStream = /^(data|event|:)/.test(text.trimStart());
    if (!isStream) return this.replaceChildren(rawOf(text));
    const list = make("ol", "wire-events");
    list.append(...rows(eventsOf(chunks)));
    this.replaceChildren(list);
  }

  #drawDocument(value) {
    const tree = document.createElement("json-tree");
    tree.value = value;
    this.replaceChildren(tree);
  }
}

function rows(events) {
  const nodes = events.slice(0, AT_ONCE).map(row);
  if (events.length <= AT_ONCE) return nodes;
  const item = make("li");
  const more = makeButton("button button-quiet", t("%(count)s more", { count: events.length - AT_ONCE }));
  more.addEventListener("click", () => item.replaceWith(...rows(events.slice(AT_ONCE))));
  item.append(more);
  return [...nodes, item];
}

function row(event) {
  const item = make("li");
  const time = make("span", "wire-at", inSeconds(event.at_s, 2)); // since it was sent
  if (event.left_out) item.append(time, make("span", "faint", t("%(bytes)s were not kept", { bytes: sizeText(event.left_out) })));
  else if (event.comment !== undefined) item.append(time, make("code", "faint", `: ${event.comment}`));
  else item.append(unfolding(event, time));
  return item;
}

function unfolding({ name, data }, time) {
  const details = make("details");
  const summary = make("summary");
  const value = parsed(data);
  summary.append(time, ...(name ? [make("b", "wire-event", name)] : []), make("code", "truncate", gist(data).slice(0, PREVIEW)));
  details.append(summary);
  const open = () => details.append(value === undefined ? rawOf(data) : treeOf(value));
  details.addEventListener("toggle", open, { once: true });
  return details;
}

const rawOf = (text) => Object.assign(make("pre", "wire-raw", text), { tabIndex: 0 }); // it scrolls

function treeOf(value) {
  const tree = document.createElement("json-tree");
  tree.value = value;
  return tree;
}

customElements.define("wire-chunks", WireChunks);
