"""The colours that a prompt names, and the paints for them."""

from chats.gateway.sandbox.phrases import COLOURS_ZH

PAINTS = {
    "black": "#101010",
    "white": "#f8f8f8",
    "grey": "#808080",
    "red": "#d82020",
    "orange": "#f08a00",
    "yellow": "#f4dc20",
    "green": "#20a040",
    "cyan": "#20c8d0",
    "blue": "#2040d8",
    "purple": "#7a30d0",
    "pink": "#f060b0",
    "brown": "#7a4a20",
}


def named_in(prompt: str) -> list[str]:
    """In the order in which the prompt names them, in English or Chinese ("红" is enough)."""
    lowered = prompt.lower()
    places = {name: _place(lowered, name, chinese[0]) for name, chinese in COLOURS_ZH.items()}
    return sorted((name for name, place in places.items() if place >= 0), key=places.__getitem__)


def _place(text: str, *words: str) -> int:
    return min((place for word in words if (place := text.find(word)) >= 0), default=-1)
