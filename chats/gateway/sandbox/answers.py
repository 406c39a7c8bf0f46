"""Puts one answer together: measures the media, finds the words, counts the tokens; nothing is sent here."""

import asyncio
import hashlib
import json
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from chats.gateway.sandbox import (
    arguments,
    fetch,
    measure_audio,
    measure_file,
    measure_image,
    measure_video,
    spatial,
    speech,
    thinking,
    tokens,
    tools,
    wishes,
    words,
)
from chats.gateway.sandbox.content import as_object
from chats.gateway.sandbox.errors import refused_upstream
from chats.gateway.sandbox.misbehave import Misbehaviour
from chats.gateway.sandbox.models import Model
from chats.gateway.sandbox.pieces import count, pieces
from chats.gateway.sandbox.question import Medium, Question
from chats.gateway.sandbox.settings import Settings
from chats.gateway.sandbox.tokens import Facts, Prompted

# Threads of its own: mounted, it must not hold up what the web process leaves to threads.
MEASURERS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="sandbox-measure")
REMEMBERED = 256
ONLY_STREAM = "This model only support stream mode, please enable the stream parameter to access it"
_remembered: "OrderedDict[tuple[str, ...], Facts]" = OrderedDict()


@dataclass(frozen=True, slots=True)
class Answer:
    """`think_shape` says where the reasoning goes; `speech_form` how pcm is sent (see chunks.py)."""

    id: str
    model: str
    text: str
    usage: dict[str, Any]
    finish: str
    reasoning: str = ""
    think_shape: str = ""
    calls: tuple[tools.Call, ...] = ()
    pcm: bytes = b""
    speech_form: str = ""
    picture: str = ""  # a PNG in base64
    annotations: tuple[dict[str, Any], ...] = ()  # where its sources stand


async def compose(question: Question, model: Model, settings: Settings, odd: Misbehaviour, sha256: str) -> Answer:
    """Raises Refusal where a vendor would."""
    model.refuse_what_it_cannot_take({medium.kind for medium in question.media})
    speech_form = _speech_form(question, model)
    media = () if odd.ignores_media else question.media
    seen = [words.Seen(medium, await _facts(medium, settings)) for medium in media]
    wished = wishes.read(question.text)
    called = _calls(question, wished, odd)
    placed = "" if called or not media else await spatial.answered(question, model, settings)
    whole = placed or _text(question, seen, wished, called, len(question.media) - len(seen))
    whole = whole if called else _formed(question, whole)
    text, finish = _cut_short(question, whole.removeprefix(question.prefix))
    if speech_form in {"transcript", "openai"}:  # there the spoken words are the answer
        text = text.split("\n", 1)[0] + "\n\n" + words.spoken(text)
    shape = thinking.shape(question, model, odd.think or ("on" if wished.think else ""))
    reasoning = thinking.thoughts(question, question.is_chinese) if shape else ""
    pcm = await asyncio.to_thread(speech.speak, words.spoken(text)) if speech_form else b""
    prompted = _prompted(question, model, seen)
    return Answer(
        id="chatcmpl-" + sha256[:29],
        model=question.model,
        text=text,
        usage=tokens.usage(
            prompted,
            count(text) + sum(count(call.arguments) for call in called),
            count(reasoning),
            tokens.of_speech(speech.seconds(pcm)),
            odd.usage != "no_details",
        ),
        finish="tool_calls" if called else finish,
        reasoning=reasoning,
        think_shape=shape,
        calls=called,
        pcm=pcm,
        speech_form=speech_form,
    )


async def _facts(medium: Medium, settings: Settings) -> Facts:
    """Measured in a thread, once for each content."""
    sources = medium.frames or (medium.source,)
    contents = [await fetch.source_bytes(source, settings) for source in sources]
    told = (medium.kind, medium.name, str(medium.fps), str(medium.clip))
    key = (*told, *(hashlib.sha256(content).hexdigest() for content in contents))
    if facts := _remembered.get(key):
        return facts
    facts = await asyncio.get_running_loop().run_in_executor(MEASURERS, _measure, medium, contents)
    _remembered[key] = facts
    if len(_remembered) > REMEMBERED:
        _remembered.popitem(last=False)
    return facts


