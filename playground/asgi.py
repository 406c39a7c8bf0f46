"""The servers' entry: pages over HTTP, conversations over a websocket, the sandbox when no key is set."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
pages = get_asgi_application()  # before anything that imports models

from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.conf import settings  # noqa: E402

from chats.routing import websocket_urlpatterns  # noqa: E402
from playground.backpressure import Patient  # noqa: E402
from playground.direct import Direct  # noqa: E402
from playground.lifespan import Lifespan  # noqa: E402
from playground.mounts import mounted  # noqa: E402
from playground.origins import OwnOrigin  # noqa: E402

sockets = Direct(OwnOrigin(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))))
application = Lifespan(
    ProtocolTypeRouter({"http": Patient(mounted(pages) if settings.IS_SANDBOX else pages), "websocket": sockets})
)
