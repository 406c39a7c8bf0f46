"""Pages shown inside a frame without rights: what a model wrote runs there and cannot reach the site or the network."""

import secrets

from csp.decorators import csp_exempt
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_GET

# `sandbox` gives the page an origin of its own even where somebody opens the address by itself.
POLICY = (
    "sandbox allow-scripts; default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; "
    "style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
)


@require_GET
@xframe_options_exempt
@csp_exempt()
def diagram(request: HttpRequest) -> HttpResponse:
    """The frame of <diagram-frame>; the same for everybody, so it asks nobody who they are."""
    nonce = secrets.token_urlsafe(16)
    response = render(request, "chats/frames/diagram.html", {"nonce": nonce})
    response["Content-Security-Policy"] = POLICY.format(nonce=nonce)
    return response


urlpatterns = [path("frames/diagram/", diagram, name="diagram-frame")]
