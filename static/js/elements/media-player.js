/** A film in its place: a large button to begin, speed, the place kept. The browser's own controls do the rest. */

import { t } from "lib/i18n.js";
import { lookAfter, nextSpeed, placeOf, speed, speedText, takeKey } from "lib/playback.js";
import { lengthText } from "lib/measures.js";

class MediaPlayer extends HTMLElement {
  static observedAttributes = ["data-src"];
  #undo = null;

  connectedCallback() {
    this.#draw();
    this.addEventListener("keydown", this.#keyed, true);
  }

  disconnectedCallback() {
    this.#undo?.();
    this.#undo = null;
    this.removeEventListener("keydown", this.#keyed, true);
  }

  /** Another address means that the server's HTML has replaced what stood here. */
  attributeChangedCallback(name, old) {
    if (old !== null && this.isConnected) queueMicrotask(() => this.isConnected && this.#draw());
  }

  get #video() {
    return this.querySelector("video");
  }

  #draw() {
    this.#undo?.();
    for (const node of this.querySelectorAll("[data-drawn]")) node.remove();
    const begin = button("play-large", "icon-play", this.#beginLabel());
    const pace = button("play-speed", "", "");
    begin.addEventListener("click", () => this.#video.play().catch(() => {}));
    pace.addEventListener("click", () => nextSpeed(this.#video));
    this.append(begin, pace);
    this.style.setProperty("--ratio", (Number(this.dataset.width) / Number(this.dataset.height) || 16 / 9).toFixed(4));
    this.#say(pace, speed());
    this.#undo = this.#listen(begin, pace);
  }

  #listen(begin, pace) {
    const video = this.#video;
    const undo = lookAfter(video, this.dataset.key);
    const listeners = {
      play: () => (begin.hidden = true),
      ratechange: () => this.#say(pace, video.playbackRate),
      error: () => this.#fail(),
    };
    for (const [type, act] of Object.entries(listeners)) video.addEventListener(type, act);
    begin.hidden = !video.paused;
    return () => {
      undo();
      for (const [type, act] of Object.entries(listeners)) video.removeEventListener(type, act);
    };
  }

  #beginLabel() {
    const place = placeOf(this.dataset.key);
    const name = this.#video.getAttribute("aria-label");
    return place ? t("Play %(name)s from %(place)s", { name, place: lengthText(place) }) : t("Play %(name)s", { name });
  }

  #say(pace, value) {
    pace.textContent = speedText(value);
    pace.ariaLabel = t("Speed: %(speed)s", { speed: speedText(value) });
  }

  #fail() {
    if (this.querySelector(".play-failure")) return;
    const note = document.createElement("p");
    note.className = "play-failure";
    note.dataset.drawn = "";
    note.textContent = t("This browser cannot play this film. It can be downloaded.");
    this.append(note);
  }

  #keyed = (event) => takeKey(event, this.#video);
}

function button(name, icon, label) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = name;
  made.dataset.drawn = "";
  made.ariaLabel = label;
  if (icon) made.innerHTML = `<span class="icon ${icon}" aria-hidden="true"></span>`;
  return made;
}

customElements.define("media-player", MediaPlayer);
