/** What a page can put into the composer before anybody types: its address, and the greeting's things to do. */

import { hindrance } from "lib/models.js";
import { request } from "lib/requests.js";

/** {model, text, url, tools, attachment, role, change} of an address, and the address without them: a reload must not bring them twice.
 *
 * With `?preset=7` there is a `preset`, and everything else goes into its slots: `values`.
 */
export function prefillOf(address) {
  const url = new URL(address);
  const preset = Number(url.searchParams.get("preset")) || 0;
  if (preset) return { preset, values: slotsIn(url.searchParams), isEmpty: false, rest: url.pathname + url.hash };
  const take = (name) => {
    const value = url.searchParams.get(name) ?? "";
    url.searchParams.delete(name);
    return value;
  };
  const prefill = { model: take("model"), text: take("text"), url: take("attachment_url"), tools: take("tools") };
  const asked = { attachment: Number(take("attachment")) || 0, role: take("role"), change: Number(take("change")) || 0 };
  const isEmpty = !Object.values(prefill).some(Boolean) && !asked.attachment && !asked.change;
  return { ...prefill, ...asked, isEmpty, rest: url.pathname + url.search + url.hash };
}

function slotsIn(params) {
  params.delete("preset");
  return Object.fromEntries(params);
}

/** A suggestion never replaces what somebody has typed. */
export function suggested(own, text) {
  const words = own.trim();
  return !words || words === text ? text : `${words}\n\n${text}`;
}

/** A file of our own, as if the person had chosen it; without the hash in its served name. */
export async function sampleFile(url) {
  const blob = await (await request("GET", url)).blob();
  const name = new URL(url, location.href).pathname.split("/").at(-1).replace(/\.[0-9a-f]{12}(?=\.)/, "");
  return new File([blob], name, { type: blob.type });
}

/** The first model that can be asked now and takes all `kinds`; `wanted` if it is one of them. */
export function modelFor(kinds, models, hindrance, wanted = "") {
  const able = models.filter((model) => !hindrance(model) && kinds.every((kind) => model.in.includes(kind)));
  return able.find(({ id }) => id === wanted) ?? able.find(({ out }) => out.includes("text")) ?? able[0] ?? null;
}

/** Carries both out.
 *
 * `composer`: suggest(text), addFiles(files), attachUrl(url), choose(what), pick(model), catalog(),
 * use({attachment, role}), change(generation), preset({preset, values}), tools(names).
 */
export class Opening {
  #composer;

  constructor(composer) {
    this.#composer = composer;
  }

  /** Nothing is ever sent: the link may be anybody's. In a conversation only a generation to change is taken. */
  takeAddress(isNew) {
    const { text, url, tools, attachment, role, change, preset, values, isEmpty, rest } = prefillOf(location.href);
    if (isEmpty || !(isNew || change)) return;
    history.replaceState(history.state, "", rest);
    if (change) return void this.#composer.change(change);
    if (preset) return void this.#composer.preset({ preset, values });
    if (attachment) this.#composer.use({ attachment: { id: attachment }, role });
    if (text) this.#composer.suggest(text);
    if (tools) this.#composer.tools(tools.split(","));
    if (url) this.#composer.attachUrl(url);
  }

  async take({ sample, sampleUrl, text, model }) {
    if (text) this.#composer.suggest(text);
    if (sample === "picture") this.#composer.choose("picture");
    if (sample !== "film") return;
    const [file, catalog] = await Promise.all([sampleFile(sampleUrl), this.#composer.catalog()]);
    const able = modelFor(["video", "audio"], catalog.models, hindrance, model);
    if (able) this.#composer.pick(able);
    this.#composer.addFiles([file]);
  }
}
