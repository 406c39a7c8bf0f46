import assert from "node:assert/strict";
import { test } from "node:test";
import "./resolve.mjs";

const { PageTitle, dotFor, titleFor } = await import("lib/page-title.js");

class Page extends EventTarget {
  title = "Harbour";
  hidden = false;
  icon = { href: "/favicon.svg", dataset: {} };
  getElementById() {
    return this.icon;
  }
  tell(type, detail) {
    this.dispatchEvent(Object.assign(new Event(type), { detail }));
  }
  hide(isHidden) {
    this.hidden = isHidden;
    this.tell("visibilitychange");
  }
}

function started() {
  const page = new Page();
  new PageTitle(page).start();
  return page;
}

test("marks are put before the title and never pile up", () => {
  assert.equal(titleFor("Harbour", { isRunning: true, unread: 2 }), "● (2) Harbour");
  assert.equal(titleFor("● (2) Harbour", { unread: 1 }), "(1) Harbour");
  assert.equal(titleFor("✓ Harbour"), "Harbour");
  assert.equal(titleFor("(draft) Harbour"), "(draft) Harbour");
});

test("what runs shows before what is done and what is unread", () => {
  assert.equal(dotFor({ isRunning: true, isDone: true, unread: 3 }), "running");
  assert.equal(dotFor({ isDone: true, unread: 3 }), "done");
  assert.equal(dotFor({ unread: 3 }), "unread");
  assert.equal(dotFor(), "");
});

test("a running reply shows in title and icon until it ends", () => {
  const page = started();
  page.tell("reply-state", { message: 1, status: "streaming" });
  assert.equal(page.title, "● Harbour");
  assert.match(page.icon.href, /^data:image\/svg/);
  page.tell("reply-state", { message: 1, status: "complete" });
  assert.equal(page.title, "Harbour");
  assert.equal(page.icon.href, "/favicon.svg");
});

test("with two replies it runs until the second ends", () => {
  const page = started();
  page.tell("reply-state", { message: 1, status: "queued" });
  page.tell("reply-state", { message: 2, status: "streaming" });
  page.tell("reply-state", { message: 1, status: "failed" });
  assert.equal(page.title, "● Harbour");
  page.tell("reply-state", { message: 2, status: "stopped" });
  assert.equal(page.title, "Harbour");
});

test("done is only shown to those who did not see it, and until they look", () => {
  const page = started();
  page.tell("reply-state", { message: 1, status: "streaming" });
  page.hide(true);
  page.tell("reply-state", { message: 1, status: "complete" });
  assert.equal(page.title, "✓ Harbour");
  page.hide(false);
  assert.equal(page.title, "Harbour");
});

test("another conversation begins without the marks of the last", () => {
  const page = started();
  page.tell("reply-state", { message: 1, status: "streaming" });
  page.title = "Trailer";
  page.tell("conversation-opened", { conversation: 2 });
  assert.equal(page.title, "Trailer");
});

test("unread ones are counted", () => {
  const page = started();
  page.tell("list-state", { unread: 4, running: 0 });
  assert.equal(page.title, "(4) Harbour");
});

test("a job shows as long as it is being made", () => {
  const page = started();
  page.tell("reply-state", { message: 1, status: "generating" });
  assert.equal(page.title, "● Harbour");
  page.tell("reply-state", { message: 1, status: "complete" });
  assert.equal(page.title, "Harbour");
});

test("a reply that waits for a person is marked until it goes on or is over", () => {
  const page = started();
  page.hide(true);
  page.tell("reply-state", { message: 3, status: "streaming" });
  page.tell("reply-state", { message: 3, status: "waiting" });
  assert.equal(page.title, "? Harbour");
  page.tell("reply-state", { message: 3, status: "queued" });
  assert.equal(page.title, "● Harbour");
  page.tell("reply-state", { message: 3, status: "complete" });
  assert.equal(page.title, "✓ Harbour");
});
