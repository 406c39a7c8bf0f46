"""The two interfaces a wire format implements; a protocol is one file here, found by its name."""

from collections.abc import Iterator
from importlib import import_module

from chats.catalog import ModelSpec
from chats.gateway.values import Event, Prompt, Request


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


def load(name: str) -> ReplyProtocol:
    """A fresh `Protocol` of the module `name`; raises ModuleNotFoundError for a name nobody wrote yet."""
    module = import_module(f"{__name__}.{name}")
    return module.Protocol()
