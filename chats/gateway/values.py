"""What travels between the verbs and a protocol: a prompt goes down, events come up; no database, no sockets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Kind = Literal["text", "image", "video", "audio", "file"]
MediaKind = Literal["image", "audio", "video", "file"]
FinishReason = Literal["stop", "length", "tool_calls", "content_filter", "pause"]  # pause: send it back to go on


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a turn, ready for the wire: text, or media as bytes or as an address the vendor can fetch.

    `frames` holds a film sampled to pictures (JPEG bytes), `fps` says how far apart they were taken.
    A tool_call is followed by a tool_result of the same `call_id` in the next turn (role "tool"), unless
    `is_vendors`: then the vendor ran it itself and wants no answer; only its own protocol's opaque blocks replay it.
    An opaque part is a block that only `protocol` reads: it goes back unchanged there and nowhere else.
    """

    kind: Kind | Literal["reasoning", "frames", "tool_call", "tool_result", "opaque"]
    text: str = ""  # of a tool_call the vendor ran itself: what came of it
    data: bytes | None = None
    url: str = ""
    content_type: str = ""
    source: str = ""  # name in the storage of the file whose bytes `data` are, where they are one's
    name: str = ""
    frames: tuple[bytes, ...] = ()
    fps: float | None = None
    start_s: float | None = None  # of a film: only what lies between is looked at
    end_s: float | None = None
    signature: str = ""  # Claude's of a reasoning part, Google's of any: wanted back byte for byte (text.md 3.5, 6.1)
    role: str = ""  # what a generation makes of it: first_frame last_frame reference source mask
    call_id: str = ""  # of a tool_call or tool_result part
    arguments: str = ""  # of a tool_call part: the JSON string, as it came
    is_vendors: bool = False
    is_error: bool = False  # of a tool_result part
    protocol: str = ""  # of an opaque part: the module of protocols/ that wrote it
    block: Mapping[str, Any] = field(default_factory=dict)  # of an opaque part


@dataclass(frozen=True, slots=True)
class Turn:
    """All that one side said before the other spoke again."""

    role: Literal["system", "user", "assistant", "tool"]
    parts: tuple[Part, ...]
    model: str = ""  # which model spoke, for an assistant turn


@dataclass(frozen=True, slots=True)
class Prompt:
    """Everything one call says: the turns, oldest first, and the parameters a person set.

    `parameters` uses the names of `ModelSpec.parameters` (temperature, thinking, …); a protocol renames them.
    """

    turns: tuple[Turn, ...]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    tools: tuple[Mapping[str, Any], ...] = ()  # functions we answer, {"type": "function", "function": …} as OpenAI's
    raw: Mapping[str, Any] | None = None  # a whole body a person wrote, sent in place of ours


