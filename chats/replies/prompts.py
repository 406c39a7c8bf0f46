"""What a model is told: the branch that leads to the question, with its files ready for the wire."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from chats import catalog, keys, media, model_lists, tools
from chats.catalog import ModelSpec
from chats.catalog.fit import fit
from chats.gateway.client import Credentials
from chats.gateway.values import Part, Prompt, Turn
from chats.models import Attachment, GenerationOutput, Message, tree
from chats.tools import Tool

from .spoken import turns_of

GO_ON = "Continue exactly where your last answer stopped. Repeat nothing and add no introduction."


@dataclass(frozen=True, slots=True)
class Call:
    """All that one call needs, read in one database step. `left_out` are files this model cannot take.

    `prompt` ends with the question; `tools` is as Message.tools, `sets` the functions of the sets among them.
    """

    spec: ModelSpec
    prompt: Prompt
    credentials: Credentials
    left_out: tuple[int, ...] = ()
    is_listed: bool = False  # the key's own list has the model, so a 503 means "down", not "unknown" (errors.md 3)
    tools: Mapping[str, Any] = field(default_factory=dict)
    sets: Sequence[Tool] = ()
    whose: Mapping[str, Any] = field(default_factory=dict)  # message, team and author, for what is kept of the call

    def going_on(self, parts: Sequence[Mapping[str, Any]], is_paused: bool = False) -> Prompt:
        """With what the reply has already. After results, or where the vendor only paused, it is the model's turn."""
        said = [turn for turn in turns_of(parts, self.spec.model) if turn.parts]
        if said and said[-1].role == "assistant" and not is_paused:
            said.append(Turn("user", (Part("text", GO_ON),)))
        return replace(self.prompt, turns=(*self.prompt.turns, *said))


def call_for(reply: Message) -> Call:
    """Blocking: reads the branch above `reply` and the bytes of its files; raises media.MediaError."""
    spec = catalog.asked_by(catalog.get(reply.model), reply.parameters)
    branch = tree.ancestors(reply)
    pictures = _pictures(branch, spec)
    turns: list[Turn] = []
    left_out: list[int] = []
    made: list[Attachment] = []
    for message in branch:
        if message.role == Message.Role.ASSISTANT:
            turns += turns_of(message.parts, message.model, pictures)
        else:
            turns.append(_turn(message, spec, left_out, made))
        made = _made(message)
    prompt = Prompt(tuple(turn for turn in turns if turn.parts), reply.parameters, raw=reply.raw)
    team = reply.conversation.team
    credentials = keys.credentials(team)
    ids = model_lists.available_ids(credentials)
    is_listed = ids is not None and model_lists.is_with_key(spec, ids)
    sets = tools.sets_for(team.pk, reply.tools.get("names", ()))
    whose = {"message": reply, "team": team, "author": reply.author}
    return Call(spec, prompt, credentials, tuple(left_out), is_listed, reply.tools, sets, whose)


def _pictures(branch: Sequence[Message], spec: ModelSpec) -> dict[int, Part]:
    """Those the newest reply with some has: what is said next is often about them."""
    if "image" not in spec.inputs:
        return {}
    for message in reversed(branch):
        ids = {part.get("id") for part in message.parts if part["kind"] == "attachment"}
        if message.role == Message.Role.ASSISTANT and ids:
            files = [file for file in message.attachments.all() if file.pk in ids and file.kind == "image"]
            ready = [file for file in files if file.state == Attachment.State.READY]
            fits = zip(ready, fit(spec, [file.facts() for file in ready]), strict=True)
            return {file.pk: media.deliver(file, verdict, spec) for file, verdict in fits if verdict.is_accepted}
    return {}


def _turn(message: Message, spec: ModelSpec, left_out: list[int], made: list[Attachment]) -> Turn:
    """`made`: results of the generations before a question, which go along with it: no model takes pictures as its
    own earlier words, every one that sees takes them from a person (images.md 7.4)."""
    files = message.files()
    given = [*files, *(file for file in made if file.pk not in {mine.pk for mine in files})]
    parts: list[Part] = []
    for file, verdict in zip(given, fit(spec, [file.facts() for file in given]), strict=True):
        if verdict.is_accepted:
            parts.append(media.deliver(file, verdict, spec))
        elif file in files:
            left_out.append(file.pk)
            parts.append(Part("text", _absent(file)))
    if message.text:
        parts.append(Part("text", message.text))
    return Turn("user", tuple(parts))


def _made(message: Message) -> list[Attachment]:
    """Results of this message's generations, which stand in no part of it, ready to be sent."""
    if not any(part.get("kind") == "generation" for part in message.parts):
        return []
    done = GenerationOutput.objects.filter(generation__message=message, attachment__isnull=False)
    rows = done.select_related("attachment").order_by("generation__position", "position")
    found = [row.attachment for row in rows]
    return [file for file in found if file and file.state == Attachment.State.READY and file.kind != "file"]


def _absent(file: Attachment) -> str:
    return f"[{file.name} ({file.kind}) was attached here; it is not part of this call]"
