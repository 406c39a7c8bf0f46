/** One rule for every text box: while an input method composes, Enter, Tab, Esc and the arrows are its keys, not ours. */

// Safari ends the composition first and sends the Enter that ended it afterwards (open-webui PR 16885).
const LATE_ENTER_MS = 100;
// What browsers put into keyCode for a key that an input method has taken (UI Events, 7.3.1).
const TAKEN_KEY_CODE = 229;

export class Composition {
  #composing = new WeakSet();
  #endedAt = new WeakMap();

  /** Watches every text box below `root`, those still to come too. */
  watch(root) {
    root.addEventListener("compositionstart", (event) => this.#composing.add(event.target), true);
    root.addEventListener("compositionend", (event) => this.#end(event), true);
    // Some engines lose compositionend when the box loses focus in the middle of a word.
    root.addEventListener("focusout", (event) => this.#composing.delete(event.target), true);
  }

  #end({ target, timeStamp }) {
    this.#composing.delete(target);
    this.#endedAt.set(target, timeStamp);
  }

  /** Is a word being composed in this box? Its value must not be written then: letters would double. */
  isOpen(box) {
    return this.#composing.has(box);
  }

  isComposing(event) {
    if (event.isComposing || event.keyCode === TAKEN_KEY_CODE || this.#composing.has(event.target)) return true;
    return event.key === "Enter" && this.#isLate(event);
  }

  #isLate({ target, timeStamp }) {
    const endedAt = this.#endedAt.get(target);
    this.#endedAt.delete(target);
    return endedAt !== undefined && timeStamp - endedAt < LATE_ENTER_MS;
  }
}

const composition = new Composition();
if (globalThis.document) composition.watch(globalThis.document);

/** True for a key event that belongs to the input method; ask it before doing anything with a key. */
export const isComposing = (event) => composition.isComposing(event);

/** True while a word is being composed in `box`. */
export const isOpen = (box) => composition.isOpen(box);

/** Calls `act(event)` for an Enter in `box` that is really meant; returns a function that stops it. */
export function guardEnter(box, act) {
  const listen = (event) => {
    if (event.key === "Enter" && !isComposing(event)) act(event);
  };
  box.addEventListener("keydown", listen);
  return () => box.removeEventListener("keydown", listen);
}
