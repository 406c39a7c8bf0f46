"""The thought signatures of Google's parts: what each one covers, and whether one that comes back is its own."""

from typing import Any

from chats.gateway.sandbox import signing
from chats.gateway.sandbox.content import as_object

Part = dict[str, Any]
BYPASS = "skip_thought_signature_validator"  # for calls that another model made (VD Gemini 3 guide)


def must_sign(model: str) -> bool:
    """Gemini 3 takes no call back without a signature (text.md 6.1)."""
    return model.startswith("gemini-3")


def covered(part: Part, text: str) -> str:
    """`text` is what the whole turn says: pieces of a stream are joined before they come back.

    Of a call only the name: whether Google looks at arguments that a person has changed is not known.
    """
    if "functionCall" in part:
        return f"call {as_object(part['functionCall']).get('name')}"
    if "executableCode" in part:
        return f"code {as_object(part['executableCode']).get('code')}"
    return f"thought {part.get('text')}" if part.get("thought") else f"text {text}"


def signed(part: Part, model: str, text: str = "") -> Part:
    return part | {"thoughtSignature": signing.sign(model, covered(part, text))}


def is_own(part: Part, model: str, text: str) -> bool:
    signature = str(part.get("thoughtSignature"))
    plain = signature.translate(str.maketrans("-_", "+/"))  # SDKs write base64 for addresses
    if signature == BYPASS or plain.startswith("c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3"):
        return True
    return signing.is_signed(model, covered(part, text), plain)


def said(parts: list[Part]) -> str:
    return "".join(str(part["text"]) for part in parts if part.get("text") and not part.get("thought"))
