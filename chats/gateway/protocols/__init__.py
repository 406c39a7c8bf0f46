"""The interfaces a wire format implements; a protocol is one file here, found by its name."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from chats.catalog import ModelSpec
from chats.gateway.values import Event, Output, Prompt, Request, TaskState


class ReplyProtocol:
    """Turns a prompt into one streaming call and its bytes into events. Pure: one instance per try, may keep state."""

    is_done = False  # the stream said its last word, so nobody has to wait for the connection to end

    def request(self, spec: ModelSpec, prompt: Prompt) -> Request:
        raise NotImplementedError

    def read(self, chunk: bytes) -> Iterator[Event]:
        """Events that are complete after `chunk`; raises GatewayError for an error inside a 200 stream."""
        raise NotImplementedError

    def close(self) -> Iterator[Event]:
        """What is left when the stream has ended: text held back, Usage, Finished.

        Raises GatewayError: kind "incomplete" without a finish reason, code "empty_reply" without an answer.
        """
        raise NotImplementedError


class TaskProtocol:
    """Turns a prompt into one paid call and the gateway's answers into states. Pure; one instance per call.

    The prompt has one user turn: the text, then the inputs as image, video or audio parts with a `role`.
    """

    def submit(self, spec: ModelSpec, prompt: Prompt) -> Request:
        raise NotImplementedError

    def submitted(self, body: Mapping[str, Any]) -> TaskState:
        """The answer to submit: named by a remote id, or succeeded at once where the route is synchronous.

        Raises GatewayError, code "no_task_id", where a 200 names no task: it may have been charged.
        """
        raise NotImplementedError

    def events(self, chunk: bytes) -> Iterator[Output]:
        """Of a streamed answer to submit (text/event-stream): outputs as they come, partial ones among them."""
        raise NotImplementedError

    def close(self) -> TaskState:
        """The state a streamed answer to submit left; raises GatewayError for one that broke off."""
        raise NotImplementedError

    def poll(self, spec: ModelSpec, remote_id: str) -> Request:
        raise NotImplementedError

    def read(self, body: Mapping[str, Any]) -> TaskState:
        """The answer to poll. Only what it says: an answer that could not be had is the client's error."""
        raise NotImplementedError


class CallProtocol:
    """Turns one question into one call and its whole answer into one value. Pure; one instance per call."""

    def request(self, spec: ModelSpec, asked: Mapping[str, Any]) -> Request:
        raise NotImplementedError

    def read(self, body: Mapping[str, Any]) -> Any:
        """What the answer says; raises GatewayError, code "bad_answer", for one without what was asked for."""
        raise NotImplementedError


def load_call(name: str) -> CallProtocol:
    """A fresh `Protocol` of the module `name`, which answers at once; raises TypeError for one of another kind."""
    protocol = import_module(f"{__name__}.{name}").Protocol()
    if not isinstance(protocol, CallProtocol):
        raise TypeError(f"{name} does not answer at once")
    return protocol


def load_task(name: str) -> TaskProtocol:
    """A fresh `Protocol` of the module `name`, which speaks of tasks; raises TypeError for one of replies."""
    protocol = import_module(f"{__name__}.{name}").Protocol()
    if not isinstance(protocol, TaskProtocol):
        raise TypeError(f"{name} answers with a reply, not with a task")
    return protocol


def load(name: str) -> ReplyProtocol:
    """A fresh `Protocol` of the module `name`; raises ModuleNotFoundError for a name nobody wrote yet."""
    protocol = import_module(f"{__name__}.{name}").Protocol()
    if not isinstance(protocol, ReplyProtocol):
        raise TypeError(f"{name} answers with a task, not with a reply")
    return protocol
