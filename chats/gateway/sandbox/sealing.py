"""What Kimi's protected tools give: readable for Kimi's models alone (text.md 7)."""

from chats.gateway.sandbox import signing

BEGIN, END = "----MOONSHOT ENCRYPTED BEGIN----", "----MOONSHOT ENCRYPTED END----"
OWNER = "moonshot"  # whose models open what is sealed


def sealed(text: str) -> str:
    return BEGIN + signing.seal(OWNER, text) + END


def is_sealed(text: str) -> bool:
    return BEGIN in text


def opened(text: str, model: str) -> str | None:
    """What a tool gave; None where it stays closed."""
    if not model.lower().startswith(("kimi", "moonshot")):
        return None
    return signing.opened(OWNER, text.partition(BEGIN)[2].partition(END)[0])
