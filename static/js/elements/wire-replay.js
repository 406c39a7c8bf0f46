/** A recorded reply once more, as fast as it came, four times as fast, or at once; nothing goes to the gateway. */

import { announce } from "lib/dom.js";
import { t } from "lib/i18n.js";
import { make, makeButton } from "lib/make.js";
import { sizeText } from "lib/measures.js";
import { Playing } from "lib/playing.js";
import { request } from "lib/requests.js";
import { inSeconds } from "lib/times.js";

const SPEEDS = [
  ["1", "1×"],
  ["4", "4×"],
  ["Infinity", null],
];
const NEAR_END = 24; // px
const GROWING = new Set(["text", "reasoning", "tool_call", "tool_result"]);
const FRAME = {
  request: (act) => setTimeout(act, 16), // goes on in a tab that nobody looks at
  cancel: clearTimeout,
  now: () => performance.now(),
};

class WireReplay extends HTMLElement {
  #playing = null;
  #last = null; // {key, node}: what grows while pieces of the same kind come

  connectedCallback() {
    if (!this.childElementCount) this.#build();
    this.addEventListener("click", this.#clicked);
  }

  disconnectedCallback() {
    this.#playing?.pause();
    this.removeEventListener("click", this.#clicked);
  }

  #build() {
    const tools = make("div", "wire-player");
    const play = makeButton("button", "", { play: "" });
    const speeds = make("div", "segments");
    speeds.role = "group";
    speeds.ariaLabel = t("Speed");
    speeds.append(...SPEEDS.map(([speed, label]) => speedButton(speed, label ?? t("At once"))));
    tools.append(play, speeds, make("span", "wire-clock faint"));
    const said = Object.assign(make("div", "wire-said"), { tabIndex: 0, role: "group", ariaLabel: t("Recording") });
    this.append(tools, said);
    this.#label();
  }

  #clicked = ({ target }) => {
    const speed = target.closest("[data-speed]");
    if (speed) this.#choose(speed);
    else if (target.closest("[data-play]")) this.#toggle().catch((error) => this.#fail(error));
  };

  get #speed() {
    return Number(this.querySelector("[data-speed][aria-pressed=true]").dataset.speed);
  }

  #choose(button) {
    for (const one of this.querySelectorAll("[data-speed]")) one.ariaPressed = String(one === button);
    if (this.#playing) this.#playing.speed = this.#speed;
  }

  async #toggle() {
    const playing = (this.#playing ??= await this.#load());
    if (playing.isPlaying) playing.pause();
    else {
      if (playing.isOver) this.#begin(playing);
      playing.speed = this.#speed;
      playing.play();
    }
    this.#label();
  }

  async #load() {
    const { exchange, message } = this.dataset; // one call, or all rounds of a reply
    const response = await request("GET", exchange ? `/exchanges/${Number(exchange)}/replay/` : `/messages/${Number(message)}/replay/`);
    const { events } = await response.json();
    return new Playing({ events, frame: FRAME, draw: (due, position) => this.#draw(due, position) });
  }

  #begin(playing) {
    playing.rewind();
    this.#last = null;
    this.querySelector(".wire-said").replaceChildren();
  }

  #draw(due, position) {
    const said = this.querySelector(".wire-said");
    const isAtEnd = said.scrollHeight - said.scrollTop - said.clientHeight < NEAR_END;
    for (const event of due) this.#show(event);
    if (isAtEnd) said.scrollTop = said.scrollHeight;
    this.querySelector(".wire-clock").textContent = `${inSeconds(position)} / ${inSeconds(this.#playing.length)}`;
    if (!this.#playing.isOver) return;
    this.#label();
    announce(t("The recording is over."));
  }

  #show(event) {
    const key = `${event.kind} ${event.index ?? ""}`;
    if (GROWING.has(event.kind) && this.#last?.key === key) return this.#last.node.append(event.text ?? "");
    const node = make("p", "wire-piece", wordsOf(event));
    node.dataset.kind = event.kind;
    this.#last = { key, node };
    this.querySelector(".wire-said").append(node);
  }

  #label() {
    const button = this.querySelector("[data-play]");
    const name = this.#playing?.isPlaying ? t("Pause") : this.#playing && !this.#playing.isOver ? t("Go on") : t("Replay");
    const icon = make("span", `icon icon-${this.#playing?.isPlaying ? "pause" : "play"}`);
    icon.ariaHidden = "true";
    button.replaceChildren(icon, name);
  }

  #fail(error) {
    this.querySelector(".wire-said").replaceChildren(make("p", "notice notice-bad", error.message));
  }
}

function wordsOf(event) {
  const { kind, text = "" } = event;
  if (kind === "tool_call") return `⚒ ${event.name || "…"} ${text}`;
  if (kind === "media") return `${text} · ${event.bytes ? sizeText(event.bytes) : event.url}`;
  if (kind === "citation") return `${text} ${event.url}`;
  if (kind === "usage") return t("%(in)s tokens in, %(out)s out", { in: event.tokens_in ?? "–", out: event.tokens_out ?? "–" });
  if (kind === "finished") return t("Finished: %(reason)s", { reason: text });
  if (kind === "gap") return t("%(bytes)s were not kept", { bytes: sizeText(event.bytes) });
  return text;
}

function speedButton(speed, label) {
  const button = makeButton("", label, { speed });
  button.ariaPressed = String(speed === "1");
  return button;
}

customElements.define("wire-replay", WireReplay);
