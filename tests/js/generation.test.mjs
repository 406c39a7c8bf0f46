import "./resolve.mjs";

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const { Choice } = await import("lib/choice.js");
const { Drafts } = await import("lib/drafts.js");
const { GenerationDraft } = await import("lib/generation-draft.js");
const { adjusted, allowedFor, broken, mostVariations, ratioOf, settingsOf } = await import("lib/generation-runs.js");
const { isOpen, meant, placed, slotsOf, takesAll, taskFor } = await import("lib/generation-tasks.js");
const { Kept } = await import("lib/kept.js");
const { Submission } = await import("lib/submission.js");
const { Tray } = await import("lib/tray.js");

const slot = (role, minimum, maximum, kinds = ["image"]) => ({ role, minimum, maximum, kinds });
const parameters = [
  { name: "duration", type: "integer", default: 5, minimum: 3, maximum: 15, is_main: true },
  { name: "resolution", type: "choice", choices: ["720p", "1080p"], default: "720p", is_main: true },
  { name: "sets", type: "boolean", default: false },
  { name: "most", type: "integer", only_with: "sets" },
];
const rules = [{ if: { resolution: ["1080p"] }, only: { duration: [8, 10] } }];
const films = {
  makes: "video",
  prompt_max: 20,
  tasks: [
    { name: "text-to-video", slots: [], parameters, rules, typical_s: 90 },
    { name: "image-to-video", slots: [slot("first_frame", 1, 1), slot("last_frame", 0, 1)], parameters, typical_s: 164 },
    { name: "reference-to-video", slots: [slot("reference", 3, 3)], parameters },
  ],
};
const edits = {
  makes: "image",
  tasks: [
    { name: "text-to-image", slots: [], parameters: [{ name: "size", type: "choice", choices: ["1024x1024", "1536x1024"], is_main: true }] },
    { name: "image-edit", slots: [slot("source", 1, 3), slot("mask", 0, 1)], parameters: [{ name: "size", type: "choice", choices: ["1024x1024", "1536x1024"] }] },
  ],
};
const onlyFrames = { makes: "video", tasks: [{ name: "image-to-video", slots: [slot("first_frame", 1, 1), slot("reference", 0, 1, ["audio"])], parameters }] };
const model = (id, form) => ({ id, label: id.toUpperCase(), form, parameters: [], in: ["text"], out: [], is_available: true, is_with_key: true });
const catalog = new Map([model("film", films), model("edit", edits), model("frames", onlyFrames), model("other", films)].map((one) => [one.id, one]));
const files = (...list) => list.map(([kind, role = ""], key) => ({ key, kind, role }));

test("the task follows from the roles that are filled", () => {
  const named = (...roles) => taskFor(films, roles)?.name ?? null;
  assert.deepEqual(
    [named(), named("first_frame"), named("first_frame", "last_frame"), named("last_frame"), named("reference"), named("reference", "reference", "reference")],
    ["text-to-video", "image-to-video", "image-to-video", null, null, "reference-to-video"],
  );
});

test("what is missing is told for the task that is meant", () => {
  const missing = (form, ...roles) => meant(form, roles).missing.map(({ role, count }) => `${count} ${role}`);
  assert.deepEqual(missing(onlyFrames), ["1 first_frame"]);
  assert.deepEqual(missing(films, "last_frame"), ["1 first_frame"]);
  assert.deepEqual(missing(films, "reference"), ["2 reference"]);
  assert.equal(meant(films, ["reference", "first_frame"]).task, null);
});

test("a form has each place once, as wide as its widest task", () => {
  assert.deepEqual(slotsOf(films).map(({ role, maximum }) => [role, maximum]), [["first_frame", 1], ["last_frame", 1], ["reference", 3]]);
});

test("files fill the places in order and keep those that were chosen", () => {
  const roles = (form, ...list) => Object.values(placed(form, files(...list)));
  assert.deepEqual(roles(films, ["image"], ["image"], ["image"]), ["first_frame", "last_frame", ""]);
  assert.deepEqual(roles(films, ["image", "reference"], ["image"]), ["reference", "reference"]);
  assert.deepEqual(roles(films, ["image"], ["image", "first_frame"]), ["last_frame", "first_frame"]);
  assert.deepEqual(roles(edits, ["image"], ["image", "mask"]), ["source", "mask"]);
  assert.deepEqual(roles(onlyFrames, ["audio"], ["image"]), ["reference", "first_frame"]);
});

