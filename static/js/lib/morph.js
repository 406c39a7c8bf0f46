/** Makes a message on the page like the server's newer HTML of it, without taking away what somebody is doing with it. */

import { localTimes } from "lib/times.js";

const LIVE = /^(?:queued|streaming)$/;
// Set in the browser, unknown to the server, which may write no style.
const OURS = /^(?:open|data-folded|data-same-author|data-found|data-unfolded|aria-busy|style)$/;
const MORPHED = new Set(["markdown-text", "message-actions", "thinking-block", "generation-card"]);

let Idiomorph = null;

/** Fetches idiomorph; before it has resolved morphMessage() does nothing. The first page of a conversation needs none. */
export const ready = async () => (Idiomorph ??= (await import("idiomorph")).Idiomorph);

export const isLive = (article) => LIVE.test(article.dataset.status);

/**
 * A fetched end older than the deltas that have come since it was asked for: a reply that was continued meanwhile. Without
 * such deltas (`isQuiet`) the row is right, even with an older revision: its writer was killed before the last checkpoint.
 */
export function isStale(article, fresh, isQuiet) {
  const isOlder = revisionOf(fresh) < revisionOf(article);
  return !isQuiet && isOlder && !(isLive(article) && isLive(fresh));
}

/** False where the newer HTML was not taken. Live text wins over fetched text (promises.md 20). */
export function morphMessage(article, fresh, isQuiet) {
  if (!Idiomorph || isStale(article, fresh, isQuiet)) return false;
  const revision = isQuiet && !isLive(fresh) ? revisionOf(fresh) : Math.max(revisionOf(article), revisionOf(fresh));
  Idiomorph.morph(article, fresh, { morphStyle: "outerHTML", callbacks: isLive(fresh) ? WHILE_LIVE : AT_REST });
  article.dataset.revision = revision;
  if (!isLive(article)) for (const text of article.querySelectorAll("markdown-text")) text.finish?.();
  localTimes(article);
  return true;
}

/** The same for a generation's card by itself. */
export async function morphCard(card, fresh) {
  await ready();
  if (!isOlder(card, fresh)) Idiomorph.morph(card, fresh, { morphStyle: "outerHTML", callbacks: AT_REST });
}

const isOlder = (old, fresh) => revisionOf(fresh) < revisionOf(old);
const revisionOf = ({ dataset }) => Number(dataset.revision) || 0;

const AT_REST = {
  beforeNodeMorphed: (old, fresh) => isOpen(old, fresh, false),
  beforeAttributeUpdated: (name) => !OURS.test(name),
};

/** A row is behind its deltas: it must not take away parts that it does not know yet, nor say that nothing has come. */
const WHILE_LIVE = {
  ...AT_REST,
  beforeNodeMorphed: (old, fresh) => isOpen(old, fresh, true),
  beforeNodeRemoved: (node) => !(node instanceof Element && node.matches("[data-part], thinking-block")),
  beforeNodeAdded: (node) => !(node instanceof Element && "waiting" in node.dataset),
};

/** False where idiomorph has nothing (more) to do. */
function isOpen(old, fresh, isFreshLive) {
  if (old.nodeType !== Node.ELEMENT_NODE) return true;
  if (old.localName === "markdown-text") return takeText(old, fresh, isFreshLive);
  if (old.localName === "thinking-block" && "live" in fresh.dataset) return takeThought(old, fresh);
  if (old.dataset.action === "unfold") return false;
  if (isPlaying(old)) return false;
  if (old.localName === "code-block") return !old.takeFresh?.(fresh);
  if (old.localName === "generation-card" && old.id === fresh.id && isOlder(old, fresh)) return false;
  // Elements of other rooms draw their own content: the same attributes mean the same content.
  return !old.localName.includes("-") || MORPHED.has(old.localName) || !hasSameAttributes(old, fresh);
}

function takeText(old, fresh, isFreshLive) {
  const text = fresh.textContent;
  old.dataset.part = fresh.dataset.part;
  if (!(isFreshLive && old.text.startsWith(text))) old.text = text;
  old.cites = fresh.dataset.cites ?? "";
  return false;
}

/** Its timer and whether it goes on are known better here. */
function takeThought(old, fresh) {
  return takeText(old.querySelector("markdown-text"), fresh.querySelector("markdown-text"), true);
}

function isPlaying(node) {
  return node.matches("audio, video") && !node.paused;
}

function hasSameAttributes(old, fresh) {
  return [...fresh.attributes].every(({ name, value }) => old.getAttribute(name) === value);
}
