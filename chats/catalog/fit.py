"""The one truth for "does this model take this file, how, and if not why and what mends it"; no I/O."""

from collections.abc import Sequence
from dataclasses import replace

from . import listed
from .acceptance import alone, beside
from .repairs import nearest, repairs
from .spec import ModelSpec
from .values import Company, Delivery, FileFacts, Fit

__all__ = ["Company", "Delivery", "FileFacts", "Fit", "fit"]


def fit(
    spec: ModelSpec,
    files: Sequence[FileFacts],
    delivery: Delivery | None = None,
    company: Company | None = None,
) -> list[Fit]:
    """One answer per file of one message, in order: where room is short, the earlier file has it.

    `delivery` is this site's own unless a test says otherwise; `company` is every listed model.
    """
    delivery, company = delivery or Delivery.of_site(), company or Company(listed())
    taken: list[tuple[FileFacts, Fit]] = []
    answers = []
    for file in files:
        answer = alone(spec, file, delivery)
        if answer.is_accepted:
            answer = beside(spec, file, answer, taken)
        if answer.is_accepted:
            taken.append((file, answer))
        else:
            wanted = [*(other for other, _ in taken), file]
            answer = replace(answer, repairs=_repairs(spec, wanted, answer, delivery, company))
        answers.append(answer)
    return answers


def _repairs(
    spec: ModelSpec, wanted: Sequence[FileFacts], answer: Fit, delivery: Delivery, company: Company
) -> tuple[str, ...]:
    code = answer.reason.code if answer.reason else ""
    found = list(repairs(spec, wanted[-1], code))
    other = None if code == "unreadable" else nearest(spec, wanted, delivery, company)
    return tuple(dict.fromkeys(found + ([f"choose_model:{other}"] if other else [])))
