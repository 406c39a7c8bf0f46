import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import "./resolve.mjs";

const { nt, t, useStrings } = await import("lib/i18n.js");

afterEach(() => useStrings({}));

test("English is the key", () => {
  assert.equal(t("Copy"), "Copy");
  assert.equal(t("%(name)s is here", { name: "Ada" }), "Ada is here");
});

test("the page's language comes first", () => {
  useStrings({ "%(name)s is here": "%(name)s 在这里" });
  assert.equal(t("%(name)s is here", { name: "小明" }), "小明 在这里");
});

test("an empty translation is none", () => {
  useStrings({ Copy: "" });
  assert.equal(t("Copy"), "Copy");
});

test("values are put in as they are", () => {
  assert.equal(t("%(a)s and %(b)s", { a: "%(b)s", b: "$&" }), "%(b)s and $&");
  assert.equal(t("%(a)s"), "%(a)s");
});

test("English counts one and many, Chinese does not", () => {
  assert.equal(nt("%(count)s file", "%(count)s files", 1), "1 file");
  assert.equal(nt("%(count)s file", "%(count)s files", 0), "0 files");
  useStrings({ "%(count)s file": ["%(count)s 个文件"] });
  assert.equal(nt("%(count)s file", "%(count)s files", 1), "1 个文件");
  assert.equal(nt("%(count)s file", "%(count)s files", 5), "5 个文件");
});
