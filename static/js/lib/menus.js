/** Menus (`popover` with role="menu"): placed beside what opened them, moved through with the arrows. */

const GAP = 4;
const isMenu = (node) => node instanceof Element && node.matches("[popover][role=menu]");
const items = (menu) =>
  [...menu.querySelectorAll("[role^=menuitem]")].filter((item) => item.checkVisibility() && item.ariaDisabled !== "true");

let openers = new WeakMap();

/** Opens `menu` beside `anchor` (an element, or {x, y} of a pointer). */
export function openMenu(menu, anchor) {
  if (menu.matches(":popover-open")) return menu.hidePopover();
  openers.set(menu, anchor);
  menu.showPopover();
}

/** Below the anchor, or above it where there is more room; never outside the window. */
export function place(menu, anchor) {
  const box = anchor instanceof Element ? anchor.getBoundingClientRect() : new DOMRect(anchor.x, anchor.y, 0, 0);
  const { offsetWidth: width, offsetHeight: height } = menu;
  const isBelow = box.bottom + GAP + height <= innerHeight || box.top < innerHeight - box.bottom;
  const isEnd = box.left + width > innerWidth - GAP;
  const left = isEnd ? box.right - width : box.left;
  const top = isBelow ? box.bottom + GAP : box.top - GAP - height;
  menu.style.left = `${clamp(left, innerWidth - width)}px`;
  menu.style.top = `${clamp(top, innerHeight - height)}px`;
}

const clamp = (value, most) => Math.max(GAP, Math.min(value, most - GAP));

function anchorOf(menu) {
  return openers.get(menu) ?? document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
}

function toggled(event) {
  const menu = event.target;
  if (!isMenu(menu)) return;
  const anchor = anchorOf(menu);
  if (anchor instanceof Element) anchor.setAttribute("aria-expanded", String(event.newState === "open"));
  if (event.newState === "open") {
    if (anchor) place(menu, anchor);
    items(menu)[0]?.focus({ preventScroll: true });
  }
}

function stepped(event) {
  const menu = event.target.closest?.("[popover][role=menu]");
  if (!menu) return;
  const all = items(menu);
  const at = all.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (event.key === "Tab") menu.hidePopover();
  if (next === undefined || !all.length) return;
  event.preventDefault();
  all[(next + all.length) % all.length].focus();
}

/** A choice closes the menu, except where one tries several (theme). */
function chosen(event) {
  const item = event.target.closest?.("[role^=menuitem]");
  if (item && !item.closest("[data-stays]")) item.closest("[popover][role=menu]")?.hidePopover();
}

export function start() {
  document.addEventListener("toggle", toggled, true);
  document.addEventListener("keydown", stepped);
  document.addEventListener("click", chosen);
  addEventListener("resize", () => document.querySelectorAll("[popover][role=menu]:popover-open").forEach((m) => m.hidePopover()));
}
