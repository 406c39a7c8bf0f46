/** A list of texts as one types it: a line each, or with empty lines between. Pure. */

export function split(typed, isSeparated) {
  const pieces = typed.replaceAll("\r\n", "\n").split(isSeparated ? /\n[^\S\n]*\n\s*/ : "\n");
  return pieces.map((piece) => piece.trim()).filter(Boolean);
}

/** What goes into the box for `texts`: {typed, isSeparated}; an empty line inside of one would end it. */
export function join(texts) {
  const isSeparated = texts.some((text) => /[\r\n]/.test(text));
  const whole = texts.map((text) => text.replaceAll("\r\n", "\n").replace(/\n[^\S\n]*\n\s*/g, "\n"));
  return { typed: whole.join(isSeparated ? "\n\n" : "\n"), isSeparated };
}

/** The question about search results, numbered as they are on the page. */
export function aboutResults(query, results, words) {
  const listed = results.map(({ position, title, url, snippet }) => `[${position}] ${title}\n${url}${snippet ? `\n${snippet}` : ""}`);
  return `${words}\n\n${query}\n\n${listed.join("\n\n")}`;
}
