"""Files in a real browser: sent whatever the network does, played one at a time, enlarged."""

import os
import re

import pytest
from playwright.sync_api import expect

from tests.media import making

SEED = """
from pathlib import Path
from django.contrib.auth import get_user_model
from chats import attachments
from chats.models import Conversation, Message, Team
user, team = get_user_model().objects.get(username="alice"), Team.objects.get()
def bring(path):
    made = attachments.begin(user, team, path.name, path.stat().st_size)
    content = path.read_bytes()
    for offset in range(0, len(content), 262144):
        attachments.receive(made, offset, [content[offset : offset + 262144]], None)
    attachments.probe(made.pk)
    return made
conversation = Conversation.objects.create(team=team, author=user, client_id="files", title="Files")
parent = None
for group in (["clip.mp4"], ["one.png", "two.png"], ["speech.wav"], ["other.mp4"]):
    files = [bring(Path("{folder}") / name) for name in group]
    parts = [*({"kind": "attachment", "id": file.pk} for file in files), {"kind": "text", "text": group[0]}]
    parent = Message.objects.create(
        conversation=conversation, parent=parent, role="user", author=user, client_id=group[0], parts=parts
    )
    parent.attachments.set(files)
print(conversation.pk)
"""


@pytest.fixture(scope="module")
def environment():
    return {"UPLOAD_CHUNK_BYTES": str(256 * 1024)}


@pytest.fixture(scope="module")
def conversation(house, product, tmp_path_factory) -> str:
    house.cookies("alice")
    folder = tmp_path_factory.mktemp("files")
    making.film(folder / "clip.mp4", seconds=20, size=(320, 180))
    making.film(folder / "other.mp4", seconds=8, size=(320, 180))
    making.picture(folder / "one.png", (400, 300))
    making.picture(folder / "two.png", (300, 400))
    making.sound(folder / "speech.wav", seconds=8, loud_after=4)
    return f"/c/{product.manage(SEED.replace('{folder}', str(folder))).split()[-1]}/"


def player(page, number=0):
    return page.locator("media-player").nth(number)


def playing(page):
    return page.evaluate("[...document.querySelectorAll('video, audio')].filter((one) => !one.paused).length")


def begin(page, number=0):
    found = player(page, number)
    found.scroll_into_view_if_needed()
    found.get_by_role("button", name=re.compile("^Play ")).click()
    page.wait_for_function("(n) => document.querySelectorAll('video')[n].currentTime > 0.1", arg=number)
    return found


def test_a_film_plays_where_it_stands_and_seeks(alice, conversation):
    alice.go(conversation)
    film = begin(alice.page)
    expect(film.get_by_role("button", name=re.compile("^Play "))).to_be_hidden()
    film.locator("video").evaluate("(video) => { video.currentTime = 15 }")
    alice.page.wait_for_function("() => document.querySelector('video').currentTime > 15.1")
    assert film.locator("video").evaluate("(video) => video.videoWidth") == 320
    assert not alice.complaints


def test_one_plays_at_a_time(alice, conversation):
    alice.go(conversation)
    begin(alice.page)
    alice.page.get_by_role("button", name="Play speech.wav").click()
    alice.page.wait_for_function("() => document.querySelector('audio').currentTime > 0.1")
    assert playing(alice.page) == 1
    begin(alice.page, 1)
    assert playing(alice.page) == 1
    assert alice.page.locator("audio").evaluate("(audio) => audio.paused")


def test_place_and_speed_are_kept(alice, conversation):
    alice.go(conversation)
    film = begin(alice.page)
    film.hover()
    film.get_by_role("button", name="Speed: 1×").click()
    film.locator("video").evaluate("(video) => { video.currentTime = 12; video.pause() }")
    alice.page.reload()
    film = player(alice.page)
    expect(film.get_by_role("button", name=re.compile(r"^Play clip.mp4 from 0:1[23]$"))).to_be_visible()
    begin(alice.page)
    found = film.locator("video").evaluate("(video) => [video.currentTime, video.playbackRate]")
    assert found[0] > 11
    assert found[1] == 1.25


def test_players_obey_the_keyboard(alice, conversation):
    alice.go(conversation)
    sound = alice.page.get_by_role("slider", name="Place in speech.wav")
    sound.focus()
    sound.press("k")
    alice.page.wait_for_function("() => document.querySelector('audio').currentTime > 0.1")
    sound.press("k")
    sound.press("ArrowRight")
    alice.page.wait_for_function("() => document.querySelector('audio').currentTime > 5")
    expect(sound).to_have_attribute("aria-valuetext", re.compile(r"^0:0\d of 0:08$"))
    sound.press("j")
    alice.page.wait_for_function("() => document.querySelector('audio').currentTime < 1")
    expect(alice.composer).to_have_value("")