def _measure(medium: Medium, contents: list[bytes]) -> Facts:
    if medium.frames:
        return measure_video.measure_frames(contents, medium.fps)
    match medium.kind:
        case "image":
            return measure_image.measure(contents[0])
        case "video":
            return measure_video.measure(contents[0], medium.clip)
        case "audio":
            return measure_audio.measure(contents[0])
        case _:
            return measure_file.measure(contents[0], medium.name)


def _text(
    question: Question, seen: Sequence[words.Seen], wished: wishes.Wishes, called: Sequence[Any], ignored: int
) -> str:
    if called:
        return words.answer(question, ()).split("\n", 1)[0]
    if wished.showcase:
        return words.showcase(question)
    if wished.long_answer:
        return words.long_answer(question, wished.long_answer)
    return words.answer(question, seen, ignored)


def _formed(question: Question, text: str) -> str:
    """As JSON where `response_format` wants it, in the schema if there is one (text.md 3.8)."""
    wanted = as_object(question.raw.get("response_format"))
    if wanted.get("type") not in {"json_object", "json_schema"}:
        return text
    schema = as_object(as_object(wanted.get("json_schema")).get("schema"))
    value = arguments.made_up(schema, question.text) if schema else {"answer": text}
    return json.dumps(value, ensure_ascii=False)


def _calls(question: Question, wished: wishes.Wishes, odd: Misbehaviour) -> tuple[tools.Call, ...]:
    is_wished = wished.tool_call or bool(odd.tool) or odd.calls > 0
    return tools.calls(question, is_wished, odd.calls, odd.rounds)


def _cut_short(question: Question, text: str) -> tuple[str, str]:
    """Honours `stop` and `max_tokens`."""
    ends = [place for stop in question.stops if stop and (place := text.find(stop)) >= 0]
    text = text[: min(ends)] if ends else text
    cut = pieces(text)
    if question.max_tokens and len(cut) > question.max_tokens:
        return "".join(cut[: question.max_tokens]), "length"
    return text, "stop"


def _prompted(question: Question, model: Model, seen: Sequence[words.Seen]) -> Prompted:
    hears_video = {"audio", "video"} <= model.inputs
    sharp = bool(question.raw.get("vl_high_resolution_images"))
    media = (tokens.of_media(one.facts, hears_video, one.medium.fps, sharp) for one in seen)
    return sum(media, Prompted(text=tokens.of_texts(question.texts)))


# The older Qwens put the words beside the sound; a catalog that knows says `speaks`.
SPEECH_FORMS = (("qwen2.5-omni", "transcript"), ("qwen-omni-turbo", "transcript"), ("gpt-", "openai"))


def _speech_form(question: Question, model: Model) -> str:
    """ "content", "transcript" or "openai" (text.md 3.6); "" when nothing is spoken."""
    if model.must_be_streamed and not question.streams:
        raise refused_upstream(ONLY_STREAM)
    if not question.wants_audio:
        return ""
    if "audio" not in model.outputs:
        raise refused_upstream(f"The model {model.id} does not support audio output", param="modalities")
    form = next((form for start, form in SPEECH_FORMS if model.id.startswith(start)), "content")
    wanted = question.audio_format
    if form == "openai" and wanted not in ({"pcm16"} if question.streams else {"wav", "pcm16"}):
        only = "'pcm16' when stream=true" if question.streams else "'wav' and 'pcm16' by the sandbox"
        raise refused_upstream(f"audio.format {wanted!r}: supported is {only}", "unsupported_value", "audio.format")
    if form != "openai" and not question.streams:
        raise refused_upstream(ONLY_STREAM)
    return form
