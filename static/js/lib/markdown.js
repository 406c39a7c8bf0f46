/** Markdown to HTML strings, for <markdown-text> and the clipboard: no raw HTML, no outside pictures, no inline styles. */

const SAFE = /^(?:https?:\/\/|mailto:)/i;
const OUR_PICTURE = /^data:image\/(?:png|jpeg|gif|webp);base64,/i;
const HAN = /\p{Script=Han}/u;
const NOT_IN_URL = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff00-\uffef]/u;
const FIRST_RANK = 2;
const ALIGNMENTS = { "text-align:left": "left", "text-align:center": "center", "text-align:right": "right" };

/** A parser with our rules; `plugins` are markdown-it plugins (lib/math.js, markdown-it-cjk-friendly). */
export function createMarkdown(MarkdownIt, plugins = []) {
  const md = new MarkdownIt({ html: false, linkify: true, breaks: true });
  md.validateLink = (url) => SAFE.test(url.trim()) || OUR_PICTURE.test(url.trim());
  md.linkify.set({ fuzzyLink: false }); // "main.py" is a file, not a page in Paraguay
  endLinksAtHan(md.linkify);
  for (const plugin of plugins) md.use(plugin);
  md.inline.ruler.before("autolink", "line_break", lineBreak);
  md.core.ruler.push("finish", finish);
  Object.assign(md.renderer.rules, rules(md));
  return md;
}

/** The blocks of `text`, one HTML string with one element each. */
export function renderBlocks(md, text, env = {}) {
  return blocksOf(md.parse(text, env)).map((tokens) => renderBlock(md, tokens, env));
}

export const renderBlock = (md, tokens, env) => md.renderer.render(tokens, md.options, env).trim();

/** Tokens grouped by top-level block. */
export function blocksOf(tokens) {
  const blocks = [];
  let open = null;
  for (const token of tokens) {
    open ??= [];
    open.push(token);
    if (token.level === 0 && token.nesting <= 0) {
      blocks.push(open);
      open = null;
    }
  }
  return blocks;
}

/** What a person typed, shown as typed: only fenced code and addresses are given a form. */
export function renderTyped(md, text) {
  const lines = text.split("\n");
  const blocks = [];
  let from = 0;
  for (const fence of fencesOf(md, text)) {
    blocks.push(typedLines(md, lines.slice(from, fence.map[0])), renderBlock(md, [fence], {}));
    from = fence.map[1];
  }
  blocks.push(typedLines(md, lines.slice(from)));
  return blocks.filter(Boolean);
}

/** HTML for the clipboard: plain elements, no classes, formulas as their source. */
export function renderForClipboard(md, text) {
  const env = { isPlain: true };
  return renderBlocks(md, text, env).join("\n");
}

function fencesOf(md, text) {
  return md.parse(text, {}).filter((token) => token.type === "fence" && token.level === 0);
}

function typedLines(md, lines) {
  const text = lines.join("\n").replace(/^\n+|\s+$/g, "");
  return text && `<p class="typed">${withLinks(md, text)}</p>`;
}

function withLinks(md, text) {
  const { escapeHtml } = md.utils;
  let from = 0;
  let html = "";
  for (const { index, lastIndex, url } of md.linkify.match(text) ?? []) {
    if (!SAFE.test(url)) continue;
    html += escapeHtml(text.slice(from, index));
    html += `<a ${linkAttributes(escapeHtml(url))}>${escapeHtml(text.slice(index, lastIndex))}</a>`;
    from = lastIndex;
  }
  return html + escapeHtml(text.slice(from));
}

const linkAttributes = (url) => `href="${url}" target="_blank" rel="noopener noreferrer"`;

/** An address in Chinese text ends where the Chinese goes on; linkify-it would swallow it as a path. */
function endLinksAtHan(linkify) {
  const match = linkify.match.bind(linkify);
  const matchAtStart = linkify.matchAtStart.bind(linkify);
  linkify.match = (text) => matchesOf(match, text, 0);
  linkify.matchAtStart = (text) => matchAtStart(text.slice(0, lengthOfUrl(text)));
}

function lengthOfUrl(text) {
  const cut = text.search(NOT_IN_URL);
  return cut < 0 ? text.length : cut;
}

