"""Answers side by side: which rows a list of messages has, and what people said of a column."""

from dataclasses import dataclass

from django import template

from chats.comparisons import Shown
from chats.models import Message

register = template.Library()


@dataclass(frozen=True, slots=True)
class Row:
    """What stands one below the other in a list: a message, or several side by side of which `message` is in view."""

    message: Message
    template: str = "chats/messages/_message.html"
    columns: tuple[Message, ...] = ()
    shown: Shown | None = None


@register.simple_tag
def rows(messages: list[Message]) -> list[Row]:
    """Each message in a row; one that was answered side by side with all its columns."""
    return [row_of(message) for message in messages]


def row_of(message: Message) -> Row:
    columns = tuple(getattr(message, "columns", ()))
    if len(columns) < 2:  # also where all but one were deleted
        return Row(message)
    return Row(message, "chats/comparisons/_columns.html", columns, message.comparison_shown)


@register.filter
def votes_for(shown: Shown, message: Message) -> int:
    return shown.votes.get(message.pk, 0)


@register.filter
def ties(shown: Shown) -> int:
    return shown.votes.get(0, 0)
