"""From a question to two rows: what a person said and the empty reply; each step may come twice and counts once."""

import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from chats import broadcasts, comparisons, generations
from chats.generations import Given, Run
from chats.models import Attachment, Comparison, Conversation, Message, ModelUse, Team, tree
from chats.models.team import WRITERS

from .checking import Column, Plan, Question, Refused, check_files, check_raw, check_text, plan
from .titles import title_from


@dataclass(frozen=True, slots=True)
class Asked:
    """`reply` is to be started when `is_new`; a resend finds the same rows and starts nothing.

    `replies` are all columns where several models were asked, `reply` among them.
    """

    message: Message
    reply: Message
    is_new: bool = True
    is_branch: bool = False
    replies: tuple[Message, ...] = ()

    @property
    def all_replies(self) -> tuple[Message, ...]:
        return self.replies or (self.reply,)


def ask(user, question: Question) -> Asked:
    """Writes the question and its empty reply in one transaction; raises Refused. What can wait is settle()'s."""
    try:
        with transaction.atomic():
            return _ask(user, question)
    except (IntegrityError, Refused):
        # A resend meets its own rows; looking for them first would cost every first send a query.
        if found := _asked_before(user, question):
            return found
        raise


def _ask(user, question: Question) -> Asked:
    check_text(question)
    conversation = _conversation(user, question)
    files = check_files(user, conversation.team_id, question.attachments)
    given = [Given(file, question.roles.get(file.pk, "")) for file in files]
    plans = _plans(user, conversation, question, given)
    parent = _parent(conversation, question.parent)
    is_branch = question.conversation is not None and _has_siblings(conversation, parent)
    message = Message.objects.create(
        conversation=conversation,
        parent=parent,
        role=Message.Role.USER,
        author=user,
        client_id=question.client_id,
        model=plans[0].spec.model,
        parameters=plans[0].parameters,
        tools=plans[0].tools,
        parts=[*(_attached(one.attachment, one.role) for one in given), {"kind": "text", "text": question.text}],
    )
    if files:
        message.attachments.set(files)
    written = _replies(message, user, question, plans)
    for row in (message, *written):
        transaction.on_commit(partial(broadcasts.message_created, row))
    return Asked(message, written[0], is_branch=is_branch, replies=tuple(written))


def _plans(user, conversation: Conversation, question: Question, given: list[Given]) -> list[Plan]:
    one = Column(question.model, question.parameters, question.tools)
    if not question.columns:
        return [plan(user, conversation.team, one, given, question.text, question.runs)]
    plans: list[Plan] = []
    for column in question.columns:
        beside = sum(one.runs.count for one in plans if one.runs)
        plans.append(plan(user, conversation.team, column, given, question.text, beside=beside))
    return plans


def _replies(message: Message, user, question: Question, plans: list[Plan]) -> list[Message]:
    """One, or a column for each model that is compared."""
    if not question.columns:
        return [_reply(message, user, question.client_id, plans[0])]
    comparison = Comparison.objects.create(question=message, author=user, is_blind=question.is_blind)
    if question.is_blind:  # the person who chose them knows their order
        random.shuffle(plans)
    ids = [question.client_id, *(_column_id(question.client_id, n) for n in range(1, len(plans)))]
    written = [
        _reply(message, user, client_id, plan, comparison=comparison, column=n)
        for n, (client_id, plan) in enumerate(zip(ids, plans, strict=True))
    ]
    tree.choose(message.conversation, user, written[0].pk)  # else the last one, their newest, would be in view
    return written


