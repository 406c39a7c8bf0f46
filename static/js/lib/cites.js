/** Small numbers in a reply where its sources are cited: marked in the source before it is parsed, made links after. */

import { t } from "lib/i18n.js";

// Private characters of Unicode: letters to the parser, and in no text that is shown.
const OPEN = "\ue0f0";
const CLOSE = "\ue0f1";
const MARK = new RegExp(`${OPEN}(\\d+)${CLOSE}`, "gu");
const IN_ADDRESS = new RegExp(`${encodeURIComponent(OPEN)}.*$`, "i");
/** No mark has a place in there. */
const FENCED = /^ {0,3}(```|~~~)[\s\S]*?(?:^ {0,3}\1|$(?![\s\S]))/gm;
/** A mark inside of these would break them: it goes to their end. */
const WHOLE = /`[^`\n]*`|!?\[[^\]\n]*\]\([^)\n]*\)|\$\$[\s\S]*?\$\$|\$[^$\n]+\$/g;

/** `cites`: [[UTF-16 offset, characters replaced, number, url, title], …]. */
export function withCites(text, cites) {
  const [wholes, fences] = [spansOf(text, WHOLE), spansOf(text, FENCED)];
  const placed = cites.map((cite, index) => ({ at: placeOf(text, cite, wholes), length: cite[1], index })).filter(({ at }) => !isWithin(fences, at));
  let result = "";
  let from = 0;
  for (const { at, length, index } of placed.sort((a, b) => a.at - b.at)) {
    if (at < from) continue; // two that stand for the same characters
    result += text.slice(from, at) + OPEN + index + CLOSE;
    from = at + length;
  }
  return result + text.slice(from);
}

const spansOf = (text, pattern) => [...text.matchAll(pattern)].map((found) => [found.index, found.index + found[0].length]);
const isWithin = (spans, at) => spans.some(([start, end]) => start < at && at <= end);

/** At the end of the words, not on the next line; never inside of a link, code or a formula. */
function placeOf(text, [at, length], wholes) {
  if (length) return at;
  const whole = wholes.find(([start, end]) => start < at && at < end);
  let place = whole ? whole[1] : Math.min(at, text.length);
  while (place > 0 && /\s/.test(text[place - 1])) place -= 1;
  return place;
}

/** Makes the marks in `root`, which is freshly parsed, links that open beside the page. */
export function draw(root, cites) {
  for (const math of root.querySelectorAll("[data-tex]")) math.dataset.tex = math.dataset.tex.replace(MARK, "");
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) if (walker.currentNode.data.includes(OPEN)) found.push(walker.currentNode);
  for (const node of found) place(node, cites);
}

function place(node, cites) {
  const links = [...node.data.matchAll(MARK)].map(([, index]) => link(cites[index]));
  const anchor = node.parentElement?.closest("a");
  if (node.parentElement?.closest("code, .math")) return void (node.data = node.data.replace(MARK, ""));
  if (!anchor) return node.replaceWith(...pieces(node.data, links));
  node.data = node.data.replace(MARK, "");
  anchor.setAttribute("href", anchor.getAttribute("href").replace(IN_ADDRESS, "")); // a bare address took it in
  anchor.after(...links);
}

const pieces = (text, links) => text.split(MARK).map((piece, n) => (n % 2 ? links[(n - 1) / 2] : piece));

function link([, , number, url, title]) {
  const node = document.createElement("sup");
  node.className = "cite";
  const anchor = document.createElement("a");
  Object.assign(anchor, { href: url, target: "_blank", rel: "noopener noreferrer nofollow", textContent: number, title: title || url });
  anchor.ariaLabel = t("Source %(number)s: %(title)s", { number, title: title || url });
  node.append(anchor);
  return node;
}