@dataclass(frozen=True, slots=True)
class Credentials:
    """Whom we call and as whom; `extra_headers` holds `uid` and `X-Project` where an account asks for them."""

    base_url: str
    key: str = field(repr=False)
    extra_headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FilePart:
    """One file of a multipart body; the gateway tells its type by the ending of `filename` (images.md 6.1)."""

    name: str  # of the form's field
    filename: str
    content_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP call as a protocol wants it made; `path` starts with a slash and is joined to the base URL.

    Media in `json` are body.Base64 objects, which become strings when they are sent. `form` and `files` make a
    multipart body instead.
    """

    method: Literal["GET", "POST"]
    path: str
    json: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    read_timeout_s: float = 310.0  # silence allowed between bytes (text.md 2.2)
    form: Mapping[str, str] | None = None
    files: tuple[FilePart, ...] = ()


@dataclass(frozen=True, slots=True)
class Started:
    """The gateway answered with 200; comes first, and once more for each further try before anything was shown.

    `sent_at` is when this try was sent (UTC), `waited_s` how long its answer's first byte took.
    """

    request_id: str
    tries: int
    sent_at: datetime
    waited_s: float


@dataclass(frozen=True, slots=True)
class TextDelta:
    text: str
    signature: str = ""  # Google's, wanted back with the part it came with (text.md 6.1); also of calls and media


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    text: str
    signature: str = ""


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """A piece of one call: `index` tells calls apart, `call_id` and `name` come once, `arguments` grows.

    A tool the vendor ran itself looks the same, `is_vendors`, and wants no answer; its name is one of ours:
    code_interpreter web_search open_page image_generation url_context text_editor, else the vendor's own.
    """

    index: int
    call_id: str = ""
    name: str = ""
    arguments: str = ""
    signature: str = ""
    is_vendors: bool = False


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What came of the vendor's own call `index`: text that appends to earlier text of the same index."""

    index: int
    text: str = ""
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class Opaque:
    """A block that `protocol` wants back unchanged in the next turn, at this place among the parts: redacted thinking,
    encrypted reasoning, results of the vendor's own tools. `block` is stored as JSON: no media bytes in it."""

    protocol: str
    block: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MediaOut:
    """Media the model made: bytes that append to earlier ones of the same `key`, or an address to fetch.

    Audio is raw PCM s16le mono at `sample_rate_hz` when `content_type` is "audio/pcm"; what it says comes as text.
    """

    kind: MediaKind
    data: bytes = b""
    url: str = ""
    content_type: str = ""
    sample_rate_hz: int = 0
    key: str = ""
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """`at`: how many characters of this call's answer text stand before the place it supports; None where nobody says.

    The same url may come again with another `at`.
    """

    url: str
    title: str = ""
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of the whole call. `None` means the gateway did not say, never zero; `raw` is the wire's object.

    `by_kind` counts prompt tokens by kind ("text", "image", "video", "audio") as far as reported. A 0 in it is a
    statement; where every kind is 0 the gateway only filled in blanks, and `by_kind` is empty.
    """

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None
    reasoning_tokens: int | None = None
    cached_tokens: int | None = None  # read from the vendor's cache
    cache_write_tokens: int | None = None
    searches: int | None = None  # of the vendor's own web search, which are charged apart
    by_kind: Mapping[str, int] = field(default_factory=dict)
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of a reply as the vendor told it; without one a stream is incomplete."""

    reason: FinishReason


OutputRole = Literal["", "viewer", "splat", "mesh", "panorama"]
TaskStatus = Literal["queued", "running", "succeeded", "failed"]


@dataclass(frozen=True, slots=True)
class Output:
    """One result of a generation: bytes or an address, exactly one; `error` instead where one of a set failed.

    `role` "viewer" is a page to visit, never downloaded (World Labs). A partial picture is only to be shown.
    """

    kind: MediaKind
    data: bytes = field(default=b"", repr=False)
    url: str = ""
    content_type: str = ""
    role: OutputRole = ""
    revised_prompt: str = ""
    error: str = ""
    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class TaskState:
    """Where a generation stands as one answer of the gateway tells it; `progress` is 0–1, None where nobody says.

    `outputs` are there once it has succeeded; `error` is the vendor's own text once it has failed. `text` is what the
    model said beside its pictures.
    """

    status: TaskStatus
    remote_id: str = ""
    progress: float | None = None
    outputs: tuple[Output, ...] = ()
    text: str = ""
    error: str = ""
    code: str = ""  # of the error, "" where nobody named one
    usage: Usage | None = None
    request_id: str = ""


Event = (
    Started | TextDelta | ReasoningDelta | ToolCallDelta | ToolResult | Opaque | MediaOut | Citation | Usage | Finished
)


@dataclass(frozen=True, slots=True)
class Embedded:
    """One vector a text, in the order of the texts."""

    vectors: tuple[tuple[float, ...], ...]
    usage: Usage | None = None
    model: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Ranked:
    """(index of the document, score), best first."""

    scores: tuple[tuple[int, float], ...]
    usage: Usage | None = None
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """One result of a web search; `position` counts from 1."""

    position: int
    title: str
    url: str
    snippet: str = ""
    date: str = ""
    sitelinks: tuple[tuple[str, str], ...] = ()  # (title, url)


@dataclass(frozen=True, slots=True)
class Search:
    results: tuple[Found, ...]
    credits: int | None = None
    related: tuple[str, ...] = ()
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class FormulaResult:
    """What a Kimi system tool gave, as the model is told it; an encrypted text is for Kimi models alone to read."""

    text: str
    is_error: bool = False
    is_encrypted: bool = False
    request_id: str = ""
