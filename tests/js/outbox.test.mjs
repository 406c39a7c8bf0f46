import "./resolve.mjs";

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const { Kept } = await import("lib/kept.js");
const { Outbox, newId } = await import("lib/outbox.js");

/** A server that answers each client_id once and remembers what it took. */
class Server {
  taken = [];
  isDeaf = false;
  refuses = null;
  answer(frame, reply) {
    if (this.isDeaf) return;
    if (this.refuses) return reply({ type: "frame.refused", client_id: frame.client_id, error: this.refuses });
    if (!this.taken.some(({ client_id }) => client_id === frame.client_id)) this.taken.push(frame);
    reply({ type: "message.accepted", client_id: frame.client_id, conversation: 5, message: 10, reply: 11, url: "/c/5/" });
  }
}

class Line {
  state = "connecting";
  sent = [];
  #handlers = {};
  constructor(server) {
    this.server = server;
  }
  on(type, act) {
    (this.#handlers[type] ??= []).push(act);
  }
  send(frame) {
    if (this.state !== "open") return false;
    this.sent.push(frame);
    this.server.answer(frame, (reply) => queueMicrotask(() => this.tell(reply.type, reply)));
    return true;
  }
  tell(type, frame) {
    for (const act of this.#handlers[type] ?? []) act(frame);
  }
  become(state) {
    this.state = state;
    this.tell("state", { state });
    return settled();
  }
}

/** The storage of one browser, its tabs told of each other's writes. */
class Browser {
  data = {};
  tabs = new Set();
  locks = new Map();
  isFull = false;
  storageOf(tab) {
    const { data } = this;
    const browser = this;
    const methods = {
      getItem: (key) => data[key] ?? null,
      setItem(key, value) {
        if (browser.isFull) throw new DOMException("full", "QuotaExceededError");
        data[key] = value;
        browser.#spread(tab, key, value);
      },
      removeItem(key) {
        delete data[key];
        browser.#spread(tab, key, null);
      },
    };
    return new Proxy(methods, { ownKeys: () => Object.keys(data), getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }), get: (object, name) => object[name] });
  }
  #spread(from, key, newValue) {
    for (const tab of this.tabs) if (tab !== from) tab.dispatchEvent(Object.assign(new Event("storage"), { key, newValue }));
  }
}

