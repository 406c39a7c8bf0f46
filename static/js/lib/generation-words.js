/** What a generation's form says: its places, the task that is meant, what is missing, how long it usually takes. */

import { nt, t } from "lib/i18n.js";
import { rounded } from "lib/job-words.js";

/** Role: [icon, name of the empty place, what to say when it is missing]. */
const ROLES = {
  first_frame: ["image", () => t("First frame"), () => t("The first frame is missing.")],
  last_frame: ["image", () => t("Last frame"), () => t("The last frame is missing.")],
  source: ["image", () => t("Picture to change"), () => t("The picture to change is missing.")],
  mask: ["brush", () => t("Area to change"), () => t("The area to change is missing.")],
  reference: ["images", () => t("Reference"), () => t("A reference is missing.")],
};

/** `kinds`: what the place takes, where it is not pictures; in a film the mask says what rests (Kling's static mask). */
export const roleName = (role, kinds = ["image"], makes = "", maximum = 1) => {
  if (role === "source" && maximum > 1) return t("Pictures");
  if (role === "reference" && maximum > 1) return t("References");
  if (role === "reference" && kinds[0] === "audio") return t("Sound");
  if (role === "mask" && makes === "video") return t("Area at rest");
  return ROLES[role]?.[1]() ?? role.replace(/_/g, " ");
};
/** One of several in a place. */
export const itemName = (role, kinds, n) => {
  if (kinds[0] === "audio") return t("Sound %(count)s", { count: n });
  return role === "source" ? t("Picture %(count)s", { count: n }) : t("Reference %(count)s", { count: n });
};

export const roleIcon = (role, kinds = ["image"]) => (role !== "mask" && !kinds.includes("image") ? KIND_ICONS[kinds[0]] : ROLES[role]?.[0]) ?? "image";

const KIND_ICONS = { video: "film", audio: "audio-lines", file: "file-text" };

/** "4 films" */
export function makesWords(makes, count) {
  if (makes === "image") return nt("%(count)s picture", "%(count)s pictures", count);
  if (makes === "video") return nt("%(count)s film", "%(count)s films", count);
  return nt("%(count)s world", "%(count)s worlds", count);
}

/** What it will be, from the roles that are filled: "Film between two pictures". `kinds`: those of the files given. */
export function taskWords(makes, counts, kinds = new Set()) {
  const words = TASKS[makes] ?? TASKS.file;
  if (counts.mask) return words.mask();
  if (kinds.has("video")) return words.film();
  if (counts.first_frame && counts.last_frame) return words.between();
  const given = Object.values(counts).reduce((sum, count) => sum + count, 0);
  if (!given) return words.text();
  if (counts.source && makes === "image") return given > 1 ? words.pictures() : words.change();
  return given > 1 ? words.pictures() : words.picture();
}

const TASKS = {
  image: {
    text: () => t("Picture from text"),
    picture: () => t("Picture from a picture"),
    pictures: () => t("Picture from several pictures"),
    between: () => t("Picture from several pictures"),
    change: () => t("Picture, changed"),
    mask: () => t("Part of a picture, changed"),
    film: () => t("Picture from a film"),
  },
  video: {
    text: () => t("Film from text"),
    picture: () => t("Film from a picture"),
    pictures: () => t("Film from several pictures"),
    between: () => t("Film between two pictures"),
    mask: () => t("Part of a film, changed"),
    film: () => t("Film from a film"),
  },
  file: {
    text: () => t("World from text"),
    picture: () => t("World from a picture"),
    pictures: () => t("World from several pictures"),
    between: () => t("World from several pictures"),
    mask: () => t("World from a picture"),
    film: () => t("World from a film"),
  },
};

/** Why these files do not make a task yet; `missing` as lib/generation-tasks.js tells it. */
export function missingWords([first], hasFiles) {
  if (!first) return t("This model cannot use these files together. Take one away.");
  const { role, count, kinds } = first;
  if (count > 1) return nt("It needs %(count)s more picture.", "It needs %(count)s more pictures.", count);
  const isFilm = kinds[0] === "video";
  if (!hasFiles && role !== "last_frame" && role !== "mask") return isFilm ? t("This model needs a film.") : t("This model needs a picture.");
  return ROLES[role]?.[2]() ?? t("A file is missing.");
}

/** Why a place takes nothing now. */
export const closedWords = (name) => t("“%(name)s” does not go together with what is there.", { name });

/** Why a file has no place in this form. */
export function homelessWords({ role, kind }, label) {
  if (role) return t("%(model)s has no place for “%(name)s”.", { model: label, name: roleName(role) });
  return kind === "image" ? t("%(model)s has no place for another picture.", { model: label }) : t("%(model)s does not take this kind of file.", { model: label });
}

/** "about 40 s", "about 2 min"; "" where nobody knows. */
export const aboutWords = (seconds) => (seconds ? t("about %(time)s", { time: rounded(seconds) }) : "");
