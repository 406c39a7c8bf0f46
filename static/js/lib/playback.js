/** What every player shares: one plays at a time, places and speed are kept, the same keys (promises.md, habit 25). */

import { kept } from "lib/kept.js";

export const SPEEDS = [0.75, 1, 1.25, 1.5, 2];
const PLACES = "media/places";
const SPEED = "media/speed";
const MOST_PLACES = 50;
const NEAR_S = 3; // from either end a film begins anew
const STEP_S = 5;

/** Begins to look after `media`, the film or sound `key`; returns what undoes it. */
export function lookAfter(media, key) {
  const listeners = {
    loadedmetadata: () => restore(media, key),
    play: () => pauseOthers(media),
    pause: () => keepPlace(media, key),
    ended: () => forgetPlace(key),
  };
  for (const [type, act] of Object.entries(listeners)) media.addEventListener(type, act);
  if (media.readyState > 0) restore(media, key);
  const leave = () => keepPlace(media, key);
  addEventListener("pagehide", leave);
  return () => {
    leave();
    removeEventListener("pagehide", leave);
    for (const [type, act] of Object.entries(listeners)) media.removeEventListener(type, act);
  };
}

function pauseOthers(media) {
  for (const other of document.querySelectorAll("video, audio")) if (other !== media && !other.paused) other.pause();
}

/** The place where somebody stopped, in seconds; 0 for a film that is new or was seen to its end. */
export const placeOf = (key) => kept.get(PLACES)?.[key] ?? 0;

function restore(media, key) {
  media.playbackRate = speed();
  const place = placeOf(key);
  if (place > NEAR_S && place < media.duration - NEAR_S && media.currentTime < 1) media.currentTime = place;
}

function keepPlace(media, key) {
  const { currentTime: place, duration } = media;
  if (!(place > 0)) return;
  if (place < NEAR_S || place > duration - NEAR_S) return forgetPlace(key);
  const { [key]: before, ...others } = kept.get(PLACES) ?? {};
  const entries = [...Object.entries(others), [`${key}`, Math.round(place * 10) / 10]];
  kept.set(PLACES, Object.fromEntries(entries.slice(-MOST_PLACES)));
}

function forgetPlace(key) {
  const { [key]: before, ...others } = kept.get(PLACES) ?? {};
  if (before !== undefined) kept.set(PLACES, others);
}

export const speed = () => kept.get(SPEED) ?? 1;

/** The next speed, for this player and those that start later. */
export function nextSpeed(media) {
  const next = SPEEDS[(SPEEDS.indexOf(media.playbackRate) + 1) % SPEEDS.length];
  media.playbackRate = next;
  kept.set(SPEED, next);
  return next;
}

export const speedText = (value) => `${value}×`;

export const toggle = (media) => (media.paused ? media.play().catch(() => {}) : media.pause());

/** Moves by `seconds`; before the first byte is there the place is set once it is. */
export function seek(media, to) {
  const place = Math.max(0, Math.min(to, media.duration || to));
  if (media.readyState > 0) media.currentTime = place;
  else media.addEventListener("loadedmetadata", () => (media.currentTime = place), { once: true });
}

/** True if the key meant the player: K or space, J L and arrows, M, F, and < > for the speed. */
export function takeKey(event, media) {
  if (event.metaKey || event.ctrlKey || event.altKey) return false;
  const act = actionOf(event, media);
  if (!act) return false;
  event.preventDefault();
  event.stopPropagation();
  act();
  return true;
}

function actionOf({ key, target }, media) {
  const isButton = target.matches?.("button, a");
  const actions = {
    " ": isButton ? null : () => toggle(media),
    k: () => toggle(media),
    j: () => seek(media, media.currentTime - 2 * STEP_S),
    l: () => seek(media, media.currentTime + 2 * STEP_S),
    ArrowLeft: () => seek(media, media.currentTime - STEP_S),
    ArrowRight: () => seek(media, media.currentTime + STEP_S),
    m: () => (media.muted = !media.muted),
    f: media.requestFullscreen && media.localName === "video" ? () => fullScreen(media) : null,
    ">": () => nextSpeed(media),
  };
  return actions[key.length === 1 ? key.toLowerCase() : key];
}

const fullScreen = (media) =>
  (document.fullscreenElement ? document.exitFullscreen() : media.requestFullscreen()).catch(() => {});
