"""What a file is called on the disk of whoever downloads it."""

import re
from pathlib import PurePosixPath

from chats import comparisons
from chats.models import Attachment, GenerationOutput, Message

MOST = 40  # characters of the prompt
NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')  # on Windows, macOS and Linux


def download_name(user, attachment: Attachment) -> str:
    """`2026-11-24 paper boat kling-v3.mp4` for what a model made; a person's file keeps its own name.

    Without the model as long as `user` must not be told it.
    """
    output = GenerationOutput.objects.select_related("generation__message").filter(attachment=attachment).first()
    if output:
        row = output.generation
        place = str(output.position + 1) if output.position else ""
        model = "" if comparisons.is_hidden_from(user, row.message) else row.model
        return _name(attachment, row.created_at, row.prompt, model, output.role or place)
    answer = (
        Message.objects.filter(attachments=attachment, role=Message.Role.ASSISTANT).select_related("parent").first()
    )
    if answer is None:
        return attachment.name
    asked = answer.parent.text if answer.parent else ""
    model = "" if comparisons.is_hidden_from(user, answer) else answer.model
    return _name(attachment, answer.created_at, asked, model, "")


def _name(attachment: Attachment, at, prompt: str, model: str, role: str) -> str:
    words = [f"{at:%Y-%m-%d}", _beginning(_plain(prompt)), _plain(model), _plain(role)]
    return " ".join(filter(None, words)) + PurePosixPath(attachment.name).suffix


def _plain(text: str) -> str:
    return " ".join(NOT_IN_NAMES.sub(" ", text).split()).strip(". ")


def _beginning(text: str) -> str:
    """Whole words, where there are spaces between them."""
    if len(text) <= MOST:
        return text
    cut = text[:MOST].rstrip()
    return cut if text[len(cut)] == " " or " " not in cut else cut.rpartition(" ")[0]
