/** What a drag carries: files of this machine, or an attachment that stands somewhere on our own pages. */

export const ATTACHMENT = "text/x-attachment"; // JSON {id, kind, name}

const typesOf = (event) => [...(event.dataTransfer?.types ?? [])];

export const carriesAttachment = (event) => typesOf(event).includes(ATTACHMENT);
export const carriesSomething = (event) => carriesAttachment(event) || typesOf(event).includes("Files");

/** {attachment} or {files, folders}: folders are no files and only counted. */
export function carried(event) {
  const text = event.dataTransfer.getData(ATTACHMENT);
  if (text) return { attachment: parsed(text) };
  const items = [...event.dataTransfer.items].filter(({ kind }) => kind === "file");
  const isFolder = items.map((item) => item.webkitGetAsEntry?.()?.isDirectory ?? false);
  const files = [...event.dataTransfer.files].filter((_file, n) => !isFolder[n]);
  return { files, folders: isFolder.filter(Boolean).length };
}

/** Another page may offer anything under this name. */
function parsed(text) {
  try {
    const { id, kind = "file", name = "" } = JSON.parse(text);
    return Number.isInteger(Number(id)) ? { id: Number(id), kind, name } : null;
  } catch {
    return null;
  }
}
