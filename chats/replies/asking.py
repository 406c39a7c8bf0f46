"""From a question to two rows: what a person said and the empty reply; each step may come twice and counts once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from chats import broadcasts, catalog, generations
from chats.catalog import ModelSpec, form
from chats.catalog.fit import fit
from chats.generations import Given, Run
from chats.models import Attachment, Conversation, Message, ModelUse, Team, tree
from chats.models.team import WRITERS

from .titles import title_from


class Refused(Exception):
    """Nothing was written; `code` is for the page, the text for the person."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Question:
    client_id: str
    model: str
    text: str = ""
    conversation: int | None = None
    team: int | None = None  # of the page that asks for a new conversation; another tab may have changed teams
    parent: int | None = None
    attachments: tuple[int, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    roles: Mapping[int, str] = field(default_factory=dict)  # of attachments, as a generation takes them
    runs: tuple[Run, ...] = ()  # several results, or several models, for one question


@dataclass(frozen=True, slots=True)
class Asked:
    """`reply` is to be started when `is_new`; a resend finds the same rows and starts nothing."""

    message: Message
    reply: Message
    is_new: bool = True
    is_branch: bool = False


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
    spec, parameters = _checked(question)
    conversation = _conversation(user, question)
    files = _files(user, conversation.team_id, question.attachments)
    roles = [question.roles.get(file.pk, "") for file in files]
    runs = question.runs or ((Run(spec.model, question.parameters),) if form.is_generation(spec) else ())
    checked = _checked_runs(user, runs, list(map(Given, files, roles)), question.text) if runs else None
    if checked is None:
        _check_fit(spec, files)
    parent = _parent(conversation, question.parent)
    is_branch = question.conversation is not None and _has_siblings(conversation, parent)
    message = Message.objects.create(
        conversation=conversation,
        parent=parent,
        role=Message.Role.USER,
        author=user,
        client_id=question.client_id,
        model=spec.model,
        parameters=parameters,
        parts=[*map(_attached, files, roles), {"kind": "text", "text": question.text}],
    )
    if files:
        message.attachments.set(files)
    reply = _reply(message, user, question.client_id, spec, parameters, checked)
    for row in (message, reply):
        transaction.on_commit(partial(broadcasts.message_created, row))
    return Asked(message, reply, is_branch=is_branch)


def ask_again(
    user, client_id: str, message_id: int, model: str, parameters: Mapping[str, Any], runs: tuple[Run, ...] = ()
) -> Asked:
    """A second answer beside the first, perhaps by another model; the first stays. Raises Refused."""
    asked = _writable(user, message_id)
    try:
        return _ask_again(asked, user, client_id, model, parameters, runs)
    except (IntegrityError, Refused):
        # A resend meets its own rows, also where its own jobs have used up what may run.
        mine = Message.objects.filter(conversation=asked.conversation, client_id=client_id, author=user)
        found = mine.filter(role=Message.Role.ASSISTANT).select_related("parent__conversation").first()
        if found is None or found.parent is None:
            raise
        return Asked(found.parent, found, is_new=False)


def _ask_again(
    asked: Message, user, client_id: str, model: str, parameters: Mapping[str, Any], runs: tuple[Run, ...]
) -> Asked:
    if asked.role == Message.Role.ASSISTANT:
        if not runs and model in ("", asked.model):
            runs = generations.runs_of(asked)  # the same again: as many, of the same models
        asked = Message.objects.select_related("conversation").get(children=asked)
    spec, clean = _spec_and_parameters(runs[0].model if runs else model or asked.model, parameters)
    if form.is_generation(spec) and not runs:
        runs = (Run(spec.model, parameters),)
    checked = _checked_runs(user, runs, _given(asked), asked.text) if runs else None
    if checked is None:
        _check_fit(spec, asked.files())
    with transaction.atomic():
        reply = _reply(asked, user, client_id, spec, clean, checked)
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
        mine.update(model=reply.model, updated_at=now, spoken_at=now)
        if not conversation.title:
            title = title_from(asked.message.text, [file.name for file in asked.message.files()])
            mine.filter(title="", is_title_manual=False).update(title=title)
        if not conversation.marks.filter(user=user).update(seen_at=now):
            conversation.marks.update_or_create(user=user, defaults={"seen_at": now})
        if not ModelUse.objects.filter(user=user, model=reply.model).update(used_at=now):
            ModelUse.objects.update_or_create(user=user, model=reply.model, defaults={"used_at": now})
        if asked.is_branch:  # elsewhere the new message is the only one, and so the one in view
            tree.choose(conversation, user, reply.pk)
        transaction.on_commit(partial(broadcasts.conversation_changed, conversation, "spoken"))


def _conversation(user, question: Question) -> Conversation:
    if question.conversation is not None:
        found = Conversation.objects.writable_by(user).filter(pk=question.conversation).first()
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
    return Asked(rows[Message.Role.USER], rows[Message.Role.ASSISTANT], is_new=False)


def _checked(question: Question) -> tuple[ModelSpec, dict[str, Any]]:
    if len(question.text) > settings.MAX_TEXT_CHARACTERS:
        raise Refused("text_too_long", _("The text is too long to send. Attach it as a file."))
    if len(question.attachments) > settings.MAX_ATTACHMENTS:
        raise Refused("too_many_files", _("Too many files for one message."))
    if not question.text.strip() and not question.attachments:
        raise Refused("empty", _("Write something or attach a file."))
    first = question.runs[0] if question.runs else None
    return _spec_and_parameters(first.model if first else question.model, question.parameters)


def _checked_runs(user, runs: tuple[Run, ...], given: list[Given], text: str) -> generations.Runs:
    try:
        return generations.check_runs(user, runs, given, text)
    except (ValueError, OverflowError) as error:
        raise Refused("bad_run", str(error)) from error


def _attached(file: Attachment, role: str) -> dict[str, Any]:
    return {"kind": "attachment", "id": file.pk} | ({"role": role} if role else {})


def _given(asked: Message) -> list[Given]:
    roles = {part["id"]: part.get("role", "") for part in asked.parts if part["kind"] == "attachment"}
    return [Given(file, roles[file.pk]) for file in asked.files()]


def _spec_and_parameters(model: str, raw: Mapping[str, Any]) -> tuple[ModelSpec, dict[str, Any]]:
    if not model or len(model) > 200:
        raise Refused("no_model", _("Choose a model first."))
    spec = catalog.asked_by(catalog.get(model), raw)
    if not spec.is_available:
        raise Refused("model_unavailable", _("%(model)s cannot be used here yet.") % {"model": spec.label})
    if spec.is_bench:
        raise Refused("model_unavailable", _("%(model)s is used on the benches.") % {"model": spec.label})
    if form.is_generation(spec):
        return spec, {}  # they stand on each generation, checked by its form
    try:
        return spec, catalog.clean_parameters(spec, dict(raw))
    except (ValueError, OverflowError) as error:
        raise Refused("bad_parameters", str(error)) from error


def _files(user, team_id: int, wanted: tuple[int, ...]) -> list[Attachment]:
    if not wanted:
        return []
    visible = Attachment.objects.visible_to(user).filter(team_id=team_id, pk__in=wanted)
    found = {file.pk: file for file in visible}
    files = [found[pk] for pk in dict.fromkeys(wanted) if pk in found]
    if len(files) != len(set(wanted)):
        raise Refused("no_file", _("One of the files is no longer there. Attach it again."))
    if any(file.state != Attachment.State.READY for file in files):
        raise Refused("file_not_ready", _("A file is still being prepared."))
    return files


def _check_fit(spec: ModelSpec, files: list[Attachment]) -> None:
    for file, verdict in zip(files, fit(spec, [file.facts() for file in files]), strict=True):
        if not verdict.is_accepted:
            raise Refused("file_does_not_fit", f"{file.name}: {verdict.reason}")


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


def _reply(
    asked: Message,
    user,
    client_id: str,
    spec: ModelSpec,
    parameters: dict[str, Any],
    runs: generations.Runs | None = None,
) -> Message:
    reply = Message.objects.create(
        conversation=asked.conversation,
        parent=asked,
        role=Message.Role.ASSISTANT,
        author=user,
        client_id=client_id,
        model=spec.model,
        parameters=parameters,
        status=Message.Status.QUEUED if runs is None else Message.Status.GENERATING,
        heartbeat_at=timezone.now() if runs is None else None,
    )
    if runs is not None:
        generations.begin(reply, runs)
    return reply


def _writable(user, message_id: int) -> Message:
    found = Message.objects.writable_by(user).select_related("conversation").filter(pk=message_id).first()
    if found is None:
        raise Refused("no_access", _("This message is gone, or you can no longer write here."))
    return found
