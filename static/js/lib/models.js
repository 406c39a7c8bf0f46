/** The catalog in the browser: finding models by what people call them and what they can do. Pure; no page, no words. */

/** Abilities that say what goes in, what comes out, and the rest; each belongs to a kind of the model's `in` or `out`. */
export const TAKES = { sees: "image", watches: "video", hears: "audio", reads: "file" };
export const MAKES = { speaks: "audio", draws: "image", films: "video", embeds: "vector" };
export const ALSO = ["thinks", "live"];

/** Points for how a word of the query meets a name; an ability counts less than a name. */
const EXACT = 100;
const START = 60;
const WORD_START = 40;
const INSIDE = 20;
const SQUEEZED = 16; // "gpt5" for gpt-5
const ABILITY = 24;
const ABILITY_START = 12;
const OWN_NAME = 8; // its id, not its vendor or family
const LIKED = 6;
const USED = 4;
const USABLE = 10;

const plain = (text) => text.normalize("NFKC").toLowerCase().trim();
const squeeze = (text) => text.replace(/[ \-._/+·]/g, "");
const isHan = (text) => /\p{Script=Han}/u.test(text);

/** The server's answer of /models/ as one list, ready to be searched: `{models, panels, vendors, favourites, recents}`. */
export function prepare(answer) {
  const { abilities = {}, vendors = {}, panels = [], models = [], further, with_key = null } = answer;
  const words = Object.fromEntries(Object.entries(abilities).map(([name, text]) => [name, text.split(" ")]));
  const more = further ?? { models: [], panels: [] };
  const owned = with_key && new Set([...with_key, ...more.models.map(({ id }) => id)]);
  const all = [
    ...models.map((model) => ready(model, panels, words, owned)),
    ...more.models.map((model) => ready(model, more.panels, words, owned)),
  ];
  return {
    models: all,
    byId: new Map(all.map((model) => [model.id, model])),
    vendors,
    unknown: answer.unknown ?? [],
    favourites: answer.favourites ?? [],
    recents: answer.recents ?? [],
  };
}

function ready(model, panels, words, owned) {
  const can = model.can ?? [];
  const names = (model.names ?? plain(model.id)).split("\n");
  return {
    ...model,
    label: model.label || model.id,
    in: model.in ?? ["text"],
    out: model.out ?? ["text"],
    can,
    names,
    hay: names.join("\n"),
    squeezed: squeeze(names.join("\n")),
    abilityWords: can.flatMap((name) => words[name] ?? []),
    parameters: panels[model.panel] ?? [],
    is_with_key: !owned || owned.has(model.id),
    is_available: Boolean(model.is_available),
  };
}

/** The model `id`, or a plain one for a name that nobody listed; it can be used all the same. */
export function modelOf(catalog, id) {
  const plainOne = { id, vendor: "other", panel: 0, is_available: true };
  return catalog.byId.get(id) ?? ready(plainOne, [catalog.unknown], {}, null);
}

/** Why a model cannot be taken now: "" | "later" (its protocol is not spoken yet) | "key" (the key does not have it). */
export function hindrance(model) {
  if (!model.is_available) return "later";
  return model.is_with_key ? "" : "key";
}

const BENCHES = { embedding: "embeddings", search: "search", formulas: "functions" };

/** Where one works with a model that never answers in a conversation; "" for all others. */
export function benchOf({ kind, id }) {
  const bench = BENCHES[kind];
  return bench ? `/benches/${bench}/?model=${encodeURIComponent(id)}` : "";
}

/** The rows to draw: `{kind: "heading", id, vendor?}` and `{kind: "model", model}`, headings only where models follow. */
export function rows(catalog, { query = "", filters = [], onlyMine = false, only = () => true } = {}) {
  const tokens = plain(query).split(/\s+/).filter(Boolean);
  const mine = new Set([...catalog.favourites, ...catalog.recents]);
  const fitting = catalog.models.filter(
    (model) => filters.every((ability) => model.can.includes(ability)) && (!onlyMine || mine.has(model.id)) && only(model),
  );
  if (tokens.length) return grouped(ranked(catalog, fitting, tokens));
  return [...section("favourites", catalog.favourites, fitting), ...recent(catalog, fitting), ...(onlyMine ? [] : grouped(fitting))];
}

function recent({ recents, favourites }, fitting) {
  const liked = new Set(favourites);
  return section("recents", recents.filter((id) => !liked.has(id)), fitting);
}

function section(id, ids, fitting) {
  const byId = new Map(fitting.map((model) => [model.id, model]));
  const found = ids.map((one) => byId.get(one)).filter(Boolean);
  return found.length ? [{ kind: "heading", id }, ...found.map((model) => ({ kind: "model", model, section: id }))] : [];
}

/** By vendor, the vendor of the first model first; the order within a vendor stays. */
function grouped(models) {
  const groups = new Map();
  for (const model of models) groups.set(model.vendor, [...(groups.get(model.vendor) ?? []), model]);
  return [...groups].flatMap(([vendor, own]) => [
    { kind: "heading", id: vendor, vendor },
    ...own.map((model) => ({ kind: "model", model, section: vendor })),
  ]);
}

