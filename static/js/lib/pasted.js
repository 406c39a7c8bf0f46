/** What a clipboard really holds: browsers offer the same thing in several shapes. */

/** Longer text is offered as a file. */
export const LONG_TEXT = 8_000;

/** {files, text}: one of both. Office programs add a picture of copied text; file managers add the name of a file. */
export function contentOf(clipboard) {
  const files = [...(clipboard?.files ?? [])];
  const text = clipboard?.getData("text/plain") ?? "";
  const isWritten = text && [...clipboard.types].some((type) => type === "text/html" || type === "text/rtf");
  if (files.length && !isWritten) return { files, text: "" };
  const isTable = isWritten && /<table/i.test(clipboard.getData("text/html"));
  return { files: [], text: (isTable && tableOf(text)) || text };
}

/** Cells copied from a spreadsheet as a Markdown table; "" if the text is no table. */
export function tableOf(text) {
  const rows = text.replace(/\r?\n$/, "").split(/\r?\n/).map((line) => line.split("\t"));
  const width = rows[0].length;
  if (rows.length < 2 || width < 2 || rows.some((row) => row.length !== width)) return "";
  const line = (cells) => `| ${cells.map((cell) => cell.trim().replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(rows[0]), line(rows[0].map(() => "---")), ...rows.slice(1).map(line)].join("\n") + "\n";
}

/** Pictures from a clipboard are all called image.png; the time tells them apart. */
export function named(file, now = new Date()) {
  if (!/^image\.\w+$/.test(file.name)) return file;
  const time = now.toTimeString().slice(0, 8).replaceAll(":", "-");
  return new File([file], file.name.replace("image", `pasted ${time}`), { type: file.type });
}
