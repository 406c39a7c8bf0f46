"""The tree of a conversation's messages: which branch a person sees, and what stands beside each message."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import prefetch_related_objects

from .conversation import Conversation, ConversationMark
from .message import Message

ROOT = "root"


@dataclass(frozen=True, slots=True)
class Siblings:
    """Where a message stands among the answers to, or wordings of, the same thing; `index` counts from 1."""

    index: int
    count: int
    previous: int | None
    next: int | None


class Tree:
    """Ids and parents of one conversation without any body; deleted messages and what hangs on them are absent."""

    def __init__(self, conversation: Conversation, user_id: int | None, branches: dict[str, int]) -> None:
        self.branches = branches
        self.mine: set[int] = set()
        self.parents: dict[int, int | None] = {}
        self.children: dict[int | None, list[int]] = defaultdict(list)
        rows = (
            conversation.messages.filter(deleted_at__isnull=True)
            .order_by("id")
            .values_list("id", "parent_id", "author_id")
        )
        for pk, parent, author in rows:
            self.parents[pk] = parent
            if author == user_id:
                self.mine.add(pk)
            self.children[parent].append(pk)

    @classmethod
    def of(cls, conversation: Conversation, user) -> "Tree":
        mark = ConversationMark.objects.filter(conversation=conversation, user=user).only("branches").first()
        return cls(conversation, user.pk, mark.branches if mark else {})

    def chosen(self, parent: int | None) -> int | None:
        """The child that the person chose, else their own newest, else the newest: nobody else moves their view."""
        children = self.children.get(parent)
        if not children:
            return None
        kept = self.branches.get(str(parent or ROOT))
        if kept in children:
            return kept
        return next((pk for pk in reversed(children) if pk in self.mine), children[-1])

    def path(self, start: int | None = None) -> list[int]:
        """Ids from `start`'s chosen child (or the root) down to the leaf."""
        return list(self._down(start))

    def _down(self, at: int | None) -> Iterator[int]:
        while (at := self.chosen(at)) is not None:
            yield at

    def up(self, pk: int | None) -> list[int]:
        """`pk` and all above it, the root first; empty where one of them is gone."""
        found: list[int] = []
        while pk is not None:
            if pk not in self.parents:
                return []
            found.append(pk)
            pk = self.parents[pk]
        return found[::-1]

    def below(self, pk: int) -> list[int]:
        """`pk` and all that hangs on it."""
        found = [pk] if pk in self.parents else []
        for at in found:
            found.extend(self.children.get(at, ()))
        return found

    def siblings(self, pk: int) -> Siblings:
        row = self.children[self.parents[pk]]
        at = row.index(pk)
        return Siblings(
            at + 1,
            len(row),
            row[at - 1] if at else None,
            row[at + 1] if at + 1 < len(row) else None,
        )


def ancestors(message: Message) -> list[Message]:
    """The messages above `message`, the first one first, with their attachments."""
    parents = dict(Message.objects.filter(conversation_id=message.conversation_id).values_list("id", "parent_id"))
    ids: list[int] = []
    at = message.parent_id
    while at is not None:
        ids.append(at)
        at = parents.get(at)
    found = Message.objects.in_bulk(ids)
    branch = [found[pk] for pk in reversed(ids)]
    with_files = [row for row in branch if any(part.get("kind") == "attachment" for part in row.parts)]
    if with_files:
        prefetch_related_objects(with_files, "attachments")
    return branch


def choose(conversation: Conversation, user, pk: int) -> None:
    """Remembers for `user` that `pk` is the branch to see at its fork, and so for each fork above it."""
    tree = Tree(conversation, user.pk, {})
    mark, _ = ConversationMark.objects.get_or_create(conversation=conversation, user=user)
    for at in tree.up(pk):
        parent = tree.parents[at]
        if len(tree.children[parent]) > 1 or str(parent or ROOT) in mark.branches:
            mark.branches[str(parent or ROOT)] = at
    mark.save(update_fields=["branches"])
