/** Sound as its waveform with a play head: press, drag or use the arrows to move in it. */

import { html, render, svg } from "lit-html";

import { t } from "lib/i18n.js";
import { lengthText } from "lib/measures.js";
import { lookAfter, nextSpeed, placeOf, seek, speed, speedText, takeKey, toggle } from "lib/playback.js";
import { bars } from "lib/waveform.js";

const BARS = 72;

class AudioPlayer extends HTMLElement {
  static observedAttributes = ["data-src"];
  #undo = null;
  #box = null;
  #frame = 0;

  connectedCallback() {
    this.#start();
    this.addEventListener("keydown", this.#keyed);
  }

  disconnectedCallback() {
    this.#undo?.();
    this.#undo = null;
    cancelAnimationFrame(this.#frame);
    this.removeEventListener("keydown", this.#keyed);
  }

  /** Another address means that the server's HTML has replaced what stood here. */
  attributeChangedCallback(name, old) {
    if (old !== null && this.isConnected) queueMicrotask(() => this.isConnected && this.#start());
  }

  get #audio() {
    return this.querySelector("audio");
  }

  get #length() {
    return this.#audio.duration > 0 && this.#audio.duration < Infinity ? this.#audio.duration : Number(this.dataset.duration);
  }

  get #place() {
    return this.#audio.readyState > 0 ? this.#audio.currentTime : placeOf(this.dataset.key);
  }

  #start() {
    this.#undo?.();
    this.#box?.remove();
    this.#box = Object.assign(document.createElement("div"), { className: "sound" });
    this.append(this.#box);
    this.#audio.controls = false;
    const undo = lookAfter(this.#audio, this.dataset.key);
    const types = ["play", "pause", "ended", "seeked", "ratechange", "loadedmetadata", "error"];
    for (const type of types) this.#audio.addEventListener(type, this.#draw);
    const audio = this.#audio;
    this.#undo = () => {
      undo();
      for (const type of types) audio.removeEventListener(type, this.#draw);
    };
    this.#draw();
  }

  #draw = () => {
    render(this.#template(), this.#box);
    this.#move();
    cancelAnimationFrame(this.#frame);
    if (!this.#audio.paused) this.#frame = requestAnimationFrame(this.#follow);
  };

  #follow = () => {
    this.#move();
    if (!this.#audio.paused) this.#frame = requestAnimationFrame(this.#follow);
  };

  /** Only the play head and the time: nothing is drawn anew sixty times a second. */
  #move() {
    const [place, length] = [this.#place, this.#length];
    const part = length > 0 ? Math.min(1, place / length) : 0;
    const track = this.#box.querySelector(".sound-track");
    track.style.setProperty("--played", `${(part * 100).toFixed(2)}%`);
    const words = t("%(place)s of %(length)s", { place: lengthText(place), length: lengthText(length) });
    if (track.ariaValueText === words) return;
    track.ariaValueNow = String(Math.round(place));
    track.ariaValueText = words;
    this.#box.querySelector(".sound-time").textContent = lengthText(place > 0 ? place : length);
  }

  #template() {
    const { paused, error, playbackRate, readyState } = this.#audio;
    const { name } = this.dataset;
    const pace = speedText(readyState > 0 ? playbackRate : speed());
    const path = bars((this.dataset.levels || "").split(" ").filter(Boolean).map(Number), BARS);
    return html`
      <button class="sound-play" type="button" @click=${() => toggle(this.#audio)} aria-label=${paused ? t("Play %(name)s", { name }) : t("Pause")}>
        <span class="icon ${paused ? "icon-play" : "icon-pause"}" aria-hidden="true"></span>
      </button>
      <div class="sound-track" role="slider" tabindex="0" aria-label=${t("Place in %(name)s", { name })} aria-valuemin="0" aria-valuemax=${Math.round(this.#length)} @pointerdown=${this.#pressed} @pointermove=${this.#dragged}>
        <svg viewBox="0 0 ${BARS * 4 - 2} 32" preserveAspectRatio="none" aria-hidden="true">${svg`<path d=${path}></path>`}</svg>
        <svg class="sound-played" viewBox="0 0 ${BARS * 4 - 2} 32" preserveAspectRatio="none" aria-hidden="true">${svg`<path d=${path}></path>`}</svg>
      </div>
      <span class="sound-time"></span>
      <button class="sound-speed" type="button" @click=${() => nextSpeed(this.#audio)} aria-label=${t("Speed: %(speed)s", { speed: pace })}>${pace}</button>
      ${error ? html`<p class="play-failure">${t("This browser cannot play this sound. It can be downloaded.")}</p>` : ""}
    `;
  }

  #pressed = (event) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    this.#seekTo(event);
  };

  #dragged = (event) => {
    if (event.currentTarget.hasPointerCapture(event.pointerId)) this.#seekTo(event);
  };

  #seekTo({ currentTarget, clientX }) {
    const { left, width } = currentTarget.getBoundingClientRect();
    const part = Math.max(0, Math.min(1, (clientX - left) / width));
    if (this.#audio.readyState === 0) this.#audio.load();
    this.#audio.preload = "metadata";
    seek(this.#audio, part * this.#length);
    currentTarget.style.setProperty("--played", `${(part * 100).toFixed(2)}%`);
  }

  #keyed = (event) => takeKey(event, this.#audio);
}

customElements.define("audio-player", AudioPlayer);
