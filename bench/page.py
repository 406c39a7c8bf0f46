"""Prints what the page costs the browser: bytes before first use, opening 1,000 messages, a streamed reply of 20 kB."""

import gzip
import json
import sys
from pathlib import Path

from playwright.sync_api import Page, Response, sync_playwright

from bench.figures import table
from tests.live import Product

PASSWORD = "a calm green lake 42"
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
TEXT = (Path(__file__).resolve().parent.parent / "chats/gateway/sandbox/showcase.md").read_text()
LENGTH = 20_000
DELTAS = 2_000
EVERY_MS = 10

FILL = """
from django.contrib.auth import get_user_model
from django.utils import timezone
from chats.models import Conversation, Message, Team
alice, team, now = get_user_model().objects.get(), Team.objects.get(), timezone.now()
conversation = Conversation.objects.create(team=team, author=alice, client_id="bench", title="Long")
parent, text = None, TEXT
for n in range(500):
    at = dict(conversation=conversation, author=alice, client_id=f"b{n}")
    asked = Message.objects.create(role="user", parent=parent, parts=[{"kind": "text", "text": f"Question {n}"}], **at)
    parts = [{"kind": "text", "text": f"Answer {n}. " + text[:900]}]
    parent = Message.objects.create(role="assistant", parent=asked, parts=parts, model="m", **at)
print(conversation.pk)
"""

WATCH = """
window.long = [];
new PerformanceObserver((list) => list.getEntries().forEach((e) => window.long.push([e.startTime, e.duration])))
  .observe({ entryTypes: ["longtask"] });
"""

OPENED = """() => {
  const texts = [...document.querySelectorAll("message-list .messages markdown-text")];
  if (!texts.length || !texts.every((text) => "shown" in text.dataset)) return null;
  return performance.now();
}"""

STREAM = """async ([text, deltas, every]) => {
  const { Bubbles } = await import("lib/bubbles.js");
  const list = document.querySelector("message-list");
  const bubbles = new Bubbles(list);
  const article = bubbles.adopt(bubbles.addPending("assistant", "bench", null), 999999, null);
  article.dataset.status = "streaming";
  const size = Math.floor(text.length / deltas);
  const began = performance.now();
  let frames = 0, isOver = false, worst = 0, last = began;
  requestAnimationFrame(function next(now) {
    frames += 1;
    worst = Math.max(worst, now - last);
    last = now;
    if (!isOver) requestAnimationFrame(next);
  });
  for (let n = 0; n * size < text.length; n += 1) {
    const due = began + n * every;
    if (performance.now() < due) await new Promise((done) => setTimeout(done, due - performance.now()));
    bubbles.append(article, [0, "text", n * size, text.slice(n * size, (n + 1) * size)]);
  }
  const sent = performance.now();
  const element = article.querySelector("markdown-text");
  while (element.textContent.length < 100) await new Promise(requestAnimationFrame);
  article.dataset.status = "complete";
  element.finish();
  const finished = performance.now();
  await new Promise((done) => setTimeout(done, 1500));
  isOver = true;
  const long = window.long.filter(([start]) => start >= began).map(([, duration]) => duration);
  return {
    seconds: (sent - began) / 1000,
    frames: frames / ((performance.now() - began) / 1000),
    worst,
    finish: finished - sent,
    long: long.length,
    longest: Math.max(0, ...long),
    is_whole: element.text === text,
  };
}"""


def main() -> None:
    product = Product(environment={"DEBUG": "1"} if "--debug" in sys.argv else {}).start()
    try:
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=ARGS)
            rows = measure(browser.new_page(viewport={"width": 1440, "height": 900}), product)
            browser.close()
    finally:
        product.stop()
    print(table([["figure", "here", "target"], *rows]))


def measure(page: Page, product: Product) -> list[list[str]]:
    start(page, product)
    conversation = int(product.manage(FILL.replace("TEXT", json.dumps(TEXT))))
    page.add_init_script(WATCH)
    rows = weigh(page, product)
    rows += open_long(page, f"{product.url}/c/{conversation}/")
    return rows + stream(page)


def start(page: Page, product: Product) -> None:
    page.goto(product.owner_link)
    page.fill("[name=name]", "alice")
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=team]", "Film club")
    page.press("[name=team]", "Enter")
    page.wait_for_selector("message-list")


def weigh(page: Page, product: Product) -> list[list[str]]:
    """Every script and sheet of a new conversation, each as gzip would send it."""
    responses: list[Response] = []
    page.on("response", lambda response: responses.append(response))
    page.goto(product.url)
    page.wait_for_load_state("networkidle")
    own = [response for response in responses if response.url.endswith((".js", ".mjs", ".css")) and response.ok]
    sizes = {response.url: len(gzip.compress(response.body(), 6)) for response in own}
    if "--files" in sys.argv:
        for url, size in sorted(sizes.items(), key=lambda item: -item[1]):
            print(f"{size:8,} {url}")
    return [["compressed JS and CSS before first use", f"{sum(sizes.values()) / 1000:.0f} kB", "≤ 150 kB"]]


def open_long(page: Page, url: str) -> list[list[str]]:
    times = []
    for _ in range(3):
        page.goto("about:blank")
        page.goto(url, wait_until="commit")
        times.append(page.wait_for_function(OPENED, polling=10).json_value())
    longest = page.evaluate("Math.max(0, ...window.long.map(([, duration]) => duration))")
    return [
        ["1,000 messages: all of the page shown", f"{sorted(times)[1]:.0f} ms", "≤ 1,000 ms"],
        ["1,000 messages: longest task", f"{longest:.0f} ms", "–"],
    ]


def stream(page: Page) -> list[list[str]]:
    text = (TEXT * (LENGTH // len(TEXT) + 1))[:LENGTH]
    browser = page.context.browser
    assert browser
    browser.start_tracing(page=page, categories=["toplevel"])
    done = page.evaluate(STREAM, [text, DELTAS, EVERY_MS])
    tasks = tasks_ms(json.loads(browser.stop_tracing()))
    assert done["is_whole"], "the streamed text differs"
    return [
        ["20 kB in 2,000 deltas at 100/s: seconds", f"{done['seconds']:.1f}", "20"],
        ["… tasks over 50 ms", f"{done['long']} (longest {done['longest']:.0f} ms)", "0"],
        ["… tasks over 50 ms of CPU", f"{sum(ms > 50 for ms in tasks)} (longest {max(tasks):.0f} ms)", "0"],
        ["… frames a second", f"{done['frames']:.0f}", "≥ 30"],
        ["… longest time without a frame", f"{done['worst']:.0f} ms", "–"],
        ["… from the last delta to the last letter", f"{done['finish']:.0f} ms", "≤ 250 ms"],
    ]


def tasks_ms(trace: dict) -> list[float]:
    """CPU time of each task of the page's main thread, which other work on this machine does not stretch.

    Diagram frames have a process of their own; the page's is the one with the most tasks.
    """
    by_process: dict[int, list[float]] = {}
    names = {(e["pid"], e["tid"]): e["args"]["name"] for e in trace["traceEvents"] if e.get("name") == "thread_name"}
    for event in trace["traceEvents"]:
        is_main = names.get((event["pid"], event["tid"])) == "CrRendererMain"
        if is_main and event["name"] == "ThreadControllerImpl::RunTask":
            by_process.setdefault(event["pid"], []).append(event.get("tdur", 0) / 1000)
    return max(by_process.values(), key=len)


if __name__ == "__main__":
    main()