test("another form takes the pictures it has a place for, and no mask as a picture", () => {
  const roles = (form, ...list) => Object.values(placed(form, files(...list)));
  assert.deepEqual(roles(edits, ["image", "first_frame"], ["image", "last_frame"]), ["source", ""]);
  assert.deepEqual(roles(films, ["image", "source"], ["image", "mask"]), ["first_frame", ""]);
  assert.deepEqual(roles(films, ["video"]), [""]);
});

test("a place is shut while no task takes it beside the others", () => {
  assert.deepEqual([isOpen(films, ["first_frame"], "reference"), isOpen(films, ["first_frame"], "last_frame")], [false, true]);
  assert.equal(takesAll(onlyFrames, files(["image", "first_frame"])), true);
  assert.equal(takesAll(onlyFrames, files(["image", "first_frame"], ["image", "last_frame"])), false);
});

test("settings go out in range, and not while another rules them out", () => {
  const [task] = films.tasks;
  assert.deepEqual(settingsOf(task, { duration: 40, resolution: "720p", most: 3, unknown: 1 }), { resolution: "720p" });
  assert.deepEqual(settingsOf(task, { sets: true, most: 3 }), { sets: true, most: 3 });
});

test("rules between settings grey what they rule out, and mend it", () => {
  const [task] = films.tasks;
  assert.equal(allowedFor(task, "duration", {}), null);
  assert.deepEqual(allowedFor(task, "duration", { resolution: "1080p" }), [8, 10]);
  assert.deepEqual(broken(task, { resolution: "1080p" }), { name: "duration", allowed: [8, 10], given: [["resolution", "1080p"]] });
  assert.deepEqual(adjusted(task, { resolution: "1080p", duration: 4 }, "resolution"), { resolution: "1080p", duration: 8 });
  assert.deepEqual(adjusted(task, { resolution: "1080p", duration: 4 }, "duration"), { resolution: "1080p", duration: 4 });
});

test("no more than sixteen come of one message", () => {
  assert.deepEqual([1, 2, 3, 6].map(mostVariations), [8, 8, 5, 2]);
});

test("the shape is the one that was set, else the picture's, else the usual one", () => {
  const task = { parameters: [{ name: "ratio", type: "choice", default: "16:9" }] };
  assert.equal(ratioOf(task, { ratio: "9:16" }, "video"), 9 / 16);
  assert.equal(ratioOf(task, {}, "video"), 16 / 9);
  assert.equal(ratioOf({}, { size: "1536x1024" }, "image"), 1.5);
  assert.equal(ratioOf({}, { size: "auto" }, "image", [{ width: 300, height: 400 }]), 0.75);
  assert.deepEqual([ratioOf({}, {}, "image"), ratioOf({}, {}, "video")], [1, 16 / 9]);
});

const limits = { max_upload_bytes: 1e6, max_attachments: 10 };
const picture = (id, more = {}) => ({ id, kind: "image", state: "ready", name: `${id}.png`, width: 400, height: 200, size_bytes: 9, failure: "", ...more });
let tray, choice, drafts;
beforeEach(() => {
  tray = new Tray({ door: { fit: async () => [], cancel: (id) => cancelled.push(id) }, limits, setTimeout: () => 0 });
  drafts = new Drafts(new Kept(null, "1"), () => 1000);
  choice = new Choice(drafts, "5", { at: 0, model: { id: "plain", in: ["text"], parameters: [] }, parameters: {} });
  cancelled.length = 0;
});
const cancelled = [];
const draft = (id, text = "A fox") => {
  choice.pick(catalog.get(id));
  return new GenerationDraft({ model: catalog.get(id), choice, tray, text, find: (one) => catalog.get(one) });
};

test("a generation goes out as runs, with the files in the order of their places", () => {
  tray.addAttachments([picture(1, { role: "last_frame" }), picture(2)]);
  choice.pick(catalog.get("film"));
  choice.setFor(catalog.get("film"), { duration: 8 });
  choice.setAlso(["other"]);
  choice.setCount(2);
  const { runs, files: sent, parameters: own, cards } = draft("film").question;
  assert.deepEqual(runs, [{ model: "film", parameters: { duration: 8 }, count: 2 }, { model: "other", parameters: {}, count: 2 }]);
  assert.deepEqual(sent.map(({ id, role }) => [id, role]), [[2, "first_frame"], [1, "last_frame"]]);
  assert.deepEqual(own, { duration: 8 });
  assert.deepEqual(cards.map(({ label, ratio }) => [label, ratio]), [["FILM", 2], ["FILM", 2], ["OTHER", 2], ["OTHER", 2]]);
});

