import "./resolve.mjs";

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const { Tray, labelOf, reasonOf } = await import("lib/tray.js");

const limits = { max_upload_bytes: 1000, max_attachments: 3 };
const file = (name, type = "video/mp4", size = 10) => new File([new Uint8Array(size)], name, { type });
const described = (id, more = {}) => ({ id, kind: "video", state: "ready", name: `${id}.mp4`, size_bytes: 10, failure: "", ...more });
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** The server's side, answered by hand where a test wants to look in between. */
class Door {
  uploads = [];
  asked = [];
  refused = new Set();
  upload(file, options) {
    return new Promise((resolve, reject) => {
      options.signal.addEventListener("abort", () => reject(Object.assign(new Error("aborted"), { name: "AbortError" })));
      this.uploads.push({ file, ...options, resolve, reject });
    });
  }
  async fit(model, ids) {
    this.asked.push([model, ...ids]);
    return ids.map((attachment) => {
      const is_accepted = !this.refused.has(attachment);
      return { attachment, is_accepted, reason: is_accepted ? null : { code: "no_video", text: "It does not watch films." }, repairs: ["shrink"] };
    });
  }
  read = async (id) => described(id, this.facts);
  remote = async (url) => described(50, { name: url });
  repair = async (id) => described(id + 100);
  cancelled = [];
  cancel = (id) => this.cancelled.push(id);
}

let door, tray, changes, timers;
beforeEach(() => {
  door = new Door();
  changes = 0;
  timers = [];
  tray = new Tray({ door, limits, setTimeout: (act) => timers.push(act) });
  tray.act = () => (changes += 1);
  tray.ask("m");
});

test("several files go up at once", () => {
  tray.add([1, 2, 3].map((n) => file(`${n}.mp4`)));
  assert.equal(door.uploads.length, 3);
  assert.deepEqual([tray.isUploading, tray.isBusy], [true, true]);
});

test("progress is a share of the whole", () => {
  tray.add([file("a.mp4", "video/mp4", 200)]);
  door.uploads[0].onProgress(50, 200, described(1, { state: "uploading" }));
  assert.equal(tray.items[0].progress, 0.25);
  assert.deepEqual(tray.files, []);
  assert.deepEqual(tray.kept.map(({ id }) => id), [1]);
});

test("limits are told before a byte is sent", () => {
  tray.add([file("large.mp4", "video/mp4", 1001), file("empty.txt", "text/plain", 0)]);
  assert.equal(door.uploads.length, 0);
  assert.match(tray.problem, /1.0 KB is more than the 1.0 KB/);
  assert.deepEqual(tray.items.map(({ state }) => state), ["refused", "refused"]);
  tray.clear();
  tray.add([1, 2, 3, 4].map((n) => file(`${n}.mp4`)));
  assert.deepEqual(tray.items.map(({ state }) => state), ["uploading", "uploading", "uploading", "refused"]);
  assert.match(tray.problem, /at most 3 files/);
});

test("a cancelled upload is gone and says nothing", async () => {
  tray.add([file("a.mp4")]);
  tray.remove(tray.items[0]);
  await settled();
  assert.equal(door.uploads[0].signal.aborted, true);
  assert.deepEqual([tray.items.length, tray.problem], [0, ""]);
});

test("a failed upload says why and can be tried again", async () => {
  tray.add([file("a.mp4")]);
  door.uploads[0].reject(new Error("The server cannot be reached."));
  await settled();
  assert.equal(tray.problem, "a.mp4: The server cannot be reached.");
  assert.equal(tray.isBusy, false);
  tray.retry(tray.items[0]);
  door.uploads[1].resolve(described(1));
  await settled();
  assert.equal(tray.problem, "");
  assert.deepEqual(tray.files.map(({ id }) => id), [1]);
});

test("a file is asked about once it is ready, and again when the model changes", async () => {
  tray.add([file("a.mp4")]);
  door.uploads[0].resolve(described(1, { state: "probing" }));
  await settled();
  assert.deepEqual(door.asked, []);
  assert.equal(tray.isBusy, true);
  await tray.refresh(1);
  await settled();
  assert.deepEqual(door.asked, [["m", 1]]);
  tray.ask("other");
  await settled();
  assert.deepEqual(door.asked.at(-1), ["other", 1]);
  assert.equal(tray.isBusy, false);
});

