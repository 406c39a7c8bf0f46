"""The servers' entry: pages over HTTP, conversations over a websocket, the sandbox when no key is set."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
application = get_asgi_application()
