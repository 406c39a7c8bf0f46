/** The words for what models do, take and can be told, in the page's language. */

import { language, t } from "lib/i18n.js";

export const isChinese = () => language().startsWith("zh");

/** Ability: [icon, word for the rail]. */
export const ABILITIES = {
  sees: ["eye", () => t("Sees")],
  watches: ["film", () => t("Watches")],
  hears: ["ear", () => t("Hears")],
  reads: ["file-text", () => t("Reads files")],
  speaks: ["volume-2", () => t("Speaks")],
  draws: ["palette", () => t("Draws")],
  films: ["clapperboard", () => t("Films")],
  embeds: ["binary", () => t("Embeds")],
  thinks: ["lightbulb", () => t("Thinks")],
  live: ["radio", () => t("Live")],
  codes: ["terminal", () => t("Runs code")],
  searches: ["globe", () => t("Searches")],
};

/** Kind: [icon, word]. */
export const KINDS = {
  text: ["type", () => t("text")],
  image: ["image", () => t("pictures")],
  video: ["film", () => t("film")],
  audio: ["audio-lines", () => t("sound")],
  file: ["file-text", () => t("documents")],
  vector: ["binary", () => t("vectors")],
};

export const wordOf = (table, name) => table[name]?.[1]() ?? name;
export const iconOf = (table, name) => table[name]?.[0] ?? "circle";

export function vendorName(catalog, vendor) {
  const known = catalog.vendors[vendor];
  if (!known) return t("Other");
  return (isChinese() && known.zh) || known.name;
}

/** What it is called beside its name on the wire: "豆包 Seed 1.8". */
export const byname = (model) => (isChinese() && model.zh ? model.zh : "");

export const notesOf = (model) => (isChinese() && model.notes_zh) || model.notes || "";

export function hindranceWords(reason) {
  if (reason === "later") return t("not yet available");
  return reason === "key" ? t("not with this key") : "";
}

/** "text, pictures and film"; a Chinese list has its own marks. */
export function listed(words) {
  return new Intl.ListFormat(isChinese() ? "zh-Hans" : "en-GB", { type: "conjunction" }).format(words);
}

export const kindsOf = (kinds) => listed(kinds.map((kind) => wordOf(KINDS, kind)));

/** Parameter: [name, one line that says what it does]. */
const PARAMETERS = {
  system_prompt: () => [t("System prompt"), t("Who the model is and how it should answer.")],
  thinking: () => [t("Thinking"), t("Thinks before it answers; slower, often better.")],
  effort: () => [t("Thinking effort"), t("How hard it thinks.")],
  budget: () => [t("Thinking budget"), t("At most this many tokens for thinking.")],
  temperature: () => [t("Temperature"), t("Low is steady, high is surprising.")],
  top_p: () => [t("Top P"), t("Leaves out unlikely words; change this or the temperature.")],
  max_tokens: () => [t("Longest answer"), t("In tokens; the answer is cut off there.")],
  frequency_penalty: () => [t("Frequency penalty"), t("Above zero, fewer repeated words.")],
  presence_penalty: () => [t("Presence penalty"), t("Above zero, more new subjects.")],
  seed: () => [t("Seed"), t("The same number gives similar answers again.")],
  stop: () => [t("Stop words"), t("The answer ends before one of these; one per line.")],
  voice: () => [t("Voice"), t("Choose one to hear the answer too.")],
  aspect_ratio: () => [t("Aspect ratio"), t("Shape of the picture.")],
  image_size: () => [t("Picture size"), t("Larger takes longer.")],
  duration: () => [t("Length"), t("In seconds.")],
  size: () => [t("Size"), ""],
  resolution: () => [t("Resolution"), ""],
  ratio: () => [t("Aspect ratio"), t("Shape of the picture.")],
  negative_prompt: () => [t("Leave out"), t("What should not be seen.")],
  speed: () => [t("Speed"), ""],
  n: () => [t("How many"), ""],
  quality: () => [t("Quality"), ""],
};

/** "metadata.negative_prompt" is known as negative_prompt; a name nobody described is written as words. */
export function parameterWords(name) {
  const own = name.split(".").at(-1).replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const [label, hint] = PARAMETERS[own]?.() ?? [own.replace(/_/g, " "), ""];
  return { label, hint };
}

/** Choices that are words people read, not names on the wire. */
const CHOICES = {
  none: () => t("none"),
  minimal: () => t("minimal"),
  low: () => t("low"),
  medium: () => t("medium"),
  high: () => t("high"),
  xhigh: () => t("very high"),
  max: () => t("maximum"),
};

const SECONDS = /(^|[._])(duration|seconds|duration_?seconds)$/i;

/** A value as it is read: lengths have their unit. */
export const valueWords = (name, value) => (SECONDS.test(name) ? t("%(count)s s", { count: value }) : choiceWords(value));

export const choiceWords = (choice) => CHOICES[choice]?.() ?? String(choice);