function openTab(browser, server, { user = "1", hasLocks = true, now, isListening = true } = {}) {
  const tab = new EventTarget();
  const mine = [];
  tab.timers = [];
  tab.setTimeout = (act) => tab.timers.push(act);
  const locks = {
    request: (name) => (mine.push(name), browser.locks.set(name, tab)),
    query: async () => ({ held: [...browser.locks.keys()].map((name) => ({ name })) }),
  };
  tab.navigator = hasLocks ? { locks } : {};
  browser.tabs.add(tab);
  const kept = new Kept(browser.storageOf(tab), user);
  kept.claim();
  const line = new Line(server);
  const outbox = new Outbox({ kept, socket: line, browser: tab, now }).start();
  if (isListening) outbox.open();
  const close = () => {
    browser.tabs.delete(tab);
    line.state = "closed";
    mine.forEach((name) => browser.locks.delete(name));
  };
  return { tab, kept, line, outbox, close };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const question = (text, conversation = 5) => ({ type: "message.create", conversation, text });
const texts = (server) => server.taken.map(({ text }) => text);

let browser, server;
beforeEach(() => {
  browser = new Browser();
  server = new Server();
});

test("what is sent on an open line is accepted once and forgotten", async () => {
  const { outbox, line } = openTab(browser, server);
  await line.become("open");
  const accepted = [];
  outbox.on("accepted", (answer, entry) => accepted.push([answer.url, entry.frame.text]));
  const id = outbox.send(question("hello"));
  assert.equal(outbox.has(id), true);
  await settled();
  assert.deepEqual(accepted, [["/c/5/", "hello"]]);
  assert.equal(outbox.waiting().length, 0);
  assert.deepEqual(Object.keys(browser.data), ["playground/user"]);
});

test("what is sent while offline waits, and goes out in order when the line is back", async () => {
  const { outbox, line } = openTab(browser, server);
  for (const text of ["one", "two", "three"]) outbox.send(question(text));
  assert.equal(outbox.waiting().length, 3);
  assert.deepEqual(texts(server), []);
  await line.become("open");
  assert.deepEqual(texts(server), ["one", "two", "three"]);
});

test("an answer lost with the line is asked for again, and nothing is said twice", async () => {
  const { outbox, line } = openTab(browser, server);
  await line.become("open");
  const { answer } = server;
  server.answer = (frame) => answer.call(server, frame, () => {});
  outbox.send(question("once"));
  await settled();
  assert.deepEqual(texts(server), ["once"]);
  assert.equal(outbox.waiting().length, 1);
  await line.become("connecting");
  server.answer = answer;
  await line.become("open");
  assert.deepEqual(texts(server), ["once"]);
  assert.equal(line.sent.length, 2);
  assert.equal(outbox.waiting().length, 0);
});

test("a frame is not sent twice on the same line", async () => {
  server.isDeaf = true;
  const { outbox, line } = openTab(browser, server);
  await line.become("open");
  outbox.send(question("patient"));
  await outbox.flush();
  await outbox.flush();
  assert.equal(line.sent.length, 1);
});

test("random breaks lose nothing and double nothing", async () => {
  const { outbox, line } = openTab(browser, server);
  const { answer } = server;
  let seed = 7;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  server.answer = (frame, reply) => answer.call(server, frame, random() < 0.5 ? reply : () => {});
  const sent = [];
  for (let i = 0; i < 60; i += 1) {
    sent.push(`m${i}`);
    outbox.send(question(`m${i}`));
    if (random() < 0.4) await line.become("connecting");
    if (random() < 0.6) await line.become("open");
  }
  server.answer = answer;
  outbox.retry();
  await line.become("connecting");
  await line.become("open");
  assert.deepEqual(texts(server).toSorted(), sent.toSorted());
  assert.equal(outbox.waiting().length, 0);
});

test("a refused frame comes back with all that was in it", async () => {
  const { outbox, line } = openTab(browser, server);
  await line.become("open");
  server.refuses = { code: "too_long", message: "Too long" };
  const refused = [];
  outbox.on("refused", (answer, entry) => refused.push([answer.error.code, entry.frame.text, entry.files]));
  outbox.send(question("  as typed\n"), { files: [{ id: 3, name: "a.mp4" }] });
  await settled();
  assert.deepEqual(refused, [["too_long", "  as typed\n", [{ id: 3, name: "a.mp4" }]]]);
  assert.equal(outbox.waiting().length, 0);
});

test("a reload finds what waited and sends it under the same id", async () => {
  const before = openTab(browser, server);
  const id = before.outbox.send(question("kept"));
  before.close();
  const after = openTab(browser, server);
  assert.deepEqual(after.outbox.waiting().map(({ frame }) => frame.client_id), [id]);
  await after.line.become("open");
  assert.deepEqual(texts(server), ["kept"]);
  assert.equal(after.outbox.waiting().length, 0);
});

test("after a reload the older frame still goes first", async () => {
  const before = openTab(browser, server);
  before.outbox.send(question("first"));
  before.close();
  const after = openTab(browser, server);
  after.line.state = "open";
  const flushed = after.line.become("open");
  after.outbox.send(question("second"));
  await flushed;
  assert.deepEqual(texts(server), ["first", "second"]);
});

test("nothing goes out before somebody listens to the answers", async () => {
  const before = openTab(browser, server);
  before.outbox.send(question("early"));
  before.close();
  const { outbox, line } = openTab(browser, server, { isListening: false });
  await line.become("open");
  outbox.send(question("later"));
  assert.deepEqual(texts(server), []);
  outbox.open();
  await settled();
  assert.deepEqual(texts(server), ["early", "later"]);
});

test("a tab leaves alone what a living tab has sent", async () => {
  server.isDeaf = true;
  const one = openTab(browser, server);
  const two = openTab(browser, server);
  await one.line.become("open");
  one.outbox.send(question("mine"));
  await two.line.become("open");
  assert.equal(one.line.sent.length, 1);
  assert.equal(two.line.sent.length, 0);
  assert.equal(two.outbox.waiting().length, 1);
});

test("a tab takes over from one that has gone, without being reloaded", async () => {
  const one = openTab(browser, server);
  const two = openTab(browser, server);
  await two.line.become("open");
  one.outbox.send(question("left behind"));
  one.close();
  assert.deepEqual(texts(server), []);
  two.tab.timers.splice(0).forEach((act) => act());
  await settled();
  assert.deepEqual(texts(server), ["left behind"]);
});

test("without Web Locks another tab's frame is taken over after a while", async () => {
  let time = 1000;
  const one = openTab(browser, server, { hasLocks: false, now: () => time });
  const two = openTab(browser, server, { hasLocks: false, now: () => time });
  one.outbox.send(question("old"));
  await two.line.become("open");
  assert.deepEqual(texts(server), []);
  time += 21_000;
  await two.outbox.flush();
  assert.deepEqual(texts(server), ["old"]);
});

test("one person's frames never go out in another's session", async () => {
  const alice = openTab(browser, server, { user: "1" });
  alice.outbox.send(question("of alice"));
  const bob = openTab(browser, server, { user: "2" });
  await bob.line.become("open");
  assert.equal(bob.outbox.waiting().length, 0);
  await alice.line.become("open");
  assert.equal(alice.kept.isForeign, true);
  assert.deepEqual(texts(server), []);
  const again = openTab(browser, server, { user: "1" });
  alice.close();
  await again.line.become("open");
  assert.deepEqual(texts(server), ["of alice"]);
});

test("a conversation begun in one team waits while another team is in view", async () => {
  const { outbox, line } = openTab(browser, server);
  outbox.team = "1";
  outbox.send(question("for team one", null), { team: "1" });
  outbox.send(question("to a conversation that knows its team"));
  outbox.team = "2";
  await line.become("open");
  assert.deepEqual(texts(server), ["to a conversation that knows its team"]);
  assert.deepEqual(outbox.waiting().map(({ isHeld }) => isHeld), [true]);
  outbox.team = "1";
  await outbox.flush();
  assert.deepEqual(texts(server).length, 2);
});

test("only what has never left can be taken back", async () => {
  const { outbox, line } = openTab(browser, server);
  const early = outbox.send(question("not yet"), { files: [{ id: 1 }] });
  const entry = outbox.takeBack(early);
  assert.deepEqual([entry.frame.text, entry.files], ["not yet", [{ id: 1 }]]);
  server.isDeaf = true;
  await line.become("open");
  assert.equal(line.sent.length, 0);
  const late = outbox.send(question("gone"));
  assert.equal(outbox.takeBack(late), null);
  assert.equal(outbox.has(late), true);
});

test("a full storage still sends, and says that it is not safe", async () => {
  const { outbox, line } = openTab(browser, server);
  browser.isFull = true;
  const id = outbox.send(question("squeezed"));
  assert.equal(outbox.isDurable(id), false);
  await line.become("open");
  assert.deepEqual(texts(server), ["squeezed"]);
  assert.equal(outbox.waiting().length, 0);
});

test("a frame that breaks the line each time is set aside, and can be tried again", async () => {
  server.isDeaf = true;
  const { outbox, line } = openTab(browser, server);
  outbox.send(question("poison"));
  for (let i = 0; i < 12; i += 1) {
    await line.become("open");
    await line.become("connecting");
  }
  assert.equal(line.sent.length, 8);
  assert.deepEqual(outbox.waiting().map(({ isStalled }) => isStalled), [true]);
  server.isDeaf = false;
  await line.become("open");
  assert.deepEqual(texts(server), []);
  await outbox.retry();
  await settled();
  assert.deepEqual(texts(server), ["poison"]);
});

test("an entry cut short by a crash does not stop the others", async () => {
  browser.data["playground/1/outbox/broken"] = '{"frame":{"type"';
  const { outbox, line } = openTab(browser, server);
  outbox.send(question("whole"));
  await line.become("open");
  assert.deepEqual(texts(server), ["whole"]);
});

test("ids differ and need no secure origin", (context) => {
  const { randomUUID } = crypto;
  context.after(() => (crypto.randomUUID = randomUUID));
  assert.notEqual(newId(), newId());
  crypto.randomUUID = undefined;
  assert.match(newId(), /^[0-9a-f]{32}$/);
  assert.notEqual(newId(), newId());
});
