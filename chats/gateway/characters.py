"""Keeps text storable: joins halves of a character that came in two deltas, lets no lone half and no NUL out."""


def storable(value: object) -> str:
    """A text that comes whole, as it can be kept; "" for None."""
    characters = Characters()
    return characters.whole("" if value is None else str(value)) + characters.rest()


class Characters:
    r"""One per text that grows. JSON may say "\ud83d" in one delta and "\ude00" in the next; together they are one."""

    __slots__ = ("_half",)

    def __init__(self) -> None:
        self._half = ""

    def whole(self, text: str) -> str:
        """What can be shown after `text`; a half at its end waits for the other one."""
        if self._half:
            text, self._half = self._half + text, ""
        if not text.isascii():
            try:
                text.encode()
            except UnicodeEncodeError:
                text = self._joined(text)
        # PostgreSQL refuses NUL in text.
        return text.replace("\0", "") if "\0" in text else text

    def rest(self) -> str:
        """The replacement character for a half whose other half never came."""
        text, self._half = "�" if self._half else "", ""
        return text

    def _joined(self, text: str) -> str:
        if "\ud800" <= text[-1] <= "\udbff":
            text, self._half = text[:-1], text[-1]
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
