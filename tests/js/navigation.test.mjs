import assert from "node:assert/strict";
import { test } from "node:test";
import "./resolve.mjs";

const { isOurs } = await import("lib/navigation.js");

const here = new URL("https://playground.example/c/1/");
const click = (more = {}) => ({ button: 0, defaultPrevented: false, ...more });
const link = (href, attributes = {}) => ({
  href,
  target: attributes.target ?? "",
  hasAttribute: (name) => name in attributes,
});
const ours = (href, attributes, event = click()) => isOurs(event, link(href, attributes), here);

test("our own pages are swapped in", () => {
  for (const href of ["/", "/c/2/", "/c/2/#m9", "/m/9/", "/settings/", "/teams/1/"]) assert.ok(ours(href), href);
});

test("what is no page of the frame is loaded whole", () => {
  const others = ["/accounts/login/", "/admin/", "/attachments/1/file/", "/static/a.css", "/start/x/", "/invitations/x/"];
  for (const href of others) assert.ok(!ours(href), href);
});

test("other sites, downloads and new tabs are the browser's", () => {
  assert.ok(!ours("https://elsewhere.example/c/2/"));
  assert.ok(!ours("/c/2/", { download: "" }));
  assert.ok(!ours("/c/2/", { target: "_blank" }));
  assert.ok(!ours("/c/2/", { "data-full": "" }));
});

test("middle clicks and modified clicks open tabs and windows", () => {
  for (const event of [{ button: 1 }, { metaKey: true }, { ctrlKey: true }, { shiftKey: true }, { altKey: true }]) {
    assert.ok(!ours("/c/2/", {}, click(event)));
  }
});

test("a jump inside the page is a jump", () => {
  assert.ok(!ours("/c/1/#m5"));
  assert.ok(!ours("#main"));
  assert.ok(ours("/c/1/"));
});

test("somebody else has dealt with the click already", () => {
  assert.ok(!ours("/c/2/", {}, click({ defaultPrevented: true })));
});
