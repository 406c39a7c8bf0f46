"""The list of messages under bad luck and long use: lost and doubled deltas, a reader who scrolls, old pages, links."""

import json
import random
import re

import pytest
from playwright.sync_api import WebSocketRoute, expect

from tests.browser.visitor import expect_more_text, expect_status, number_of, text_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-messages")]

FILL = """
from django.contrib.auth import get_user_model
from chats.models import Conversation, Message, Team
alice, team = get_user_model().objects.get(username="alice"), Team.objects.get()
row = Conversation.objects.create(team=team, author=alice, client_id="long", title="Long", model="qwen2.5-omni-7b")
parent = None
for n in range(60):
    for role in ("user", "assistant"):
        parts = [{"kind": "text", "text": f"{role} {n}. " + "Some words to fill a line or two. " * (1 + n % 7)}]
        parent = Message.objects.create(
            conversation=row, author=alice, client_id=f"b{n}", role=role, parent=parent, parts=parts, model="m"
        )
print(row.pk, Message.objects.filter(conversation=row).order_by("pk")[20].pk)
"""
SCROLL = "document.getElementById('scroll')"
PLACE = "node => node.getBoundingClientRect().top"
SELECT = """node => {
  const range = document.createRange();
  range.setStart(node.firstChild, 3);
  range.setEnd(node.firstChild, 23);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
  return getSelection().toString();
}"""

TAKE = """async html => {
  const { Bubbles } = await import("lib/bubbles.js");
  const { fragment } = await import("lib/dom.js");
  const bubbles = new Bubbles(document.querySelector("message-list"));
  if (!(await bubbles.take(fragment(html).firstElementChild, performance.now()))) throw new Error("not taken");
}"""


