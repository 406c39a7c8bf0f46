"""The two interfaces a wire format implements; a protocol is one file here, found by its name."""

from collections.abc import Iterator
from importlib import import_module

from chats.catalog import ModelSpec
from chats.gateway.values import Event, Prompt, Request


class ReplyProtocol:
    """Turns a prompt into one streaming call and its bytes into events. Pure: one instance per reply, may keep state."""

    def request(self, spec: ModelSpec, prompt: Prompt) -> Request:
        raise NotImplementedError

    def read(self, chunk: bytes) -> Iterator[Event]:
        """Events that are complete after `chunk`; raises GatewayError for an error inside a 200 stream."""
        raise NotImplementedError

    def close(self) -> Iterator[Event]:
        """What is left when the stream has ended; raises GatewayError(kind="incomplete") without a finish reason."""
        raise NotImplementedError


def load(name: str) -> ReplyProtocol:
    """A fresh `Protocol` of the module `name`; raises ModuleNotFoundError for a name nobody wrote yet."""
    module = import_module(f"{__name__}.{name}")
    return module.Protocol()
