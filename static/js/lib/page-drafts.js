/** What was typed into a page and not sent yet, kept in this tab until it was; a full storage never breaks the page. */

const PREFIX = "page-draft/";

export function readDraft(name) {
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + name));
  } catch {
    return null;
  }
}

/** `value` null forgets it. */
export function keepDraft(name, value) {
  try {
    if (value === null) sessionStorage.removeItem(PREFIX + name);
    else sessionStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // full or forbidden: what is on the page stays there
  }
}
