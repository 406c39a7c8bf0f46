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
  n: () => [t("How many"), t("Made in one go; variations are made one by one.")],
  quality: () => [t("Quality"), ""],
  seconds: () => [t("Length"), t("In seconds.")],
  background: () => [t("Background"), ""],
  output_format: () => [t("File format"), ""],
  output_compression: () => [t("Compression"), t("Of jpeg and webp; 100 is the best picture.")],
  partial_images: () => [t("Looks in between"), t("So many pictures while it is being drawn.")],
  input_fidelity: () => [t("Closeness to the picture"), t("How exactly faces and details stay.")],
  moderation: () => [t("Moderation"), t("How strictly the vendor filters.")],
  style: () => [t("Style"), ""],
  mode: () => [t("Mode"), t("The better one is slower and costs more.")],
  cfg_scale: () => [t("Closeness to the text"), t("High follows the text, low is freer.")],
  guidance_scale: () => [t("Closeness to the text"), t("High follows the text, low is freer.")],
  sound: () => [t("Sound"), ""],
  audio: () => [t("Sound"), ""],
  generate_audio: () => [t("Sound"), ""],
  generate_audio_switch: () => [t("Sound"), ""],
  bgm: () => [t("Music"), ""],
  generate_multi_clip_switch: () => [t("Several shots"), ""],
  shot_type: () => [t("Shots"), ""],
  camera_fixed: () => [t("Still camera"), ""],
  camera_motion: () => [t("Camera"), ""],
  movement_amplitude: () => [t("Movement"), t("How much moves.")],
  watermark: () => [t("Watermark"), ""],
  prompt_extend: () => [t("Write the text out"), t("The vendor makes a longer description of yours.")],
  enable_prompt_expansion: () => [t("Write the text out"), t("The vendor makes a longer description of yours.")],
  disable_recaption: () => [t("Take the text as it is"), ""],
  thinking_type: () => [t("Thinking"), ""],
  fps: () => [t("Pictures a second"), ""],
  start_s: () => [t("Film from"), t("Seconds from its beginning.")],
  end_s: () => [t("Film until"), t("Seconds from its beginning.")],
  max_tool_calls: () => [t("Most searches"), t("More take longer and cost more.")],
  num_frames: () => [t("Number of frames"), ""],
  num_inference_steps: () => [t("Steps"), t("More take longer.")],
  person_generation: () => [t("People"), ""],
  public_figure_threshold: () => [t("Known people"), t("How strictly the vendor filters them.")],
  safety_tolerance: () => [t("Tolerance"), t("High lets more through.")],
  sequential_image_generation: () => [t("As a set"), t("Several pictures that belong together.")],
  max_images: () => [t("At most"), t("So many pictures of the set.")],
  web_search: () => [t("Search the web"), t("With the vendor's own search, when the model thinks it helps.")],
  code_execution: () => [t("Run code"), t("On the vendor's machines, when the model thinks it helps.")],
  url_context: () => [t("Read web pages"), t("The vendor opens the addresses in your message.")],
  image_generation: () => [t("Draw pictures"), t("The model may draw while it answers; charged apart.")],
  protocol: () => [t("Way of asking"), t("The wire format; some settings belong to one of them.")],
  summary: () => [t("Summary of thinking"), t("How much it tells of its thoughts.")],
  interleaved: () => [t("Think between calls"), t("Goes on thinking after each tool has answered.")],
  cache: () => [t("Cache the beginning"), t("Long conversations get cheaper; writing the cache costs a little.")],
  verbosity: () => [t("Length of answers"), t("How much it says.")],
  tool_choice: () => [t("Calling tools"), t("Whether it may, must or must not call one.")],
  parallel_tool_calls: () => [t("Several calls at once"), ""],
  display_name: () => [t("Name"), ""],
  tags: () => [t("Tags"), t("One per line.")],
  is_public: () => [t("Public"), t("Anybody with the link can see it.")],
  is_pano: () => [t("Panorama"), t("The picture shows all around.")],
  wire_model: () => [t("Name of the model"), t("As the gateway knows it.")],
  transport: () => [t("Sent as"), ""],
};

/** "metadata.negative_prompt" is known as negative_prompt; a name nobody described is written as words. */
export function parameterWords(name) {
  const own = name.split(".").at(-1).replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const [label, hint] = PARAMETERS[own]?.() ?? [plainWords(own), ""];
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
  auto: () => t("automatic"),
  std: () => t("standard"),
  standard: () => t("standard"),
  pro: () => t("better"),
  hd: () => t("better"),
  on: () => t("on"),
  off: () => t("off"),
  enabled: () => t("on"),
  disabled: () => t("off"),
  small: () => t("little"),
  large: () => t("much"),
  single: () => t("one"),
  multi: () => t("several"),
  transparent: () => t("transparent"),
  opaque: () => t("opaque"),
  natural: () => t("natural"),
  vivid: () => t("vivid"),
  adaptive: () => t("as the picture"),
  allow_all: () => t("everybody"),
  allow_adult: () => t("adults only"),
  required: () => t("must"),
  concise: () => t("short"),
  detailed: () => t("in detail"),
  chat_completions: () => "Chat Completions",
  responses: () => "OpenAI Responses",
  messages: () => "Anthropic Messages",
  generate_content: () => "Google generateContent",
};

const SECONDS = /(^|[._])(duration|seconds|duration_?seconds)$/i;

/** A value as it is read: lengths have their unit. */
export const valueWords = (name, value) => (SECONDS.test(name) ? t("%(count)s s", { count: value }) : choiceWords(value));

/** A size is written with its sign; a name on the wire that nobody described, as words. */
export const choiceWords = (choice) => CHOICES[choice]?.() ?? String(choice).replace(/^(\d+)[x*](\d+)$/, "$1 × $2").replace(/_/g, " ");

const plainWords = (name) => name[0].toUpperCase() + name.slice(1).replace(/_/g, " ");