function ranked(catalog, models, tokens) {
  const liked = new Set(catalog.favourites);
  const used = new Set(catalog.recents);
  const points = (model, wanted) => {
    const own = score(model, wanted);
    if (!own) return 0;
    const usable = hindrance(model) ? 0 : USABLE;
    return own + usable + (liked.has(model.id) ? LIKED : 0) + (used.has(model.id) ? USED : 0);
  };
  const best = (wanted) =>
    models
      .map((model, place) => ({ model, place, points: points(model, wanted) }))
      .filter(({ points }) => points)
      .sort((a, b) => b.points - a.points || a.place - b.place)
      .map(({ model }) => model);
  const found = best(tokens);
  if (found.length) return found;
  for (const wanted of splits(tokens)) {
    const parted = best(wanted);
    if (parted.length) return parted;
  }
  return [];
}

/** 0 if a token meets nothing of the model. */
export function score(model, tokens) {
  let sum = 0;
  for (const token of tokens) {
    const points = Math.max(byName(model, token), byAbility(model, token));
    if (!points) return 0;
    sum += points;
  }
  return sum;
}

function byName(model, token) {
  if (!model.hay.includes(token)) return model.squeezed.includes(squeeze(token) || token) ? SQUEEZED : 0;
  let best = 0;
  model.names.forEach((name, place) => {
    const points = meeting(name, token);
    if (points) best = Math.max(best, points + (place === 0 ? OWN_NAME : 0));
  });
  return best;
}

function meeting(name, token) {
  const at = name.indexOf(token);
  if (at < 0) return 0;
  if (name.length === token.length) return EXACT;
  if (at === 0) return START;
  return /[\s\-._/+·(]/.test(name[at - 1]) ? WORD_START : INSIDE;
}

/** "vision" and "看" are words; "v" is not enough to mean one. */
function byAbility(model, token) {
  const isEnough = token.length > 2 || isHan(token);
  let best = 0;
  for (const word of model.abilityWords) {
    if (word === token) return ABILITY;
    if (isEnough && word.startsWith(token)) best = ABILITY_START;
  }
  return best;
}

/** Initials run together, such as "alqw" for 阿里 千问: every way to part one long token of letters in two. */
function* splits(tokens) {
  const place = tokens.findIndex((token) => /^[a-z]{4,12}$/.test(token));
  if (place < 0) return;
  const token = tokens[place];
  for (let cut = 2; cut <= token.length - 2; cut += 1) {
    yield [...tokens.slice(0, place), token.slice(0, cut), token.slice(cut), ...tokens.slice(place + 1)];
  }
}

/** "128K" for 131072 as for 128000, "1M"; "" where nobody knows. */
export function shortCount(tokens) {
  if (!tokens) return "";
  if (tokens >= 1_000_000) return `${Math.floor(tokens / 100_000) / 10}M`;
  if (tokens < 1000) return String(tokens);
  const isBinary = tokens % 1000 && tokens % 1024 === 0;
  return `${Math.round(tokens / (isBinary ? 1024 : 1000))}K`;
}

/** Which rows are seen: from the first that reaches below `top` to the last that begins above `top + height`. */
export function visible(offsets, top, height, margin = 6) {
  let low = 0;
  let high = offsets.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (offsets[middle + 1] <= top) low = middle + 1;
    else high = middle;
  }
  let last = low;
  while (last < offsets.length - 1 && offsets[last] < top + height) last += 1;
  return [Math.max(0, low - margin), Math.min(offsets.length - 1, last + margin)];
}

/** Where each row begins, and one more: where the last one ends. */
export function offsetsOf(list, heights) {
  const offsets = [0];
  for (const row of list) offsets.push(offsets.at(-1) + heights[row.kind]);
  return offsets;
}

/** The next model in a direction, over headings; `by` may be a page or more, and stops at the ends. */
export function step(list, from, by) {
  const places = list.flatMap((row, place) => (row.kind === "model" ? [place] : []));
  if (!places.length) return -1;
  const now = places.indexOf(from);
  if (now < 0) return by < 0 ? places.at(-1) : places[0];
  return places[Math.max(0, Math.min(places.length - 1, now + by))];
}

/** What a form holds after `name` was set: nothing is kept for a value that says "as the vendor likes". */
export function withValue(values, name, value) {
  const isEmpty = value === undefined || value === null || value === "" || (Array.isArray(value) && !value.length);
  const { [name]: old, ...rest } = values;
  return isEmpty ? rest : { ...rest, [name]: value };
}

/** The name of the setting that rules `parameter` out now, or "". */
export function ruledOutBy(parameter, values) {
  if (parameter.only_with && values[parameter.only_with] === false) return parameter.only_with;
  return (parameter.not_with ?? []).find((rival) => values[rival]) ?? "";
}

/** Some settings belong to one way of asking: those of the way that `values` choose, or else of the usual one. */
export function ofProtocol(parameters, values) {
  const choice = parameters.find(({ name }) => name === "protocol");
  const chosen = choice && (accepts(choice, values.protocol) ? values.protocol : choice.default);
  return chosen ? parameters.filter(({ protocols }) => !protocols?.length || protocols.includes(chosen)) : parameters;
}

/** `values` without what another model does not offer or refuses: a change of model must not break the next call. */
export function carriedOver(parameters, values) {
  const known = new Map(ofProtocol(parameters, values).map((parameter) => [parameter.name, parameter]));
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => accepts(known.get(name), value)));
}

function accepts(parameter, value) {
  if (!parameter) return false;
  if (parameter.type === "choice") return parameter.choices.includes(value);
  if (parameter.type !== "number" && parameter.type !== "integer") return true;
  return value >= (parameter.minimum ?? -Infinity) && value <= (parameter.maximum ?? Infinity);
}
