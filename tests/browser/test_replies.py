"""Replies that cannot be lost: stop, reload in the middle, a web process that is killed."""

import random
import re
import time

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.visitor import expect_more_text, expect_status, text_of
from tests.services import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser-replies")]


def last_question(product, key: str) -> dict:
    """What the gateway remembers of the last one."""
    headers = {"Authorization": f"Bearer {key}"}
    answer = httpx.get(f"{product.sandbox_url}/sandbox/requests", headers=headers).json()
    return [asked for asked in answer["requests"] if asked["route"] == "/v1/chat/completions"][-1]


def test_stop_in_mid_reply_keeps_the_text_closes_upstream_and_continue_goes_on(product, sandbox_key, alice):
    alice.go()
    reply = alice.ask("long answer 1500 [sandbox: tokens_per_s 40]")
    before = expect_more_text(reply, 80)
    expect(alice.button("Send")).to_be_hidden()
    alice.button("Stop").click()
    pressed_at = time.time()
    expect_status(reply, "stopped")
    expect(reply).to_contain_text("Stopped.")
    expect(alice.button("Send")).to_be_visible()
    wait_until(lambda: last_question(product, sandbox_key)["state"] != "streaming", "the upstream connection closed", 5)
    upstream = last_question(product, sandbox_key)
    assert upstream["state"] == "client_closed"
    assert upstream["closed_by_client_at"] - pressed_at < 1
    kept = alice.stored(reply)
    assert kept.startswith(before)
    assert len(kept) < 1500
    alice.page.reload()
    expect(reply).to_contain_text("Stopped.")
    assert text_of(reply) == kept

    alice.button("Continue", reply).click()
    expect_status(reply, "complete")
    whole = alice.stored(reply)
    assert whole.startswith(kept)
    assert len(whole) > len(kept) + 200
    assert text_of(reply) == whole
    expect(alice.replies).to_have_count(1)


def test_reloads_at_random_moments_lose_and_double_nothing(alice):
    """Neither text nor what was chosen (open-webui issue 29596)."""
    chance = random.Random(4)
    alice.go()
    alice.choose_model("qwen3-max-preview")
    alice.button("Parameters").click()
    temperature = alice.page.get_by_role("spinbutton", name="Temperature")
    temperature.fill("0.3")
    reply = alice.ask("long answer 3500 [sandbox: tokens_per_s 120]")
    shown = 0
    for _ in range(4):
        shown = len(expect_more_text(reply, shown + chance.randint(5, 500)))
        alice.page.reload()
        expect_more_text(reply, 0)
    expect_status(reply, "complete")
    stored = alice.stored(reply)
    assert len(stored) == 3500
    assert text_of(reply) == stored
    sentences = re.findall(r"This is sentence (\d+),", stored)
    assert sentences == [str(number) for number in range(1, len(sentences) + 1)]
    expect(alice.model).to_contain_text("Qwen3-Max", ignore_case=True)
    alice.button("Parameters").click()
    expect(temperature).to_have_value("0.3")


def test_after_a_crash_what_came_is_there_and_every_way_on_works(product, alice):
    alice.go()
    reply = alice.ask("long answer 2500 [sandbox: tokens_per_s 100]")
    seen = expect_more_text(reply, 150)
    other = alice.tab("/")
    unbegun = other.ask("Hello [sandbox: first_token 4]")
    wait_until(lambda: len(alice.stored(reply)) >= len(seen), "what was seen is stored")
    product.kill()
    expect(alice.page.get_by_text(re.compile("^(Reconnecting|Offline)"))).to_be_visible()
    product.start()

    expect_status(reply, "interrupted", timeout=30_000)
    expect(reply).to_contain_text("Interrupted: the server stopped while this was being written. What came is kept.")
    kept = text_of(reply)
    assert kept.startswith(seen)
    assert kept == alice.stored(reply)
    alice.button("Continue", reply).click()
    expect_status(reply, "complete")
    whole = text_of(reply)
    assert whole.startswith(kept)
    assert whole == alice.stored(reply)
    reply.hover()
    alice.button("Regenerate", reply).click()
    expect(alice.reply).to_contain_text("2/2")
    expect_status(alice.reply, "complete", timeout=60_000)
    assert len(text_of(alice.reply)) == 2500

    expect(unbegun).to_contain_text("Interrupted: the server stopped before anything came. Your message is kept.")
    other.button("Try again", unbegun).click()
    expect_status(other.reply, "complete")
    expect(other.reply).to_contain_text("You asked: “Hello")