test("it says what keeps it from going out", () => {
  assert.equal(draft("film").hindrance, "");
  assert.equal(draft("film", " ").hindrance, "Describe what you want to see.");
  assert.match(draft("film", "x".repeat(21)).hindrance, /21 characters.*20/);
  assert.equal(draft("frames").hindrance, "This model needs a picture.");
  tray.addAttachments([picture(1, { role: "first_frame" })]);
  assert.equal(draft("frames", "").hindrance, "");
  choice.setFor(catalog.get("film"), { resolution: "1080p" });
  tray.clear();
  assert.match(draft("film").hindrance, /Resolution 1080p, “Length” can be: 8 s, 10 s/);
});

test("it says in words what it will be", () => {
  assert.deepEqual(draft("film").words, ["Film from text", "about 2 min"]);
  tray.addAttachments([picture(1)]);
  assert.deepEqual(draft("film").words, ["Film from a picture", "about 3 min"]);
  tray.addAttachments([picture(2)]);
  assert.equal(draft("film").words[0], "Film between two pictures");
});

test("a file without a place says so and keeps the role it had for the next model", () => {
  tray.addAttachments([picture(1, { role: "first_frame" }), picture(2, { role: "last_frame" })]);
  draft("edit");
  assert.match(tray.problem, /EDIT has no place for “Last frame”/);
  draft("film");
  assert.equal(tray.problem, "");
  assert.deepEqual(tray.kept.map(({ role }) => role), ["first_frame", "last_frame"]);
});

test("a model beside it that cannot do the same keeps it from going out", () => {
  choice.pick(catalog.get("film"));
  choice.setAlso(["frames"]);
  assert.match(draft("film").hindrance, /FRAMES cannot do this/);
  tray.addAttachments([picture(1)]);
  assert.equal(draft("film").hindrance, "");
});

test("a mask of another size than the picture is not sent", () => {
  tray.addAttachments([picture(1), picture(2, { role: "mask", width: 200 })]);
  assert.match(draft("edit").hindrance, /does not have the size of the picture/);
  tray.remove(tray.items[1]);
  tray.addAttachments([picture(3, { role: "mask" })]);
  assert.equal(draft("edit").hindrance, "");
});

test("settings are remembered per model and per draft; the main ones begin the next form of that model", () => {
  draft("film");
  choice.setFor(catalog.get("film"), { duration: 9, most: 2 });
  choice.pick(catalog.get("edit"));
  assert.deepEqual(choice.parameters, {});
  choice.pick(catalog.get("film"));
  assert.deepEqual(choice.parameters, { duration: 9, most: 2 });
  const elsewhere = new Choice(drafts, "6", { at: 0, model: { id: "plain", in: ["text"], parameters: [] }, parameters: {} });
  elsewhere.pick(catalog.get("film"));
  assert.deepEqual(elsewhere.parameters, { duration: 9 });
});

test("after a reload the same models and variations are there, even if the message went out since", () => {
  choice.pick(catalog.get("film"));
  choice.setAlso(["other"]);
  choice.setCount(3);
  const again = new Choice(drafts, "5", { at: Infinity, model: { id: "film", in: ["text"], parameters: [] }, parameters: { duration: 4 } });
  again.describe(catalog.get("film"));
  assert.deepEqual([again.also, again.count, again.model.makes], [["other"], 3, "video"]);
});

test("a borrowed file is never deleted", () => {
  tray.use(picture(7), "first_frame");
  tray.use(picture(7), "last_frame");
  assert.deepEqual(tray.kept.map(({ id, role, is_borrowed }) => [id, role, is_borrowed]), [[7, "last_frame", true]]);
  tray.remove(tray.items[0]);
  tray.addAttachments([picture(8)]);
  tray.remove(tray.items[0]);
  assert.deepEqual(cancelled, [8]);
});

test("a question holds what the form says", () => {
  const asked = draft("film");
  const desk = { text: "A fox", tray, edit: null, hasSomething: true };
  const submission = new Submission({ desk, choice: () => choice, draft: () => asked, notes: {}, mostCharacters: 100 });
  const { text, model: id, runs } = submission.question();
  assert.deepEqual([text, id, runs], ["A fox", "film", [{ model: "film", parameters: {}, count: 1 }]]);
});
