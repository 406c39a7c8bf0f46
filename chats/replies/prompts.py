"""What a model is told: the branch that leads to the question, with its files ready for the wire."""

from dataclasses import dataclass

from chats import catalog, keys, media, model_lists
from chats.catalog import ModelSpec
from chats.catalog.fit import fit
from chats.gateway.client import Credentials
from chats.gateway.values import Part, Prompt, Turn
from chats.models import Attachment, GenerationOutput, Message, tree

GO_ON = "Continue exactly where your last answer stopped. Repeat nothing and add no introduction."


@dataclass(frozen=True, slots=True)
class Call:
    """All that one call needs, read in one database step. `left_out` are files this model cannot take."""

    spec: ModelSpec
    prompt: Prompt
    credentials: Credentials
    left_out: tuple[int, ...] = ()
    is_listed: bool = False  # the key's own list has the model, so a 503 means "down", not "unknown" (errors.md 3)


def call_for(reply: Message) -> Call:
    """Blocking: reads the branch above `reply` and the bytes of its files; raises media.MediaError."""
    spec = catalog.get(reply.model)
    branch = tree.ancestors(reply)
    turns: list[Turn] = []
    left_out: list[int] = []
    made: list[Attachment] = []
    for message in branch:
        turns.append(_turn(message, spec, left_out, made))
        made = _made(message)
    if reply.parts:
        turns += [_turn(reply, spec, left_out, []), Turn("user", (Part("text", GO_ON),))]
    prompt = Prompt(tuple(turn for turn in turns if turn.parts), reply.parameters)
    credentials = keys.credentials(reply.conversation.team)
    ids = model_lists.available_ids(credentials)
    is_listed = ids is not None and model_lists.is_with_key(spec, ids)
    return Call(spec, prompt, credentials, tuple(left_out), is_listed)


def _turn(message: Message, spec: ModelSpec, left_out: list[int], made: list[Attachment]) -> Turn:
    """`made`: results of the generations before a question, which go along with it: no model takes pictures as its
    own earlier words, every one that sees takes them from a person (images.md 7.4)."""
    if message.role == Message.Role.ASSISTANT:
        return Turn("assistant", tuple(_spoken(message)), message.model)
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


def _spoken(message: Message) -> list[Part]:
    spoken: list[Part] = []
    for part in message.parts:
        if part["kind"] in ("text", "reasoning") and part.get("text"):
            spoken.append(Part(part["kind"], part["text"], signature=part.get("signature", "")))
        elif part["kind"] == "generation":
            spoken.append(Part("text", f"[made with {message.model}; what came of it follows]"))
        elif part["kind"] == "tool_call":
            # Until tools are executed a call would wait for a result for ever; the model sees what it asked.
            spoken.append(Part("text", f"[called {part['name']}({part['arguments']})]"))
    return spoken