def test_a_waveform_is_pressed_to_move(alice, conversation):
    alice.go(conversation)
    sound = alice.page.get_by_role("slider", name="Place in speech.wav")
    sound.scroll_into_view_if_needed()
    box = sound.bounding_box()
    alice.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 10)
    alice.page.wait_for_function("() => Math.abs(document.querySelector('audio').currentTime - 4) < 0.3")


def test_pictures_are_enlarged_with_arrows_between_them(alice, conversation):
    alice.go(conversation)
    first = alice.page.get_by_role("link", name="Enlarge one.png")
    first.click()
    light = alice.page.get_by_role("dialog", name="one.png")
    expect(light.get_by_role("img", name="one.png")).to_be_visible()
    expect(light).to_contain_text("400 × 300")
    alice.page.keyboard.press("ArrowRight")
    expect(alice.page.get_by_role("dialog", name="two.png").get_by_role("img", name="two.png")).to_be_visible()
    alice.button("Next picture").click()
    expect(alice.page.get_by_role("dialog", name="one.png")).to_be_visible()
    with alice.page.expect_download() as saved:
        alice.page.get_by_role("dialog").get_by_role("link", name="Download one.png").click()
    assert saved.value.suggested_filename == "one.png"
    alice.page.keyboard.press("Escape")
    expect(alice.page.get_by_role("dialog")).to_be_hidden()
    expect(first).to_be_focused()
    assert not alice.complaints


UPLOAD = """
async ({ size, chunk, abortAfter }) => {
  const { upload } = await import("lib/uploads.js");
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i += 1) bytes[i] = (i * 7 + (i >> 8)) & 255;
  const seen = [];
  const stop = new AbortController();
  const onProgress = (sent) => {
    seen.push(sent);
    if (abortAfter && sent > abortAfter) stop.abort();
  };
  const options = { signal: stop.signal, onProgress };
  const facts = await upload(new File([bytes], "data.bin"), options).catch((error) => ({ error: error.name }));
  return { facts, seen };
}
"""


def content(size: int) -> bytes:
    return bytes((i * 7 + (i >> 8)) & 255 for i in range(size))


def sent(alice, size, **options):
    return alice.page.evaluate(UPLOAD, {"size": size, "abortAfter": 0, **options})


def test_an_upload_survives_a_network_that_breaks(alice, product):
    """The third chunk is lost on its way, the answer to the fifth on its way back."""
    alice.go("/")
    count = 0

    def spoil(route):
        nonlocal count
        count += 1
        if count == 3:
            return route.abort("connectionreset")
        if count == 5:
            route.fetch()
            return route.abort("connectionreset")
        return route.continue_()

    alice.page.route("**/bytes/**", spoil)
    size = 2_000_000
    answer = sent(alice, size)
    assert answer["facts"]["size_bytes"] == size
    assert count > 8, "two chunks were sent again"
    downloaded = alice.context.request.get(answer["facts"]["file"])
    assert downloaded.body() == content(size)


def test_an_upload_goes_on_when_the_network_is_back(alice):
    alice.go("/")
    seen = []

    def cut(route):
        seen.append(route.request.url)
        if len(seen) == 2:
            alice.context.set_offline(True)
            route.abort("internetdisconnected")
        else:
            route.continue_()

    alice.page.route("**/bytes/**", cut)
    alice.page.evaluate(
        """() => {
          globalThis.outcome = null;
          import("lib/uploads.js").then(({ upload }) => upload(new File([new Uint8Array(1_000_000)], "zeros.bin")))
            .then((facts) => (globalThis.outcome = facts), (error) => (globalThis.outcome = { error: error.message }));
        }"""
    )
    alice.page.wait_for_function("() => !navigator.onLine")
    assert alice.page.evaluate("globalThis.outcome") is None
    alice.context.set_offline(False)
    alice.page.wait_for_function("() => globalThis.outcome")
    assert alice.page.evaluate("globalThis.outcome.size_bytes") == 1_000_000


def test_a_cancelled_upload_is_forgotten_by_the_server(alice, product):
    alice.go("/")
    with alice.page.expect_response(lambda answer: answer.request.method == "DELETE") as gone:
        answer = sent(alice, 3_000_000, abortAfter=500_000)
    assert answer["facts"] == {"error": "AbortError"}
    assert gone.value.status == 204
    assert not [name for name in os.listdir(product.data_dir / "uploads") if name.endswith(".part")]


def test_limits_are_said_before_a_byte_is_sent(alice):
    alice.go("/")
    before = len(alice.requests)
    said = alice.page.evaluate(
        """async () => {
          const { upload } = await import("lib/uploads.js");
          const file = new File([], "nothing.txt");
          return upload(file).catch((error) => error.message);
        }"""
    )
    assert said == "The file is empty."
    assert not [url for url in alice.requests[before:] if "/attachments/" in url]
