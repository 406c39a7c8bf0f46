/** What a file of the message being written looks like: picture, progress, one line of facts. */

import { html, nothing, svg } from "lit-html";

import { t } from "lib/i18n.js";
import { lengthText, sizeText } from "lib/measures.js";

const ICONS = { image: "icon-image", video: "icon-film", audio: "icon-audio-lines", file: "icon-file-text" };

export function poster({ attachment, preview, kind }) {
  const source = preview || attachment?.poster;
  return source ? html`<img src=${source} alt="" loading="lazy">` : html`<span class="icon icon-large ${ICONS[kind] ?? ICONS.file}" aria-hidden="true"></span>`;
}

/** How far an upload is; a turning arc while the server looks at the file. */
export function ring({ state, progress }) {
  const isUploading = state === "uploading";
  if (!isUploading && state !== "probing" && state !== "repairing") return nothing;
  const done = isUploading ? Math.round(100 * progress) : 25;
  return html`<svg class="ring" viewBox="0 0 36 36" ?data-turns=${!isUploading} aria-hidden="true">
    ${svg`<circle class="ring-track" cx="18" cy="18" r="15"></circle>
    <circle class="ring-done" cx="18" cy="18" r="15" pathLength="100" stroke-dasharray="${done} 100"></circle>`}
  </svg>`;
}

export function noteOf({ state, progress, size_bytes, attachment, kind }) {
  if (state === "uploading") return `${Math.round(100 * progress)} %`;
  if (state === "probing") return t("being read");
  if (state === "repairing") return t("being changed");
  if (kind === "image" && attachment?.width) return `${attachment.width} × ${attachment.height}`;
  return [attachment?.duration_s != null && lengthText(attachment.duration_s), size_bytes && sizeText(size_bytes)].filter(Boolean).join(" · ");
}
