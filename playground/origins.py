"""Opens sockets to our own pages only: another site's page carries our cookies, but its own Origin."""

from urllib.parse import urlsplit

from channels.security.websocket import WebsocketDenier
from django.conf import settings


class OwnOrigin:
    """An ASGI application around another. The Origin must name the host that was asked for, or PUBLIC_URL.

    ALLOWED_HOSTS does not serve for this: on a machine without PUBLIC_URL it allows every host.
    """

    def __init__(self, application) -> None:
        self.application = application

    async def __call__(self, scope, receive, send):
        if is_own(dict(scope["headers"])):
            return await self.application(scope, receive, send)
        return await WebsocketDenier()(scope, receive, send)


def is_own(headers: dict[bytes, bytes]) -> bool:
    origin = headers.get(b"origin", b"").decode("latin-1")
    host = headers.get(b"host", b"").decode("latin-1")
    return bool(origin) and (urlsplit(origin).netloc == host or origin == settings.PUBLIC_URL)
