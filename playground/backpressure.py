"""Holds a streamed HTTP answer back until the browser has taken what was sent, because daphne does not."""

import asyncio
import functools
import sys

IDLE_S = 120  # a browser that takes nothing for so long is gone


class Patient:
    """An ASGI application around another. daphne's `send` returns at once whatever the socket can take.

    Its requests are Twisted's, which tell a registered producer when the socket is full and when it has drained
    (IPushProducer); so this waits there between pieces. Other servers wait by themselves and are left alone.
    """

    def __init__(self, application) -> None:
        self.application = application

    async def __call__(self, scope, receive, send):
        request = _twisted_request(send) if scope["type"] == "http" else None
        if request is None:
            return await self.application(scope, receive, send)
        flow = _Flow(request)
        try:
            return await self.application(scope, receive, functools.partial(flow.send, send))
        finally:
            flow.end()


def _twisted_request(send):
    """The request that daphne bound into `send`, if it is daphne that called."""
    server = sys.modules.get("daphne.server")
    target = getattr(getattr(send, "func", None), "__self__", None)
    return send.args[0] if server and isinstance(target, server.Server) else None


class _Flow:
    """What Twisted calls a push producer, for one answer."""

    def __init__(self, request) -> None:
        self.request = request
        self.is_registered = False
        self.open = asyncio.Event()
        self.open.set()

    async def send(self, send, message) -> None:
        is_body = message["type"] == "http.response.body"
        if is_body and not message.get("more_body"):
            self.end()  # Twisted refuses to finish a request that has a producer
        await send(message)
        if is_body and message.get("more_body"):
            self._begin()
            async with asyncio.timeout(IDLE_S):
                await self.open.wait()

    def _begin(self) -> None:
        if not self.is_registered and self.request.channel is not None:
            self.is_registered = True
            self.request.registerProducer(self, True)

    def end(self) -> None:
        if self.is_registered:
            self.is_registered = False
            if self.request.channel is not None:  # else the browser has gone, and the channel with it
                self.request.unregisterProducer()

    def pauseProducing(self) -> None:
        self.open.clear()

    def resumeProducing(self) -> None:
        self.open.set()

    def stopProducing(self) -> None:
        self.open.set()
