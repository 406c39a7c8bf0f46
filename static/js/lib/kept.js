/** What the browser keeps for one person between loads; a full or forbidden storage never breaks the page. */

const ROOT = "playground";
const USER = `${ROOT}/user`;

export class Kept {
  #storage;
  #user;
  #prefix;
  #memory = new Map(); // what the storage would not take; newer than what it holds

  constructor(storage, user) {
    this.#storage = storage;
    this.#user = user;
    this.#prefix = `${ROOT}/${user}/`;
  }

  get(name) {
    if (this.#memory.has(name)) return this.#memory.get(name);
    return parsed(this.#storage?.getItem(this.#prefix + name));
  }

  /** False if it is kept only until this tab closes. */
  set(name, value) {
    try {
      this.#storage.setItem(this.#prefix + name, JSON.stringify(value));
      this.#memory.delete(name);
      return true;
    } catch {
      this.#memory.set(name, value); // QuotaExceededError, or no storage at all
      return false;
    }
  }

  isDurable(name) {
    return !this.#memory.has(name);
  }

  remove(name) {
    this.#memory.delete(name);
    this.#storage?.removeItem(this.#prefix + name);
  }

  /** All names below `folder`, such as "outbox/". */
  names(folder) {
    const start = this.#prefix + folder;
    const stored = Object.keys(this.#storage ?? {}).filter((key) => key.startsWith(start));
    const names = stored.map((key) => key.slice(this.#prefix.length));
    return [...new Set([...names, ...[...this.#memory.keys()].filter((name) => name.startsWith(folder))])];
  }

  /** Calls `act(name, value)` when another tab has written or removed (undefined) something below `folder`. */
  onForeign(window, folder, act) {
    const start = this.#prefix + folder;
    const listen = ({ key, newValue }) => key?.startsWith(start) && act(key.slice(this.#prefix.length), parsed(newValue));
    window.addEventListener("storage", listen);
    return () => window.removeEventListener("storage", listen);
  }

  /** Says to the other tabs who is signed in with this browser now. */
  claim() {
    try {
      this.#storage?.setItem(USER, this.#user);
    } catch {
      this.#storage?.removeItem(USER); // nobody is better than somebody else
    }
  }

  /** Somebody else has signed in since this page was made. */
  get isForeign() {
    const user = this.#storage?.getItem(USER) ?? null;
    return user !== null && user !== this.#user;
  }

  /** Calls `act()` when another tab says who is signed in. */
  onUser(window, act) {
    window.addEventListener("storage", ({ key }) => key === USER && act());
  }
}

function parsed(text) {
  try {
    return text == null ? undefined : JSON.parse(text);
  } catch {
    return undefined; // cut short by a crash; the rest of the page must still work
  }
}

function ofThisTab() {
  const { user = "" } = document.body.dataset;
  let storage = null;
  try {
    storage = globalThis.localStorage;
  } catch {
    // Storage is forbidden here: everything lives until the tab closes.
  }
  const kept = new Kept(storage, user);
  kept.claim();
  return kept;
}

export const kept = globalThis.document ? ofThisTab() : null;