test("a lost word about the end of probing is made up for", async () => {
  tray.add([file("a.mp4")]);
  door.uploads[0].resolve(described(1, { state: "probing" }));
  await settled();
  timers.shift()();
  await settled();
  assert.equal(tray.items[0].state, "ready");
});

test("a file that does not fit blocks with its reason until it is repaired", async () => {
  door.refused.add(1);
  tray.addAttachments([described(1, { name: "clip.mp4" })]);
  await settled();
  assert.equal(tray.problem, "clip.mp4: It does not watch films.");
  await tray.repair(tray.items[0], "shrink");
  await settled();
  assert.deepEqual(tray.files.map(({ id }) => id), [101]);
  assert.equal(tray.problem, "");
});

test("a repair that fails leaves the file and says why", async () => {
  door.refused.add(1);
  door.repair = async () => {
    throw new Error("It cannot be made smaller.");
  };
  tray.addAttachments([described(1)]);
  await settled();
  await tray.repair(tray.items[0], "shrink");
  assert.equal(reasonOf(tray.items[0]), "It cannot be made smaller.");
  assert.equal(tray.items[0].state, "ready");
});

test("an old answer does not overwrite a newer one", async () => {
  const answers = [];
  door.fit = (model, [attachment]) => new Promise((resolve) => answers.push(() => resolve([{ attachment, is_accepted: model === "sees", reason: { text: model } }])));
  tray.addAttachments([described(1)]);
  tray.ask("sees");
  answers[1]();
  await settled();
  answers[0]();
  await settled();
  assert.equal(tray.problem, "");
  assert.equal(tray.isBusy, false);
});

test("a file of a draft that is gone says so", async () => {
  door.fit = async () => [];
  tray.addAttachments([described(1, { name: "old.mp4" })]);
  await settled();
  assert.match(tray.problem, /old.mp4: This file is no longer there/);
  assert.deepEqual(tray.files, []);
});

test("an upload that was done behind a reload needs nothing more", async () => {
  tray.addAttachments([described(1, { state: "uploading" })]);
  await settled();
  assert.equal(tray.problem, "");
  assert.deepEqual(tray.files.map(({ id }) => id), [1]);
});

test("an upload cut off by a reload goes on when the same file comes again", async () => {
  door.facts = { state: "uploading", name: "a.mp4" };
  tray.addAttachments([described(1, door.facts)]);
  await settled();
  assert.match(tray.problem, /cut off/);
  tray.add([file("a.mp4")]);
  assert.deepEqual([tray.items.length, door.uploads[0].attachment.id, tray.problem], [1, 1, ""]);
  door.uploads[0].resolve(described(1));
  await settled();
  assert.deepEqual(tray.files.map(({ id }) => id), [1]);
});

test("a removed file is forgotten on the server, an emptied tray is not", () => {
  tray.addAttachments([described(1), described(2)]);
  tray.remove(tray.items[0]);
  tray.clear();
  assert.deepEqual(door.cancelled, [1]);
  assert.deepEqual(tray.items, []);
});

test("when the question cannot be asked, the server decides at sending", async () => {
  door.fit = async () => {
    throw new Error("no network");
  };
  tray.addAttachments([described(1)]);
  await settled();
  assert.deepEqual([tray.problem, tray.isBusy], ["", false]);
});

test("an address becomes a file", async () => {
  await tray.addUrl("https://example.org/a.mp4");
  assert.deepEqual(tray.files.map(({ name }) => name), ["https://example.org/a.mp4"]);
});

test("a repair names what it does", () => {
  assert.equal(labelOf("shrink"), "Make it smaller");
  assert.equal(labelOf({ repair: "trim", label: "Shorten to 40 s" }), "Shorten to 40 s");
  assert.equal(labelOf("choose_model:a:b", (id) => id.toUpperCase()), "Use A:B");
});
