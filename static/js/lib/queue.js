/** Messages that wait for the running reply, or for a person to decide about its calls, per conversation; they outlive a reload (promises.md, habit 13). */

export class Queue {
  place = "";
  #drafts;
  #standing;
  #send;
  #show;

  /** `send(question)` asks it now; `show(messages)` is called after each change. */
  constructor({ drafts, standing, send, show }) {
    this.#drafts = drafts;
    this.#standing = standing;
    this.#send = send;
    this.#show = show;
  }

  get messages() {
    return this.#drafts.queue(this.place);
  }

  #set(messages) {
    this.#drafts.setQueue(this.place, messages);
    this.changed();
  }

  /** Also after another tab has changed it, or a reply has ended. */
  changed() {
    this.#show(this.messages);
    this.sendNext();
  }

  /** Written after Stop, before the server has heard of it, it is the next to go. */
  add(question) {
    const { isHeld, isAsking } = this.#standing;
    const isNext = isHeld && !isAsking;
    this.#standing.isHeld = isAsking;
    this.insert(isNext ? 0 : this.messages.length, question);
  }

  insert(index, question) {
    this.#set(this.messages.toSpliced(index, 0, question));
  }

  take(index) {
    const question = this.messages[index];
    this.#set(this.messages.toSpliced(index, 1));
    return question;
  }

  /** The next one goes out when nothing runs, unless the last reply failed or was stopped: then the person decides. */
  sendNext() {
    const [next] = this.messages;
    const { isKnown, isHeld, activity } = this.#standing;
    if (!next || next.is_returned || !isKnown || isHeld || activity !== "send") return;
    this.#send(next); // before it leaves the queue: a crash in between sends it again, under the same id
    this.take(0);
  }

  /** Stops what runs and sends this one as soon as the server takes it; calls that wait for a person go on waiting. */
  sendNow(index) {
    const { is_returned, error, ...question } = this.messages[index];
    this.#standing.stop();
    Object.assign(this.#standing, { isHeld: false, isKnown: true });
    this.#set([question, ...this.messages.toSpliced(index, 1)]);
  }
}
