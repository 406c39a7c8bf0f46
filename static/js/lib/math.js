/** Formulas in Markdown, for lib/markdown.js: `$x$`, `$$…$$`, `\(…\)`, `\[…\]`, told apart from money as Pandoc does, and stricter. */

const BACKSLASH = 0x5c;
const DOLLAR = 0x24;
const CLOSERS = { "$$": "$$", "\\[": "\\]", "\\(": "\\)" };
const COMMAND = /\\[a-zA-Z]+/g;
const SIGNS = /[\\^_={}<>+*/|]/;
const WORD = /(?:^|\s)[a-zA-Z]{2,}(?=[\s.,;:!?]|$)/;
const HAN = /\p{Script=Han}/u;
const STARTS_LIKE_TEX = /[\\^_={}]/;
const AFTER_CLOSER = /^(?:[a-zA-Z0-9]|\p{Nd})/u;
const ENDING_OF_ORDINAL = /^(?:st|nd|rd|th|s)(?![a-zA-Z0-9])/;

/** The plugin: adds an inline and a block rule; what it finds becomes `math_inline` and `math_block` tokens. */
export default function math(md) {
  md.inline.ruler.before("escape", "math", inlineMath);
  md.block.ruler.before("fence", "math", blockMath, { alt: ["paragraph", "reference", "blockquote", "list"] });
  md.renderer.rules.math_inline = (tokens, index) => formula(md, "span", tokens[index]);
  md.renderer.rules.math_block = (tokens, index) => formula(md, "div", tokens[index]);
}

/** The source stays the visible text until KaTeX has drawn it, so nothing is lost where it cannot. */
function formula(md, tag, token) {
  const { escapeHtml } = md.utils;
  const display = token.meta.isDisplay ? " data-display" : "";
  return `<${tag} class="math"${display} data-tex="${escapeHtml(token.content)}">${escapeHtml(token.meta.source)}</${tag}>`;
}

function inlineMath(state, isSilent) {
  const found = inlineAt(state.src, state.pos, state.posMax);
  if (!found) return false;
  if (!isSilent) {
    const token = state.push("math_inline", "math", 0);
    token.content = found.tex.trim();
    token.meta = { source: state.src.slice(state.pos, found.end), isDisplay: found.isDisplay };
  }
  state.pos = found.end;
  return true;
}

function inlineAt(source, start, max) {
  const code = source.charCodeAt(start);
  if (code !== DOLLAR && code !== BACKSLASH) return null;
  const opener = source.slice(start, start + 2);
  if (CLOSERS[opener]) return delimited(source, start, max, opener);
  return code === DOLLAR ? dollars(source, start, max) : null;
}

function delimited(source, start, max, opener) {
  const from = start + 2;
  const end = indexOfCloser(source, from, CLOSERS[opener]);
  if (end < 0 || end + 2 > max) return null;
  const tex = source.slice(from, end);
  if (!tex.trim() || (opener === "$$" && (tex.includes("$") || isProse(tex)))) return null;
  return { tex, end: end + 2, isDisplay: opener !== "\\(" };
}

/** `$x$`: no space inside the dollars, no digit or word right outside them, and nothing that reads as money or prose. */
function dollars(source, start, max) {
  if (/[a-zA-Z0-9$\\]/.test(source[start - 1] ?? "")) return null;
  if (start + 1 >= max || /\s/.test(source[start + 1])) return null;
  const end = indexOfCloser(source, start + 1, "$");
  if (end < 0 || end >= max || end === start + 1 || /\s/.test(source[end - 1])) return null;
  const rest = source.slice(end + 1, end + 6);
  if (rest[0] === "$" || (AFTER_CLOSER.test(rest) && !ENDING_OF_ORDINAL.test(rest))) return null;
  const tex = source.slice(start + 1, end);
  return isProse(tex) ? null : { tex, end: end + 1, isDisplay: false };
}

/** "5 and 10", "100和50", "HOME or": words between two dollars that are no formula. */
function isProse(tex) {
  const hasCommand = /\\[a-zA-Z]/.test(tex);
  if (HAN.test(tex)) return !hasCommand;
  if (!WORD.test(tex.replace(COMMAND, " "))) return false;
  return /^\d/.test(tex) ? !/[\\^_{]/.test(tex) : !SIGNS.test(tex);
}

function indexOfCloser(source, from, closer) {
  for (let at = source.indexOf(closer, from); at >= 0; at = source.indexOf(closer, at + 1)) {
    if (!isEscaped(source, at)) return at;
  }
  return -1;
}

function isEscaped(source, at) {
  let count = 0;
  while (source.charCodeAt(at - 1 - count) === BACKSLASH) count += 1;
  return count % 2 === 1;
}

/**
 * A line that begins with `$$` or `\[`. Whether it opens a formula is told by that line alone, and a blank line ends it,
 * so a streamed text is cut into the same blocks as a whole one. Without a closer it is a paragraph.
 */
function blockMath(state, startLine, endLine, isSilent) {
  const first = lineOf(state, startLine);
  const opener = first.slice(0, 2);
  if (state.sCount[startLine] - state.blkIndent >= 4) return false;
  if (!opens(first, opener)) return false;
  if (isSilent) return true;
  const { tex, nextLine, isClosed } = blockContent(state, startLine, endLine, opener);
  const source = state.getLines(startLine, nextLine, state.sCount[startLine], false);
  state.line = nextLine;
  if (isClosed && tex.trim()) pushBlock(state, startLine, nextLine, tex, source);
  else pushParagraph(state, startLine, nextLine, source);
  return true;
}

function opens(first, opener) {
  if (opener !== "$$" && opener !== "\\[") return false;
  const rest = first.slice(2).trim();
  if (rest === "") return true;
  const end = indexOfCloser(first, 2, CLOSERS[opener]);
  if (end >= 0) return end > 2 && first.slice(end + 2).trim() === "" && !(opener === "$$" && isProse(first.slice(2, end)));
  return STARTS_LIKE_TEX.test(rest);
}

function blockContent(state, startLine, endLine, opener) {
  const closer = CLOSERS[opener];
  const pieces = [];
  for (let line = startLine; line < endLine; line += 1) {
    if (line > startLine && (state.isEmpty(line) || state.sCount[line] < state.blkIndent)) {
      return { tex: "", nextLine: line, isClosed: false };
    }
    const text = line === startLine ? lineOf(state, line).slice(2) : lineOf(state, line);
    const trimmed = text.trimEnd();
    if (trimmed.endsWith(closer) && !isEscaped(trimmed, trimmed.length - 2)) {
      pieces.push(trimmed.slice(0, -2));
      return { tex: pieces.join("\n"), nextLine: line + 1, isClosed: true };
    }
    pieces.push(text);
  }
  return { tex: "", nextLine: endLine, isClosed: false };
}

const lineOf = (state, line) => state.src.slice(state.bMarks[line] + state.tShift[line], state.eMarks[line]);

function pushBlock(state, startLine, nextLine, tex, source) {
  const token = state.push("math_block", "math", 0);
  token.block = true;
  token.content = tex.trim();
  token.map = [startLine, nextLine];
  token.meta = { source: source.trim(), isDisplay: true };
}

function pushParagraph(state, startLine, nextLine, source) {
  const open = state.push("paragraph_open", "p", 1);
  open.map = [startLine, nextLine];
  const inline = state.push("inline", "", 0);
  inline.content = source.trim();
  inline.map = [startLine, nextLine];
  inline.children = [];
  state.push("paragraph_close", "p", -1);
}
