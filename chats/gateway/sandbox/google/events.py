"""One answer in Google's form: pieces for a stream, or the whole, with usage, grounding and ratings (text.md 6.2)."""

import base64
import json
from collections.abc import Iterator
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from chats.gateway.sandbox.chunks import FACE, Chunk, filler
from chats.gateway.sandbox.google import asked, signatures
from chats.gateway.sandbox.pieces import count, pieces
from chats.gateway.sandbox.planning import Plan
from chats.gateway.sandbox.steps import Called, Computed, Said, Searched, Step, Thought
from chats.gateway.sandbox.taking import Taken

Part = dict[str, Any]
FINISHES = {
    "stop": "STOP",
    "length": "MAX_TOKENS",
    "tool_calls": "STOP",
    "content_filter": "SAFETY",
    "refusal": "SAFETY",
}
HARMS = ("HARASSMENT", "HATE_SPEECH", "SEXUALLY_EXPLICIT", "DANGEROUS_CONTENT")
MODALITIES = {"text_tokens": "TEXT", "image_tokens": "IMAGE", "video_tokens": "VIDEO", "audio_tokens": "AUDIO"}
TOOL_TOKENS = 60  # that a built-in tool's work adds to the prompt


class Answer:
    def __init__(self, taken: Taken, plan: Plan) -> None:
        self._taken, self._plan, self._odd = taken, plan, taken.odd
        self._model, raw = taken.question.model, taken.asked.raw
        self._shows = asked.shows_thoughts(raw) and taken.answer.think_shape != "hidden"
        self._is_blocked = self._finish not in {"STOP", "MAX_TOKENS", "FINISH_REASON_UNSPECIFIED"}

    @property
    def _finish(self) -> str:
        return FINISHES.get(self._plan.finish, self._plan.finish).upper()

    @cached_property
    def _said(self) -> str:
        return "".join(step.text for step in self._plan.steps if isinstance(step, Said))

    def blocked(self) -> dict[str, Any]:
        """The prompt was refused: no candidate at all."""
        feedback = {"blockReason": self._odd.block.upper(), "safetyRatings": self._ratings(is_blocked=True)}
        usage = {"promptTokenCount": self._prompt["prompt_tokens"], "totalTokenCount": self._prompt["prompt_tokens"]}
        return {"promptFeedback": feedback, "usageMetadata": usage} | self._named

    def whole(self) -> dict[str, Any]:
        if self._odd.block:
            return self.blocked()
        parts = [part for step in self._plan.steps for part in self._joined(step)]
        usage = self._usage(sum(map(self._tokens, self._plan.steps)), self._plan.reasoning_tokens)
        candidate = self._candidate(parts) | self._end()
        return {"candidates": [candidate]} | usage | self._named

    def chunks(self) -> Iterator[Chunk]:
        if self._odd.block:
            yield Chunk(self.blocked(), is_finish=True)
            return
        said = thought = 0
        for step in self._plan.steps:
            for part in self._pieces(step):
                said, thought = (said, thought + 1) if part.get("thought") else (said + 1, thought)  # pieces are tokens
                for _ in range(self._odd.repeat):
                    body = {"candidates": [self._candidate([part])]} | self._usage(said, thought) | self._named
                    yield Chunk(body, is_delta=True)
        if self._odd.has_finish:
            usage = self._usage(said, max(thought, self._plan.reasoning_tokens))
            yield Chunk(
                {"candidates": [self._candidate(self._last()) | self._end()]} | usage | self._named, is_finish=True
            )

    @cached_property
    def _named(self) -> dict[str, Any]:
        return {"modelVersion": self._model, "responseId": self._taken.call.entry.sha256[:22]}

    def _candidate(self, parts: list[Part]) -> dict[str, Any]:
        place = {"index": 0} if self._odd.has_index else {}
        return {"content": {"role": "model", "parts": parts}} | place

    def _end(self) -> dict[str, Any]:
        end: dict[str, Any] = {"finishReason": self._finish} if self._odd.has_finish else {}
        end |= {"safetyRatings": self._ratings(self._is_blocked)}
        return end | self._grounding() | self._read()

    def _ratings(self, is_blocked: bool) -> list[dict[str, Any]]:
        usual: list[dict[str, Any]] = [
            {"category": f"HARM_CATEGORY_{harm}", "probability": "NEGLIGIBLE"} for harm in HARMS
        ]
        if is_blocked:
            usual[-1] = usual[-1] | {"probability": "HIGH", "blocked": True}
        return usual

    @property
    def _signs(self) -> bool:
        return any(isinstance(step, Thought) for step in self._plan.steps)

    def _last(self) -> list[Part]:
        """In a stream the signature of the words comes on an empty part after them."""
        has_calls = any(isinstance(step, Called) for step in self._plan.steps)
        if not self._signs or has_calls or self._is_blocked or not signatures.must_sign(self._model):
            return [{"text": ""}]
        return [signatures.signed({"text": ""}, self._model, self._taken.question.prefix + self._said)]

    def _joined(self, step: Step) -> Iterator[Part]:
        match step:
            case Thought():
                yield from [{"text": step.text, "thought": True}] if self._shows else []
            case Said():
                part = {"text": self._shown(step.text)}
                last = self._last()[0]
                yield part | ({"thoughtSignature": last["thoughtSignature"]} if "thoughtSignature" in last else {})
            case _:
                yield from self._pieces(step)

    def _pieces(self, step: Step) -> Iterator[Part]:
        match step:
            case Thought():
                yield from ({"text": piece, "thought": True} for piece in pieces(step.text) if self._shows)
            case Said():
                yield from self._words(self._shown(step.text))
            case Computed():
                yield from self._computed(step)
            case Called():
                yield self._called(step)

    def _shown(self, text: str) -> str:
        """Of what is broken off for safety a first half was said already."""
        return text[: len(text) // 2] if self._is_blocked else text

    def _words(self, text: str) -> Iterator[Part]:
        if self._odd.big_event_bytes:
            yield {"text": filler(self._odd.big_event_bytes)}
        for at, piece in enumerate(pieces(text)):
            yield {"text": piece}
            if at == 0 and self._odd.has_lone_surrogate:
                yield from ({"text": half} for half in FACE)

    def _computed(self, step: Computed) -> Iterator[Part]:
        code: Part = {"executableCode": {"language": "PYTHON", "code": step.code}}
        is_signed = self._signs and signatures.must_sign(self._model)
        yield signatures.signed(code, self._model) if is_signed else code
        told = "\n".join(text for text in (step.output.rstrip("\n"), step.error, step.failure) if text)
        yield {"codeExecutionResult": {"outcome": _outcome(step), "output": f"{told}\n" if told else ""}}
        if step.picture:
            yield {"inlineData": {"mimeType": "image/png", "data": base64.b64encode(step.picture).decode()}}

    def _called(self, step: Called) -> Part:
        call = step.call
        part: Part = {"functionCall": {"id": call.id, "name": call.name, "args": json.loads(call.arguments)}}
        first = next(one for one in self._plan.steps if isinstance(one, Called))
        if first is step and (self._signs or signatures.must_sign(self._model)):
            return signatures.signed(part, self._model)
        return part

    @property
    def _prompt(self) -> dict[str, Any]:
        return self._taken.answer.usage

    @staticmethod
    def _tokens(step: Step) -> int:
        return count(step.text) if isinstance(step, Said) else 1 if isinstance(step, Called | Computed) else 0

    def _usage(self, said: int, thought: int) -> dict[str, Any]:
        """Cumulative."""
        if self._odd.usage == "none":
            return {}
        asked_for, worked = self._prompt["prompt_tokens"], self._worked
        usage = {"promptTokenCount": asked_for, "candidatesTokenCount": said}
        usage |= {"thoughtsTokenCount": thought} if thought else {}
        usage["totalTokenCount"] = asked_for + said + thought + worked
        return {"usageMetadata": usage | self._details}

    @cached_property
    def _details(self) -> dict[str, Any]:
        details = self._prompt.get("prompt_tokens_details") or {}
        counted = [(kind, details.get(name, 0)) for name, kind in MODALITIES.items()]
        listed = [{"modality": kind, "tokenCount": number} for kind, number in counted if number]
        told: dict[str, Any] = {"promptTokensDetails": listed} if listed else {}
        return told | ({"toolUsePromptTokenCount": self._worked} if self._worked else {})

    @cached_property
    def _worked(self) -> int:
        return TOOL_TOKENS * sum(isinstance(step, Searched | Computed) for step in self._plan.steps)

    def _grounding(self) -> dict[str, Any]:
        """Offsets count bytes of UTF-8."""
        searches = [step for step in self._plan.steps if isinstance(step, Searched) and step.action == "search"]
        opened = [step for step in self._plan.steps if isinstance(step, Searched) and step.action == "open_page"]
        pages = list(dict.fromkeys(page for step in (*searches, *opened) for page in step.pages))
        if not searches and not pages:
            return {}
        words, cited = self._said, [one for s in self._plan.steps if isinstance(s, Said) for one in s.cited]
        supports = [
            {
                "segment": {
                    "startIndex": len(words[: one.start].encode()),
                    "endIndex": len(words[: one.end].encode()),
                    "text": words[one.start : one.end],
                },
                "groundingChunkIndices": [pages.index(one.page)],
            }
            for one in cited
            if one.page in pages and one.end <= len(self._shown(words))
        ]
        metadata: dict[str, Any] = {
            "groundingChunks": [
                {"web": {"uri": page.link, "title": page.title, "domain": urlsplit(page.link).hostname}}
                for page in pages
            ],
            "groundingSupports": supports,
        }
        if searches:
            queries = [step.query for step in searches]
            metadata |= {"webSearchQueries": queries, "searchEntryPoint": {"renderedContent": _entry(queries)}}
        return {"groundingMetadata": metadata}

    def _read(self) -> dict[str, Any]:
        opened = [step for step in self._plan.steps if isinstance(step, Searched) and step.action == "open_page"]
        rows = [
            {"retrievedUrl": step.query, "urlRetrievalStatus": f"URL_RETRIEVAL_STATUS_{_status(step)}"}
            for step in opened
        ]
        return {"urlContextMetadata": {"urlMetadata": rows}} if rows else {}


def _outcome(step: Computed) -> str:
    if "time" in step.failure or "deadline" in step.failure:
        return "OUTCOME_DEADLINE_EXCEEDED"
    return "OUTCOME_FAILED" if step.error or step.failure else "OUTCOME_OK"


def _status(step: Searched) -> str:
    return "SUCCESS" if step.pages else "ERROR"


def _entry(queries: list[str]) -> str:
    links = "".join(f'<a class="chip">{query.replace("<", "&lt;")}</a>' for query in queries)
    return f'<div class="container">{links}</div>'
