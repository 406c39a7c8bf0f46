"""Every model against every kind of file: the right part is in the outgoing body, or a reason and a way out."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from chats import attachments, catalog, media
from chats.catalog.fit import Fit, fit
from chats.catalog.spec import ModelSpec
from chats.gateway import protocols
from chats.gateway.body import Body
from chats.gateway.values import Part, Prompt, Turn
from chats.models import Attachment
from tests.media import making

pytestmark = pytest.mark.django_db(transaction=True)

# Over each protocol that a person may choose.
CHATTING = [catalog.asked_by(spec, {"protocol": way}) for spec in catalog.listed() for way in spec.ways]
# Words of the parts that may stand for a file in a body, by the form in which it goes (text.md 3.2, 4.1, 5.1, 6.1).
TYPES_ELSEWHERE = {
    "responses": {"image": {"input_image"}, "video": {"input_image"}, "file": {"input_file"}},
    "messages": {"image": {"image"}, "video": {"image"}, "file": {"document"}},
    "generate_content": dict.fromkeys(("image", "video", "audio", "file"), {"inlineData", "fileData"}),
}
TYPES = {
    ("image", "data"): {"image_url"},
    ("image", "url"): {"image_url"},
    ("video", "data"): {"video_url"},
    ("video", "url"): {"video_url"},
    ("video", "frames"): {"video", "image_url"},
    ("audio", "data"): {"input_audio"},
    ("audio", "url"): {"input_audio", "audio_url"},
    ("file", "data"): {"file"},
}
FILES = {
    "a.png": making.picture,
    "a.jpg": making.picture,
    "a.heic": making.picture,
    "a.webp": making.picture,
    "a.gif": making.picture,
    "a.mp4": making.film,
    "a.mov": making.film,
    "a.webm": lambda path: making.film(path, codec="libvpx", sound="libopus"),
    "a.mp3": making.sound,
    "a.wav": making.sound,
    "a.m4a": making.sound,
    "speech.webm": making.sound,
    "a.pdf": making.pdf,
    "a.docx": making.docx,
    "a.csv": lambda path: path.write_text("town,people\nHangzhou,1200\n") and path,
}


@dataclass
class Site:
    """Brings files in, repairs each of them once for one set of limits, and remembers."""

    send: Any
    user: Any
    folder: Path

    def __post_init__(self) -> None:
        self.repaired: dict[tuple, Attachment] = {}

    def bring(self, name: str) -> Attachment:
        facts = self.send(self.user, FILES[name](self.folder / name))
        row = Attachment.objects.get(pk=facts["id"])
        assert (row.state, row.failure) == ("ready", "")
        return row

    def mend(self, row: Attachment, repair: str, spec: ModelSpec) -> Attachment:
        made = attachments.repair(self.user, row, repair, spec)
        if made.pk not in self.repaired:
            attachments.make_repair(made.pk)
            made.refresh_from_db()
            self.repaired[made.pk] = made
        return self.repaired[made.pk]


@pytest.fixture
def site(send, alice, tmp_path) -> Site:
    return Site(send, alice, tmp_path)


def body_for(spec: ModelSpec, parts: tuple[Part, ...]) -> list[dict] | str:
    prompt = Prompt((Turn("user", (*parts, Part("text", "What is it?"))),))
    request = protocols.load(spec.protocol).request(spec, prompt)
    sent = json.loads(b"".join(Body(request.json)))
    assert sent.get("model") or spec.model in request.path
    last = (sent.get("messages") or sent.get("input") or sent["contents"])[-1]
    return last["parts"] if "parts" in last else last["content"]


def types_for(spec: ModelSpec, kind: str, form: str) -> set[str]:
    elsewhere = TYPES_ELSEWHERE.get(spec.protocol)
    return elsewhere[kind] if elsewhere else TYPES[(kind, form)]


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def carried(content: Any) -> set[bytes]:
    """All bytes that a body carries in base64, bare or in a data URL."""
    found = set()
    for text in strings(content):
        bare = re.sub(r"^data:[^,]*,", "", text)
        if len(bare) > 40 and re.fullmatch(r"[A-Za-z0-9+/]+=*", bare):
            found.add(base64.b64decode(bare))
    return found


def check_is_in_the_body(spec: ModelSpec, row: Attachment, verdict: Fit) -> None:
    part = media.deliver(row, verdict, spec)
    content = body_for(spec, (part,))
    if verdict.form == "text":
        assert part.text in " ".join(strings(content)), spec.model
        return
    types = {piece.get("type") or next(iter(piece)) for piece in content}
    assert types & types_for(spec, row.kind, verdict.form), f"{spec.model} over {spec.protocol}: {types}"
    if verdict.form == "url":
        assert part.url in set(strings(content)), spec.model
    elif verdict.form == "frames":
        assert set(part.frames) <= carried(content), spec.model
    else:
        assert part.data in carried(content), spec.model


def check_there_is_a_way_out(site: Site, spec: ModelSpec, row: Attachment, verdict: Fit) -> None:
    assert str(verdict.reason), spec.model
    assert verdict.repairs, f"{spec.model}: {verdict.reason} and nothing to do about it"
    for repair in verdict.repairs:
        name, _, other = repair.partition(":")
        if name == "choose_model":
            assert spec.model != other
            assert catalog.get(other).is_available
            continue
        made = site.mend(row, name, spec)
        assert (made.state, made.failure) == ("ready", ""), f"{spec.model} {repair}: {made.failure}"
        [after] = fit(spec, [made.facts()])
        assert after.is_accepted, f"{spec.model} after {repair}: {after.reason}"
        check_is_in_the_body(spec, made, after)


@pytest.mark.parametrize("name", FILES)
def test_each_model_gets_the_file_or_says_why_not_and_what_helps(site, name):
    row = site.bring(name)
    accepted = 0
    for spec in CHATTING:
        [verdict] = fit(spec, [row.facts()])
        if verdict.is_accepted:
            accepted += 1
            check_is_in_the_body(spec, row, verdict)
        else:
            check_there_is_a_way_out(site, spec, row, verdict)
    assert len(CHATTING) > 50
    assert accepted or name in ("a.docx", "a.webm", "speech.webm", "a.m4a", "a.mov", "a.gif"), "some model takes it"


@pytest.mark.parametrize("name", ["a.png", "a.mp4", "a.mp3", "a.pdf"])
def test_with_a_public_address_each_model_gets_what_it_can_use(site, name, settings):
    settings.PUBLIC_URL = "https://playground.example"
    row = site.bring(name)
    for spec in CHATTING:
        [verdict] = fit(spec, [row.facts()])
        if verdict.is_accepted:
            check_is_in_the_body(spec, row, verdict)


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("a.mp4", {"duration_s": 20_000.0}),
        ("a.mp4", {"size_bytes": 3_000_000_000}),
        ("a.png", {"size_bytes": 60_000_000}),
        ("a.mp3", {"size_bytes": 60_000_000}),
        ("a.mp3", {"duration_s": 20_000.0}),
    ],
)
def test_what_is_too_large_or_too_long_has_a_way_out(site, name, facts):
    """The file itself is small, so only the offers are looked at; test_repairs.py proves that limits are kept."""
    row = site.bring(name)
    refused = 0
    for spec in CHATTING:
        [verdict] = fit(spec, [replace(row.facts(), **facts)])
        if not verdict.is_accepted:
            refused += 1
            assert str(verdict.reason)
            assert verdict.repairs, f"{spec.model}: {verdict.reason}"
    assert refused


def test_a_film_of_an_outside_address_goes_as_an_address_or_says_why_not(alice, team):
    row = attachments.begin_remote(alice, team, "https://films.example/a.mp4")
    Attachment.objects.filter(pk=row.pk).update(state="ready")
    row.refresh_from_db()
    given = 0
    for spec in CHATTING:
        [verdict] = fit(spec, [row.facts()])
        if verdict.form == "url":
            given += 1
            check_is_in_the_body(spec, row, verdict)
        elif not verdict.is_accepted:
            assert str(verdict.reason)
    assert given > 5
