/** A word outside the page when a long reply or job ends and nobody is looking (promises.md, habit 20). */

import { t } from "lib/i18n.js";
import { preference } from "lib/preferences.js";
import { toast } from "lib/toast.js";

export const LONG_MS = 20_000;
const LIVE = ["queued", "streaming", "generating"];
const ASKED = "playground/notifications-asked";

/** Notices long replies; `browser` is the window, `now` a clock. Says nothing of what was written: screens are shared. */
export class Notifier {
  #browser;
  #now;
  #since = new Map();
  #jobs = new Set(); // messages whose pictures or films are made elsewhere
  #shouldAsk = false;

  constructor(browser, now = () => performance.now()) {
    this.#browser = browser;
    this.#now = now;
  }

  start() {
    const page = this.#browser.document;
    page.addEventListener("reply-state", ({ detail }) => this.replyIs(detail));
    page.addEventListener("visibilitychange", () => page.hidden || this.seen());
  }

  replyIs({ message, status }) {
    if (status === "generating") this.#jobs.add(message);
    if (LIVE.includes(status)) return void (this.#since.has(message) || this.#since.set(message, this.#now()));
    const since = this.#since.get(message);
    const isJob = this.#jobs.delete(message);
    this.#since.delete(message);
    if (status === "waiting") return void (since !== undefined && this.#ended(status, isJob)); // somebody is needed
    if (since !== undefined && this.#now() - since >= LONG_MS) this.#ended(status, isJob);
  }

  #ended(status, isJob) {
    if (!this.#browser.document.hidden) return;
    if (preference("sound")) this.#ring();
    const { Notification } = this.#browser;
    if (Notification?.permission === "granted") this.#show(status, isJob);
    else if (Notification?.permission === "default" && !this.#browser.localStorage.getItem(ASKED)) this.#shouldAsk = true;
  }

  /** Back on the page, after the first long reply that ended unseen: the one moment to ask, and only once. */
  seen() {
    if (!this.#shouldAsk) return;
    this.#shouldAsk = false;
    this.#browser.localStorage.setItem(ASKED, "1");
    toast(t("Shall a notification tell you when a long reply or job is done?"), {
      action: t("Allow"),
      onAction: () => this.#browser.Notification.requestPermission(),
      seconds: 20,
    });
  }

  #show(status, isJob) {
    const { document, Notification } = this.#browser;
    const done = isJob ? t("The result is there") : t("The reply is done");
    const words = status === "waiting" ? t("A reply waits for you") : status === "complete" ? done : isJob ? t("The job has ended") : t("The reply has ended");
    const note = new Notification(words, { body: document.title.replace(/^[●✓?] /, ""), tag: document.location.pathname });
    note.onclick = () => {
      this.#browser.focus();
      note.close();
    };
  }

  /** Two soft notes, made here: no file to fetch. */
  #ring() {
    const context = new this.#browser.AudioContext();
    [660, 880].forEach((pitch, n) => {
      const [tone, level] = [context.createOscillator(), context.createGain()];
      const at = context.currentTime + n * 0.14;
      tone.frequency.value = pitch;
      level.gain.setValueAtTime(0, at);
      level.gain.linearRampToValueAtTime(0.08, at + 0.02);
      level.gain.exponentialRampToValueAtTime(0.001, at + 0.3);
      tone.connect(level).connect(context.destination);
      tone.start(at);
      tone.stop(at + 0.32);
    });
    setTimeout(() => context.close(), 1000);
  }
}