class BadLine:
    """Loses, doubles and delays deltas, as a full group or a weak network does; everything else passes."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.lost = self.doubled = self.late = 0
        self.held: list[str] = []

    def open(self, line: WebSocketRoute) -> None:
        server = line.connect_to_server()
        server.on_message(lambda text: self.pass_on(line, text))

    def pass_on(self, line: WebSocketRoute, text: str) -> None:
        if json.loads(text)["type"] != "message.delta":
            line.send(text)
            return
        luck = self.chance.random()
        if luck < 0.15:
            self.lost += 1
        elif luck < 0.3:
            self.late += 1
            self.held.append(text)
        else:
            line.send(text)
            if luck < 0.45:
                self.doubled += 1
                line.send(text)
            for old in self.held:
                line.send(old)
            self.held.clear()


def test_lost_doubled_and_late_deltas_give_each_character_once(alice):
    line = BadLine(seed=3)
    alice.page.route_web_socket(re.compile(r"/ws/"), line.open)
    alice.go()
    reply = alice.ask("long answer 2500 [sandbox: tokens_per_s 120]")
    shown = expect_more_text(reply, 600)
    stored = alice.stored(reply)
    assert stored.startswith(shown) or shown.startswith(stored)
    expect_status(reply, "complete")
    assert text_of(reply) == alice.stored(reply)
    assert min(line.lost, line.doubled, line.late) > 3


def test_a_row_that_is_behind_takes_nothing_away(alice):
    alice.go()
    reply = alice.ask("think, then a long answer 2500 [sandbox: tokens_per_s 60]")
    expect(reply.get_by_text(re.compile("^(Thinking|Thought)"))).to_be_visible()
    early = alice.page.evaluate("id => fetch(`/messages/${id}/`).then((answer) => answer.text())", number_of(reply))
    shown = expect_more_text(reply, 600)
    alice.page.evaluate(TAKE, early)
    assert text_of(reply).startswith(shown)
    expect(reply.get_by_text(re.compile("waiting", re.I))).to_have_count(0)
    expect(reply.get_by_text(re.compile("^Thought"))).to_be_visible()
    expect_status(reply, "complete")
    assert text_of(reply) == alice.stored(reply)


def test_a_selection_and_the_readers_place_survive_the_stream(alice):
    alice.go()
    reply = alice.ask("long answer 9000 [sandbox: tokens_per_s 300]")
    expect_more_text(reply, 2_000)
    paragraph = reply.locator("markdown-text > p").last
    words = paragraph.evaluate(SELECT)
    assert len(words) == 20
    place = alice.page.evaluate(f"{SCROLL}.scrollTop")
    shown = expect_more_text(reply, len(text_of(reply)) + 1_000)
    assert alice.page.evaluate("getSelection().toString()") == words
    assert alice.page.evaluate(f"{SCROLL}.scrollTop") == place

    alice.page.evaluate("getSelection().removeAllRanges()")
    back = alice.button("New text")
    back.click()
    expect(back).to_be_hidden()
    expect_more_text(reply, len(shown) + 1_000)
    end = f"{SCROLL}.scrollHeight - {SCROLL}.scrollTop - {SCROLL}.clientHeight"
    assert alice.page.evaluate(end) < 48
    alice.button("Stop").click()


def test_a_question_goes_near_the_top_and_stays_there_while_the_reply_fits(alice):
    alice.go()
    expect_status(alice.ask("long answer 3000"), "complete")
    reply = alice.ask("think [sandbox: tokens_per_s 40]")
    top = alice.questions.last.evaluate(PLACE)
    bar = alice.page.locator("#scroll").evaluate(PLACE)
    assert 0 <= top - bar < 48
    expect_status(reply, "complete")
    assert alice.questions.last.evaluate(PLACE) == pytest.approx(top, abs=1)


def test_older_messages_come_without_a_jump_and_a_link_finds_one_far_up(product, alice):
    alice.go()
    conversation, old = map(int, product.manage(FILL).split())
    alice.go(f"/c/{conversation}/")
    expect(alice.page.get_by_role("article")).to_have_count(30)
    expect(alice.reply).to_contain_text("assistant 59.")
    alice.page.locator("#scroll").hover()
    anchor = alice.page.get_by_role("article").first
    pinned = alice.page.locator(f"#m{number_of(anchor)}")
    pinned.scroll_into_view_if_needed()
    expect(alice.page.get_by_role("article")).to_have_count(60)
    before = pinned.evaluate(PLACE)
    alice.page.mouse.wheel(0, -100)
    alice.page.wait_for_function(
        "([node, top]) => Math.abs(node.getBoundingClientRect().top - top - 100) < 2",
        arg=[pinned.element_handle(), before],
    )

    alice.page.goto(f"/m/{old}/")
    found = alice.page.locator(f"#m{old}")
    expect(found).to_be_in_viewport()
    expect(found).to_be_focused()
    assert alice.page.url.endswith(f"/c/{conversation}/#m{old}")


def test_a_colleagues_second_answer_does_not_move_what_i_read(alice, bob):
    alice.go()
    first = alice.ask("hello")
    expect_status(first, "complete")
    number = number_of(first)
    alice.share()
    bob.go(f"/c/{alice.conversation}/")
    expect(bob.reply).to_have_attribute("id", f"m{number}")
    expect(alice.page.locator("presence-faces .avatar")).to_be_visible()  # from now on bob is told of changes
    first.hover()
    alice.button("Regenerate", first).click()
    expect(alice.reply).to_contain_text("2/2")
    expect(bob.reply).to_contain_text("1/2")
    expect(bob.reply).to_have_attribute("id", f"m{number}")
    bob.button("Next", bob.reply).click()
    expect(bob.reply).to_contain_text("2/2")


def test_a_deleted_message_comes_back(alice):
    alice.go()
    alice.ask("first")
    expect_status(alice.ask("second"), "complete")
    question = alice.questions.last
    question.hover()
    alice.menu(alice.button("More", question), "Delete")
    expect(alice.questions).to_have_count(1)
    expect(alice.replies).to_have_count(1)
    alice.button("Undo").click()
    expect(alice.questions).to_have_count(2)
    expect(alice.reply).to_contain_text("second")
