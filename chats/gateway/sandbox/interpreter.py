"""The chunks of Qwen's code interpreter: thoughts, code that grows in `tool_info`, more thoughts, words (text.md 8)."""

from collections.abc import Iterator
from typing import Any

from chats.gateway.sandbox.answers import Answer
from chats.gateway.sandbox.chunks import Chunk, Chunks
from chats.gateway.sandbox.misbehave import Misbehaviour
from chats.gateway.sandbox.pieces import pieces
from chats.gateway.sandbox.steps import Computed

BEFORE = "I will compute this with code."
AFTER = "The code has run; its output decides the answer."
BEFORE_ZH, AFTER_ZH = "我将用代码计算。", "代码已运行，结果决定回答。"
GROWTHS = 4  # pieces in which the code comes


class InterpreterChunks(Chunks):
    """`usage` stands on every chunk and is cumulative."""

    def __init__(self, answer: Answer, odd: Misbehaviour, computed: Computed, is_chinese: bool) -> None:
        super().__init__(answer, odd, wants_usage=False)
        self._computed = computed
        self._before, self._after = (BEFORE_ZH, AFTER_ZH) if is_chinese else (BEFORE, AFTER)
        self._told = 0

    def __iter__(self) -> Iterator[Chunk]:
        for delta, code in self._steps():
            self._told += 1
            for _ in range(self._odd.repeat):
                yield self._counted(delta, code, is_delta=True)
        if self._odd.has_finish:
            finish = self._answer.finish if self._odd.finish is None else self._odd.finish
            yield self._counted({"content": "", "reasoning_content": ""}, "", finish=finish)

    def _steps(self) -> Iterator[tuple[dict[str, Any], str]]:
        yield from (({"content": "", "reasoning_content": piece}, "") for piece in pieces(self._before))
        code = self._computed.code
        size = len(code) // GROWTHS + 1
        yield from (({"content": "", "reasoning_content": ""}, code[: at + size]) for at in range(0, len(code), size))
        yield from (({"content": "", "reasoning_content": piece}, "") for piece in pieces(self._after))
        yield from (({"content": piece, "reasoning_content": ""}, "") for piece in pieces(self._answer.text))

    def _counted(self, delta: dict[str, Any], code: str, is_delta: bool = False, finish: str = "") -> Chunk:
        chunk = self._chunk(delta, is_delta, finish or None)
        if not finish and code:  # blank until the end (text.md 8)
            chunk.payload["choices"][0]["finish_reason"] = ""
        if code:
            chunk.payload["tool_info"] = [{"type": "code_interpreter", "code_interpreter": {"code": code}}]
        prompt = self._answer.usage["prompt_tokens"]
        if self._odd.usage != "none":
            totals = {"prompt_tokens": prompt, "completion_tokens": self._told, "total_tokens": prompt + self._told}
            chunk.payload["usage"] = totals
        return chunk