function matchesOf(match, text, offset) {
  const kept = [];
  for (const found of match(text) ?? []) {
    const cut = found.raw.search(NOT_IN_URL);
    if (cut < 0) {
      kept.push(moved(found, offset, found.raw));
      continue;
    }
    const raw = found.raw.slice(0, cut);
    if (/^\w+:\/*[^/\s]/.test(raw)) kept.push(moved(found, offset, raw));
    const from = found.index + cut;
    return [...kept, ...(matchesOf(match, text.slice(from), offset + from) ?? [])];
  }
  return kept.length ? kept : null;
}

function moved(found, offset, raw) {
  const url = found.url.endsWith(found.raw) ? found.url.slice(0, -found.raw.length) + raw : raw;
  const index = found.index + offset;
  return Object.assign(Object.create(Object.getPrototypeOf(found)), found, {
    raw,
    url,
    text: raw,
    index,
    lastIndex: index + raw.length,
  });
}

/** `<br>`, the one tag that models write into table cells, where Markdown has no other way. */
function lineBreak(state, isSilent) {
  const found = /^<br ?\/?>/i.exec(state.src.slice(state.pos, state.pos + 6));
  if (!found) return false;
  if (!isSilent) state.push("hardbreak", "br", 0);
  state.pos += found[0].length;
  return true;
}

/** Marks what the renderer cannot see from one token: closed fences, emphasis on Han text, boxes of a task list, rank. */
function finish(state) {
  const lines = state.src.split("\n");
  state.tokens.forEach((token, index) => {
    if (token.type === "heading_open" && !state.env.isPlain) rank(token, state.tokens[index + 2], state.env);
    if (token.type === "fence") token.meta = { isClosed: isClosed(token, lines) };
    if (token.type === "inline") markHan(token.children);
    if (token.type === "inline" && state.tokens[index - 2]?.type === "list_item_open") drawBox(state.tokens[index - 2], token.children[0]);
  });
}

/** Headings stand below the message's own, an h2, and never skip a rank, however the model numbers them. */
function rank(open, close, env) {
  env.rank = Math.min(Number(open.tag[1]) + 2, (env.rank ?? FIRST_RANK) + 1, 6);
  open.attrSet("class", `level-${open.tag[1]}`);
  open.tag = close.tag = `h${env.rank}`;
}

function drawBox(item, first) {
  const mark = first?.type === "text" && /^\[( |x)\] /i.exec(first.content)?.[1];
  if (!mark) return;
  item.attrSet("class", "task");
  first.content = (mark === " " ? "☐ " : "☑ ") + first.content.slice(4);
}

function isClosed(token, lines) {
  const [start, end] = token.map;
  const mark = token.markup[0] === "~" ? "~" : "`";
  return end - start > 1 && new RegExp(`(?:^|[\\s>])${mark}{${token.markup.length},}[ \\t]*$`).test(lines[end - 1]);
}

function markHan(tokens) {
  const open = [];
  for (const token of tokens) {
    if (token.type === "em_open") open.push(token);
    else if (token.type === "em_close") open.pop();
    else if (HAN.test(token.content)) for (const em of open) em.meta = { isHan: true };
  }
}

function rules(md) {
  const { escapeHtml, unescapeAll } = md.utils;
  return {
    em_open: (tokens, index) => (tokens[index].meta?.isHan ? '<em class="han">' : "<em>"),
    link_open: (tokens, index) => {
      const url = tokens[index].attrGet("href") ?? "";
      return SAFE.test(url) ? `<a ${linkAttributes(escapeHtml(url))}>` : "<a>";
    },
    image: (tokens, index, options, env, renderer) => {
      const url = tokens[index].attrGet("src") ?? "";
      const label = renderer.renderInlineAsText(tokens[index].children, options, env);
      if (OUR_PICTURE.test(url)) return `<img src="${escapeHtml(url)}" alt="${escapeHtml(label)}">`;
      return `<a class="outside-picture" ${linkAttributes(escapeHtml(url))}>${escapeHtml(label || url)}</a>`;
    },
    table_open: (tokens, index, options, env) => (env.isPlain ? "<table>" : '<div class="table-scroll" tabindex="0"><table>'),
    table_close: (tokens, index, options, env) => (env.isPlain ? "</table>" : "</table></div>"),
    th_open: (tokens, index) => cell("th", tokens[index]),
    td_open: (tokens, index) => cell("td", tokens[index]),
    fence: (tokens, index, options, env) => code(tokens[index], unescapeAll(tokens[index].info).trim(), env),
    code_block: (tokens, index, options, env) => code(tokens[index], "", env),
    code_inline: (tokens, index) => `<code>${escapeHtml(tokens[index].content)}</code>`,
    ...(md.renderer.rules.math_inline && mathRules(md)),
  };

  function code(token, info, env) {
    const language = info.split(/\s+/)[0];
    const text = escapeHtml(token.content);
    if (env?.isPlain) return `<pre><code>${text}</code></pre>`;
    const closed = token.type !== "fence" || token.meta?.isClosed ? " data-closed" : "";
    return `<code-block data-language="${escapeHtml(language)}"${closed}><pre tabindex="0"><code>${text}</code></pre></code-block>`;
  }
}

function mathRules(md) {
  const { math_inline: inline, math_block: block } = md.renderer.rules;
  const source = (token) => md.utils.escapeHtml(token.meta.source);
  return {
    math_inline: (tokens, index, options, env) => (env?.isPlain ? source(tokens[index]) : inline(tokens, index)),
    math_block: (tokens, index, options, env) => (env?.isPlain ? `<p>${source(tokens[index])}</p>` : block(tokens, index)),
  };
}

/** Inline styles are blocked by our policy; a class says the same. */
function cell(tag, token) {
  const alignment = ALIGNMENTS[token.attrGet("style")];
  return alignment ? `<${tag} class="align-${alignment}">` : `<${tag}>`;
}
