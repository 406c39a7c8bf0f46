"""What can go wrong with a file, as sentences for people."""


class MediaError(Exception):
    """`str` is English and plain; it is translated where it is shown."""


class Unreadable(MediaError):
    """The bytes are not what they claim, or too much of it."""


class Refused(MediaError):
    """An address that we do not go to."""


class Unreachable(MediaError):
    """An address that did not give us the file: no answer in time, an error, too many bytes."""
