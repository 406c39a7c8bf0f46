/** Moves between pages without loading them whole: fetches, swaps `#main` and `#panel`, keeps sidebar and socket.
 *
 * A page of another kind (signed out, somebody else, no frame) is loaded whole; without a network we stay where we are.
 */

import { announce, isCoarse, tell } from "lib/dom.js";
import { readStrings, t } from "lib/i18n.js";
import { readPreferences } from "lib/preferences.js";
import { toast } from "lib/toast.js";

const ELSEWHERE = /^\/(accounts|admin|static|media|attachments|start|invitations|healthz|sandbox)(\/|$)/;
const SWAPPED = ["main", "panel"];
const WHOLE = ["sidebar", "conversation-menu-holder"];

class OtherKind extends Error {}

let current = null; // the AbortController of the load under way
let shownUrl = ""; // the address whose page is on the screen; popstate has already changed location by then

/** Should a click on this link be ours? Middle clicks, new tabs, downloads and other sites are the browser's. */
export function isOurs(event, link, here) {
  if (event.defaultPrevented || event.button !== 0) return false;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return false;
  if (!link || link.hasAttribute("download") || (link.target && link.target !== "_self")) return false;
  const url = new URL(link.href, here.href);
  if (url.origin !== here.origin || ELSEWHERE.test(url.pathname)) return false;
  const isJump = url.hash && url.pathname === here.pathname && url.search === here.search;
  return !isJump && !link.hasAttribute("data-full");
}

/** Shows the page at `url`; resolves to true once it is there, false if something newer came between. */
export async function open(url, { replace = false, scroll = null } = {}) {
  const target = new URL(url, location.href);
  rememberScroll();
  const page = await load(target);
  if (!page) return false;
  const address = page.address + target.hash;
  if (replace) history.replaceState({ scroll }, "", address);
  else if (address !== location.href) history.pushState({ scroll: null }, "", address);
  shownUrl = location.href;
  swap(page.document, SWAPPED);
  arrived(scroll);
  if (!replace) takeFocus();
  return true;
}

/** A new conversation has got its address: takes over bar, title and address, and leaves messages and composer alone. */
export async function settle(url) {
  const before = location.href;
  current?.abort(); // a page still on its way would replace what was just sent
  current = null;
  history.replaceState({ scroll: null }, "", url); // Back must not show an empty page
  shownUrl = location.href;
  document.querySelector("[data-greeting]")?.remove();
  document.body.dataset.conversation = /\/c\/(\d+)\//.exec(url)?.[1] ?? "";
  const page = await fetchPage(new URL(url, before)).catch(() => null);
  if (!page || location.href !== page.address) return;
  document.querySelector("#main > .bar")?.replaceWith(page.document.querySelector("#main > .bar") ?? "");
  takeOver(page.document);
  tell("conversation-settled", { conversation: document.body.dataset.conversation });
}

/** Fetches this page again and replaces every word on it; what an element keeps elsewhere (drafts) comes back by itself. */
export async function refreshWhole() {
  const page = await load(new URL(location.href), { isWhole: true });
  if (!page) return;
  document.documentElement.lang = page.document.documentElement.lang;
  document.getElementById("strings")?.replaceWith(page.document.getElementById("strings"));
  readStrings();
  swap(page.document, [...WHOLE, ...SWAPPED]);
  arrived(null);
}

export function start() {
  history.scrollRestoration = "manual";
  shownUrl = location.href;
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || !isOurs(event, link, location)) return;
    event.preventDefault();
    open(link.href);
  });
  addEventListener("popstate", (event) => {
    if (samePage(shownUrl, location.href)) return; // only the hash changed
    open(location.href, { replace: true, scroll: event.state?.scroll ?? null });
  });
}

const samePage = (one, other) => one.split("#")[0] === other.split("#")[0];

async function load(url, options = {}) {
  current?.abort();
  const mine = (current = new AbortController());
  document.getElementById("main")?.setAttribute("aria-busy", "true");
  try {
    const page = await fetchPage(url, { ...options, signal: mine.signal });
    return current === mine ? page : null;
  } catch (error) {
    if (error instanceof OtherKind) location.assign(url);
    else if (error.name !== "AbortError") stay();
    return null;
  } finally {
    if (current === mine) document.getElementById("main")?.removeAttribute("aria-busy");
  }
}

/** The browser's own error page would take what is readable here, and the socket, with it. */
function stay() {
  if (!samePage(shownUrl, location.href)) history.replaceState(history.state, "", shownUrl);
  toast(t("The server cannot be reached."), { kind: "bad", seconds: 8 });
}

async function fetchPage(url, { signal, isWhole = false } = {}) {
  const headers = isWhole ? {} : { "X-Swap": "1" };
  const response = await fetch(url, { signal, headers: { Accept: "text/html", ...headers } });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const isSamePerson = page.body.dataset.user === document.body.dataset.user;
  if (!page.getElementById("main") || !isSamePerson) throw new OtherKind();
  return { document: page, address: response.url || url.href };
}

function swap(page, ids) {
  for (const id of ids) {
    const [old, fresh] = [document.getElementById(id), page.getElementById(id)];
    if (old && fresh) old.replaceWith(document.adoptNode(fresh));
  }
  takeOver(page);
}

function takeOver(page) {
  document.title = page.title;
  for (const name of ["conversation", "team"]) document.body.dataset[name] = page.body.dataset[name] ?? "";
  const preferences = page.getElementById("preferences");
  if (preferences) document.getElementById("preferences").replaceWith(preferences);
  readPreferences();
  const token = page.querySelector("meta[name=csrf]")?.content;
  if (token) document.querySelector("meta[name=csrf]").content = token;
}

function arrived(scroll) {
  delete document.body.dataset.sheet;
  tell("conversation-opened", { conversation: Number(document.body.dataset.conversation) || null });
  announce(document.title);
  if (scroll !== null) requestAnimationFrame(() => restoreScroll(scroll));
  else if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

/** One came here to go on: into the composer on a desktop; without one, the next Tab starts in the new content. */
function takeFocus() {
  if (isCoarse()) return;
  const before = document.activeElement;
  tell("focus-composer");
  if (document.activeElement === before) document.getElementById("main").focus({ preventScroll: true });
}

const scroller = () => document.getElementById("scroll");

function rememberScroll() {
  const node = scroller();
  if (!node || !samePage(shownUrl, location.href)) return;
  history.replaceState({ ...history.state, scroll: node.scrollTop }, "");
}

function restoreScroll(scroll) {
  const node = scroller();
  if (node) node.scrollTop = scroll;
}
