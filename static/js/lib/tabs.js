/** A row of role="tab" buttons, each for one role="tabpanel": the arrows move, only the chosen one is in the tab order. */

const all = (list) => [...list.querySelectorAll("[role=tab]")];

export const chosen = (list) => list.querySelector("[role=tab][aria-selected=true]");

/** Shows the panel of `tab` and hides those of the others. */
export function choose(list, tab) {
  for (const one of all(list)) {
    const isIt = one === tab;
    one.ariaSelected = String(isIt);
    one.tabIndex = isIt ? 0 : -1;
    const panel = document.getElementById(one.getAttribute("aria-controls"));
    if (panel) panel.hidden = !isIt;
  }
}

/** Listens to `list` until `signal` ends it; `shown(tab)` is told of each choice a person makes. */
export function listen(list, signal, shown = () => {}) {
  const take = (tab) => {
    if (!tab || tab === chosen(list)) return;
    choose(list, tab);
    shown(tab);
  };
  list.addEventListener("click", ({ target }) => take(target.closest("[role=tab]")), { signal });
  list.addEventListener("keydown", (event) => {
    const next = neighbour(all(list), document.activeElement, event.key);
    if (!next) return;
    event.preventDefault();
    next.focus();
    take(next);
  }, { signal });
}

/** Where an arrow, Home or End leads; undefined for another key. */
export function neighbour(tabs, current, key) {
  const at = tabs.indexOf(current);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[key];
  return at < 0 || to === undefined ? undefined : tabs[(to + tabs.length) % tabs.length];
}
