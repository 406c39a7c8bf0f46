"""What a person sees of a conversation: the messages along their branch, a page at a time, with all a bubble needs."""

import datetime
from collections import defaultdict
from functools import partial

from django.db import transaction
from django.utils import timezone

from chats import broadcasts, catalog, comparisons, generations, media, replies
from chats.catalog import form
from chats.models import Conversation, Generation, Message, tree
from chats.models.conversation import BIN_DAYS
from chats.models.tree import Tree

PAGE = 30
PURGED_AT_ONCE = 200


def newest(conversation: Conversation, user, before: int | None = None) -> tuple[list[Message], bool]:
    """The last PAGE messages of `user`'s branch (those above `before`), oldest first, and whether there are more."""
    seen = Tree.of(conversation, user)
    ids = seen.path()
    if before is not None:
        ids = ids[: ids.index(before)] if before in ids else []
    return _dressed(conversation, seen, ids[-PAGE:], user), len(ids) > PAGE


def one(message: Message, user) -> Message | None:
    """`message` with all its bubble needs; None where something above it was deleted."""
    seen = Tree.of(message.conversation, user)
    if not seen.up(message.pk):
        return None
    return _dressed(message.conversation, seen, [message.pk], user)[0]


def choose(message: Message, user) -> list[Message]:
    """Puts `user` on the branch of `message`; answers it and all that follows."""
    tree.choose(message.conversation, user, message.pk)
    seen = Tree.of(message.conversation, user)
    return _dressed(message.conversation, seen, [message.pk, *seen.path(message.pk)], user)


def delete(user, message: Message) -> None:
    """Deletes `message` and what follows, at one time that restore() knows; a reply being written there is stopped."""
    with transaction.atomic():
        rows = message.conversation.messages.filter(pk__in=Tree(message.conversation, None, {}).below(message.pk))
        for pk in list(rows.filter(status__in=Message.LIVE).values_list("pk", flat=True)):
            replies.stop(user, pk)
        generations.cancel_all(list(rows.values_list("pk", flat=True)))
        rows.update(deleted_at=timezone.now())
        transaction.on_commit(partial(broadcasts.message_changed, message))


def restore(message: Message) -> None:
    """Brings back `message` and all that was deleted together with it."""
    with transaction.atomic():
        if message.deleted_at is not None:
            message.conversation.messages.filter(deleted_at=message.deleted_at).update(deleted_at=None)
        transaction.on_commit(partial(broadcasts.message_changed, message))


def purge(days: int = BIN_DAYS) -> int:
    """Removes for good what was deleted `days` ago in conversations that stay, with what went over the wire for it.

    Leaves go first, for each message holds its parent.
    """
    before = timezone.now() - datetime.timedelta(days=days)
    gone, count = Message.objects.filter(deleted_at__lt=before), 0
    while ids := list(gone.filter(children__isnull=True).values_list("pk", flat=True)[:PURGED_AT_ONCE]):
        Message.objects.filter(pk__in=ids).delete()
        count += len(ids)
    return count


def _dressed(conversation: Conversation, seen: Tree, ids: list[int], user) -> list[Message]:
    """Messages of a comparison have its `columns`, all its replies, and `comparison_shown`."""
    rows = Message.objects.filter(pk__in=ids).select_related("author").prefetch_related("attachments").in_bulk()
    messages = [rows[pk] for pk in ids if pk in rows]
    beside = _beside(conversation, seen, messages)
    everybody = messages + [row for row in beside if row.pk not in rows]
    _dress(conversation, seen, everybody, {row.pk: row for row in everybody}, user)
    compared = comparisons.shown([row.comparison_id for row in everybody if row.comparison_id], user)
    for message in everybody:
        message.comparison_shown = compared.get(message.comparison_id or 0)
        if message.comparison_shown and message.comparison_shown.is_blind_for_me:
            comparisons.hide(message)
    known = {row.pk: row for row in everybody}
    for message in messages:
        columns = [row for row in beside if row.comparison_id == message.comparison_id and message.comparison_id]
        message.columns = [known[row.pk] for row in columns]
    return messages


def _beside(conversation: Conversation, seen: Tree, messages: list[Message]) -> list[Message]:
    """Every reply of the comparisons in view, column by column."""
    ids = {row.comparison_id for row in messages if row.comparison_id}
    if not ids:
        return []
    found = conversation.messages.filter(comparison__in=ids, deleted_at__isnull=True).order_by("comparison", "column")
    return [row for row in found.select_related("author").prefetch_related("attachments") if row.pk in seen.parents]


def _dress(conversation: Conversation, seen: Tree, messages: list[Message], rows: dict[int, Message], user) -> None:
    replied = _reply_by_question(conversation, seen, messages, rows)
    made = _generations(messages, user)
    for message in messages:
        message.conversation = conversation
        message.siblings = seen.siblings(message.pk)
        message.spec = catalog.get(message.model)
        reply = replied.get(message.pk)
        message.generation_rows = made.get(message.pk, [])
        if form.is_generation(message.spec):
            reply = None  # a form counts no tokens of its files
        message.receipts = media.receipts(message.files(), reply.usage, reply.status) if reply else {}


def _generations(messages: list[Message], user) -> dict[int, list[Generation]]:
    """Of the messages that have some, which their parts tell, in order."""
    having = [m.pk for m in messages if any(part.get("kind") == "generation" for part in m.parts)]
    found: dict[int, list[Generation]] = defaultdict(list)
    if having:
        rows = Generation.objects.filter(message__in=having).order_by("position")
        for row in generations.dressed(rows, user):
            found[row.message_id].append(row)
    return found


def _reply_by_question(conversation, seen: Tree, messages, rows) -> dict[int, Message]:
    """The reply in view of each question; one that lies outside this page is fetched without its body."""
    chosen = {m.pk: seen.chosen(m.pk) for m in messages if m.role == Message.Role.USER}
    outside = [pk for pk in chosen.values() if pk and pk not in rows]
    fetched = Message.objects.filter(pk__in=outside).only("usage", "status", "parent_id").in_bulk()
    return {pk: reply for pk, at in chosen.items() if (reply := rows.get(at) or fetched.get(at))}
