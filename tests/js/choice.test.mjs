import "./resolve.mjs";

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const { Choice } = await import("lib/choice.js");
const { Kept } = await import("lib/kept.js");
const { Drafts } = await import("lib/drafts.js");
const { modelFor, prefillOf } = await import("lib/opening.js");

const page = (at, more = {}) => ({ at, model: { id: "plain", label: "Plain", in: ["text"], parameters: ["temperature"] }, parameters: {}, ...more });
const thinker = {
  id: "thinker",
  label: "Thinker",
  in: ["text", "image"],
  parameters: [{ name: "thinking", type: "boolean" }, { name: "temperature", type: "number", maximum: 1 }],
};
let drafts, time;
beforeEach(() => {
  time = 1000;
  drafts = new Drafts(new Kept(null, "1"), () => time);
});

test("without a choice of its own a conversation goes on as the server last heard it", () => {
  const choice = new Choice(drafts, "5", page(900, { parameters: { temperature: 0.4 } }));
  assert.deepEqual([choice.model.id, choice.parameters], ["plain", { temperature: 0.4 }]);
});

test("what was chosen here survives a reload, until a message says otherwise", () => {
  new Choice(drafts, "5", page(900)).pick(thinker);
  assert.equal(new Choice(drafts, "5", page(900)).model.id, "thinker");
  assert.equal(new Choice(drafts, "5", page(1100)).model.id, "plain");
  assert.equal(new Choice(drafts, "6", page(900)).model.id, "plain");
});

test("a setting that the new model does not take stays at home and is not forgotten", () => {
  const choice = new Choice(drafts, "5", page(900));
  choice.set({ temperature: 1.8 });
  choice.pick(thinker);
  assert.deepEqual(choice.parameters, {});
  choice.pick({ ...page(0).model, parameters: [{ name: "temperature", type: "number", maximum: 2 }] });
  assert.deepEqual(choice.parameters, { temperature: 1.8 });
});

test("thinking is on, off, or as the vendor likes", () => {
  const choice = new Choice(drafts, "5", page(900));
  assert.equal(choice.canThink, false);
  choice.pick(thinker);
  assert.deepEqual([choice.canThink, choice.isThinking, choice.parameters], [true, false, {}]);
  choice.toggleThinking();
  assert.deepEqual([choice.parameters, choice.isTuned], [{ thinking: true }, false]);
  choice.toggleThinking();
  assert.deepEqual(choice.parameters, { thinking: false });
});

test("an address fills the composer once", () => {
  const prefill = prefillOf("https://here/?model=a&text=Hi%20there&attachment_url=https%3A%2F%2Fx%2Fa.png&tab=1#end");
  const none = { tools: "", attachment: 0, role: "", change: 0 };
  assert.deepEqual(prefill, { model: "a", text: "Hi there", url: "https://x/a.png", ...none, isEmpty: false, rest: "/?tab=1#end" });
  assert.equal(prefillOf("https://here/").isEmpty, true);
  const used = prefillOf("https://here/?model=a&attachment=7&role=first_frame");
  assert.deepEqual([used.attachment, used.role, used.isEmpty, used.rest], [7, "first_frame", false, "/"]);
  assert.equal(prefillOf("https://here/c/5/?change=9").change, 9);
  const set = prefillOf("https://here/?tools=functions:7");
  assert.deepEqual([set.tools, set.isEmpty, set.rest], ["functions:7", false, "/"]);
});

test("a sample takes the wanted model if it can be asked, else the nearest that can", () => {
  const models = [
    { id: "blind", in: ["text"], out: ["text"] },
    { id: "omni", in: ["text", "video", "audio"], out: ["text"] },
    { id: "other", in: ["text", "video", "audio"], out: ["text"] },
  ];
  const kinds = ["video", "audio"];
  assert.equal(modelFor(kinds, models, () => "", "other").id, "other");
  assert.equal(modelFor(kinds, models, ({ id }) => (id === "other" ? "key" : ""), "other").id, "omni");
  assert.equal(modelFor(["file"], models, () => ""), null);
});