def _column_id(client_id: str, column: int) -> str:
    """The same again for a resend, and as long as any."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{client_id}#{column}"))


def ask_again(user, client_id: str, message_id: int, column: Column, **how: Any) -> Asked:
    """A second answer beside the first, perhaps by another model; the first stays. Raises Refused.

    `runs` as Question has them, `raw` a body to be sent instead of ours, `tools` None for those of the first.
    """
    asked = _writable(user, message_id)
    if comparisons.is_hidden_from(user, asked):
        raise Refused("blind", _("Vote first: another answer would tell which model this is."))
    try:
        return _ask_again(asked, user, client_id, column, **how)
    except (IntegrityError, Refused):
        # A resend meets its own rows, also where its own jobs have used up what may run.
        mine = Message.objects.filter(conversation=asked.conversation, client_id=client_id, author=user)
        found = mine.filter(role=Message.Role.ASSISTANT).select_related("parent__conversation").first()
        if found is None or found.parent is None:
            raise
        return Asked(found.parent, found, is_new=False)


def _ask_again(
    asked: Message,
    user,
    client_id: str,
    column: Column,
    runs: tuple[Run, ...] = (),
    raw: Mapping[str, Any] | None = None,
) -> Asked:
    wanted = replace(column, model=column.model or asked.model)
    if asked.role == Message.Role.ASSISTANT:
        if not runs and column.model in ("", asked.model):
            runs = generations.runs_of(asked)  # the same again: as many, of the same models
        asked = Message.objects.select_related("conversation__team").get(children=asked)
    planned = plan(user, asked.conversation.team, wanted, _given(asked), asked.text, runs)
    planned = replace(planned, raw=check_raw(raw, planned))
    with transaction.atomic():
        reply = _reply(asked, user, client_id, planned)
        transaction.on_commit(partial(broadcasts.message_created, reply))
        return Asked(asked, reply, is_branch=True)


def go_on(user, client_id: str, message_id: int) -> Asked:
    """Queues an ended but unfinished reply again, with what it has; raises Refused."""
    unfinished = (Message.Status.STOPPED, Message.Status.INTERRUPTED, Message.Status.INCOMPLETE)
    with transaction.atomic():
        reply = _writable(user, message_id)
        if reply.role != Message.Role.ASSISTANT or reply.generations.exists():
            raise Refused("not_a_reply", _("Only a reply can be continued."))
        asked = Message.objects.get(children=reply)
        if reply.continued_as == client_id:
            return Asked(asked, reply, is_new=False)
        claimed = Message.objects.filter(pk=reply.pk, status__in=unfinished).update(
            status=Message.Status.QUEUED,
            revision=F("revision") + 1,
            continued_as=client_id,
            error=None,
            finish_reason="",
            stop_requested_at=None,
            sent_at=None,
            heartbeat_at=timezone.now(),
        )
        if not claimed:
            raise Refused("not_unfinished", _("This reply is not waiting to be continued."))
        reply.refresh_from_db()
        transaction.on_commit(partial(broadcasts.message_changed, reply))
        return Asked(asked, reply)


def settle(asked: Asked) -> None:
    """What lists and marks need of a new question, once its reply has begun: title, order, branch, recent models."""
    conversation, user, reply = asked.message.conversation, asked.reply.author, asked.reply
    now = timezone.now()
    with transaction.atomic():
        mine = Conversation.objects.filter(pk=conversation.pk)
        mine.update(updated_at=now, spoken_at=now)
        if not (reply.comparison and reply.comparison.is_blind):  # the first column's model is nobody's to know
            mine.update(model=reply.model)
        if not conversation.title:
            title = title_from(asked.message.text, [file.name for file in asked.message.files()])
            mine.filter(title="", is_title_manual=False).update(title=title)
        if not conversation.marks.filter(user=user).update(seen_at=now):
            conversation.marks.update_or_create(user=user, defaults={"seen_at": now})
        for model in {row.model for row in asked.all_replies}:
            if not ModelUse.objects.filter(user=user, model=model).update(used_at=now):
                ModelUse.objects.update_or_create(user=user, model=model, defaults={"used_at": now})
        if asked.is_branch:  # elsewhere the new message is the only one, and so the one in view
            tree.choose(conversation, user, reply.pk)
        transaction.on_commit(partial(broadcasts.conversation_changed, conversation, "spoken"))


def _conversation(user, question: Question) -> Conversation:
    if question.conversation is not None:
        mine = Conversation.objects.writable_by(user).select_related("team")
        found = mine.filter(pk=question.conversation).first()
        if found is None:
            raise Refused("no_access", _("You can no longer write in this conversation. What you wrote is kept."))
        return found
    team = _team(user, question)
    if team is None or not team.memberships.filter(user=user, role__in=WRITERS).exists():
        raise Refused("no_access", _("Your role in this team is to read. Ask an admin to change it."))
    conversation = Conversation.objects.create(
        author=user, client_id=question.client_id, team=team, model=question.model
    )
    transaction.on_commit(partial(broadcasts.conversation_changed, conversation, "created"))
    return conversation


def _team(user, question: Question) -> Team | None:
    if question.team is None:
        return Team.objects.current_for(user)
    return Team.objects.visible_to(user).filter(pk=question.team).first()


def _asked_before(user, question: Question) -> Asked | None:
    sent = Message.objects.filter(client_id=question.client_id, author=user)
    if question.conversation is not None:
        sent = sent.filter(conversation=question.conversation)
    else:
        sent = sent.filter(conversation__author=user, conversation__client_id=question.client_id)
    rows = {row.role: row for row in sent.select_related("conversation")}
    if len(rows) < 2:
        return None
    reply = rows[Message.Role.ASSISTANT]
    beside = Message.objects.filter(comparison=reply.comparison_id).order_by("column") if reply.comparison_id else ()
    return Asked(rows[Message.Role.USER], reply, is_new=False, replies=tuple(beside))


def _attached(file: Attachment, role: str) -> dict[str, Any]:
    return {"kind": "attachment", "id": file.pk} | ({"role": role} if role else {})


def _given(asked: Message) -> list[Given]:
    roles = {part["id"]: part.get("role", "") for part in asked.parts if part["kind"] == "attachment"}
    return [Given(file, roles[file.pk]) for file in asked.files()]


def _parent(conversation: Conversation, parent: int | None) -> Message | None:
    if parent is None:
        return None
    replies = conversation.messages.filter(role=Message.Role.ASSISTANT, deleted_at__isnull=True)
    found = replies.select_for_update().filter(pk=parent).first()  # nobody deletes it while we answer it
    if found is None:
        raise Refused("no_parent", _("The message you answer is gone. What you wrote is kept."))
    if found.is_live and found.stop_requested_at is None:
        raise Refused("reply_running", _("A reply is still being written here. Stop it or wait."))
    return found


def _has_siblings(conversation: Conversation, parent: Message | None) -> bool:
    beside = conversation.messages.filter(parent=parent, deleted_at__isnull=True, role=Message.Role.USER)
    return beside.exists()


def _reply(asked: Message, user, client_id: str, planned: Plan, **place: Any) -> Message:
    """`place`: comparison and column, where it stands beside others."""
    runs = planned.runs
    reply = Message.objects.create(
        conversation=asked.conversation,
        parent=asked,
        role=Message.Role.ASSISTANT,
        author=user,
        client_id=client_id,
        model=planned.spec.model,
        parameters=planned.parameters,
        tools=planned.tools,
        raw=planned.raw,
        status=Message.Status.QUEUED if runs is None else Message.Status.GENERATING,
        heartbeat_at=timezone.now() if runs is None else None,
        **place,
    )
    if runs is not None:
        generations.begin(reply, runs)
    return reply


def _writable(user, message_id: int) -> Message:
    found = Message.objects.writable_by(user).select_related("conversation__team").filter(pk=message_id).first()
    if found is None:
        raise Refused("no_access", _("This message is gone, or you can no longer write here."))
    return found
