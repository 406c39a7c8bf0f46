"""A run as a file to go on with elsewhere: CSV for tables, JSON with all of it."""

import csv
import io
import json
import math
from collections.abc import Iterator
from typing import Any

from chats.models import BenchRun

from . import files

Row = list[Any]


def as_csv(run: BenchRun) -> bytes:
    """With the mark that tells spreadsheets the encoding. Raises OSError where the file is gone."""
    target = io.StringIO(newline="")
    csv.writer(target).writerows(_TABLES[run.kind](files.load(run.file)))
    return target.getvalue().encode("utf-8-sig")


def as_json(run: BenchRun) -> bytes:
    """Numbers are written as float32 has them: more digits would be made up."""
    lists = files.load(run.file)
    models = [_Numbers(one) for one in lists.pop("models", [])]
    facts = {
        "kind": run.kind,
        "title": run.title,
        "state": run.state,
        "created_at": run.created_at.isoformat(),
        "asked": run.asked,
        "outcome": {} if run.state == BenchRun.State.RUNNING else run.outcome,
        "error": run.error,
        **lists,
    }
    text = json.dumps(facts, ensure_ascii=False, indent=1)
    if models:
        text = text[:-2] + ',\n "models": [\n' + ",\n".join(one.text() for one in models) + "\n ]\n}"
    return text.encode("utf-8", "replace")


class _Numbers:
    """One model's vectors, a line each."""

    def __init__(self, told: dict[str, Any]) -> None:
        self._told = told

    def text(self) -> str:
        lines = ",\n".join(f"[{','.join(numbers(vector))}]" for vector in self._told["vectors"])
        facts = json.dumps({"model": self._told["model"], "dimensions": self._told["dimensions"]}, ensure_ascii=False)
        return f'{facts[:-1]}, "vectors": [\n{lines}\n]}}'


def numbers(packed: str) -> list[str]:
    return [f"{number:.8g}" if math.isfinite(number) else "null" for number in files.unpack(packed)]


def _vectors(lists: dict[str, Any]) -> Iterator[Row]:
    models = lists.get("models", [])
    width = max((one["dimensions"] for one in models), default=0)
    yield ["model", "number", "text", "norm", *(f"d{place}" for place in range(1, width + 1))]
    for one in models:
        for place, (text, packed) in enumerate(zip(lists["texts"], one["vectors"], strict=True), start=1):
            norm = math.sqrt(sum(number * number for number in files.unpack(packed)))
            yield [one["model"], place, text, f"{norm:.8g}", *numbers(packed)]


def _scores(lists: dict[str, Any]) -> Iterator[Row]:
    yield ["rank", "number", "score", "text"]
    for rank, (index, score) in enumerate(lists.get("scores", []), start=1):
        yield [rank, index + 1, score, lists["texts"][index]]


def _results(lists: dict[str, Any]) -> Iterator[Row]:
    names = ["position", "title", "url", "snippet", "date"]
    yield names
    for result in lists.get("results", []):
        yield [result[name] for name in names]


_TABLES: dict[str, Any] = {
    BenchRun.Kind.EMBEDDINGS: _vectors,
    BenchRun.Kind.RERANK: _scores,
    BenchRun.Kind.SEARCH: _results,
}
