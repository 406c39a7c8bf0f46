"""Tells the replies when the server goes, so that each ends as interrupted with all its text."""

import asyncio
import sys
from importlib import import_module
from typing import Any


class Lifespan:
    """An ASGI application around another; servers with lifespan events call it, daphne is met at its reactor."""

    def __init__(self, application) -> None:
        self.application = application
        self.is_hooked = False

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            return await self._lifespan(receive, send)
        self._hook_reactor()
        return await self.application(scope, receive, send)

    async def _lifespan(self, receive, send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                await import_module("chats.replies").shutdown()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return

    def _hook_reactor(self) -> None:
        """daphne 4.2 knows no lifespan events (its server.py): its Twisted reactor has a shutdown trigger."""
        if self.is_hooked or "daphne.server" not in sys.modules:
            return
        self.is_hooked = True
        from twisted.internet import defer
        from twisted.internet import reactor as any_reactor

        reactor: Any = any_reactor
        loop = asyncio.get_running_loop()

        def leave():
            shutdown = import_module("chats.replies").shutdown
            return defer.Deferred.fromFuture(loop.create_task(shutdown()))

        if reactor.running:
            reactor.addSystemEventTrigger("before", "shutdown", leave)
