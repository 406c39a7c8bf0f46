"""Rows of generations as a database has them, in any state; for the tests of cards, board and gallery."""

import datetime
import itertools

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from chats.models import Attachment, Conversation, Generation, GenerationInput, GenerationOutput, Message

COUNT = itertools.count(1)


def conversation(team, author, *, is_shared=True) -> Conversation:
    shared_at = timezone.now() if is_shared else None
    return Conversation.objects.create(team=team, author=author, client_id=f"c{next(COUNT)}", shared_at=shared_at)


def generation(place: Conversation, *, prompt="A paper boat", state="running", ago_s=60, **fields) -> Generation:
    """A question with an answer that is this one job."""
    now = timezone.now()
    begun = now - datetime.timedelta(seconds=ago_s)
    is_open = state in Generation.OPEN
    asked = _message(place, "user", [{"kind": "text", "text": prompt}])
    answer = _message(place, "assistant", [], parent=asked, status="generating" if is_open else "complete")
    values = {"model": "kling-v3", "kind": "video", "created_at": begun, "team": place.team, "author": place.author}
    values |= {"sent_at": None if state == "queued" else begun, "finished_at": None if is_open else now}
    made = Generation.objects.create(message=answer, prompt=prompt, state=state, **(values | fields))
    answer.parts = [{"kind": "generation", "id": made.pk}]
    answer.save(update_fields=["parts"])
    return made


def result(made: Generation, *, kind="image", name="boat.png", role="", url="", **fields) -> GenerationOutput:
    attachment = None if url else file(made, kind=kind, name=name, **fields)
    if attachment:
        made.message.attachments.add(attachment)
    place = made.results.count()
    return GenerationOutput.objects.create(generation=made, attachment=attachment, position=place, role=role, url=url)


def file(made: Generation, *, kind="image", name="boat.png", **fields) -> Attachment:
    if not default_storage.exists("a.png"):
        default_storage.save("a.png", ContentFile(b"abc"))
    values = {"state": "ready", "width": 1280, "height": 720, "size_bytes": 3, "file": "a.png", "poster": "a.png"}
    values |= {"team": made.team, "uploader": made.author, "created_at": made.created_at}
    return Attachment.objects.create(kind=kind, name=name, **(values | fields))


def given(made: Generation, attachment: Attachment, role="first_frame") -> GenerationInput:
    made.message.parent.attachments.add(attachment)
    return GenerationInput.objects.create(generation=made, attachment=attachment, role=role)


def _message(place, role, parts, parent=None, status="complete") -> Message:
    return Message.objects.create(
        conversation=place,
        role=role,
        parts=parts,
        parent=parent,
        status=status,
        author=place.author,
        client_id=f"m{next(COUNT)}",
        model="kling-v3",
    )
