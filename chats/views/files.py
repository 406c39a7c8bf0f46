"""Doors to the bytes of attachments: in ranges, in pieces, only to those who may see them."""

import asyncio
from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import path
from django.utils.http import content_disposition_header
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from chats import attachments
from chats.media import links, ranges, stored
from chats.media.sniff import INLINE_TYPES
from chats.models import Attachment

SANDBOX = "default-src 'none'; sandbox"
# The browser's own PDF viewer does not start in a sandbox.
VIEWER = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'"


@require_safe
async def show_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    return await _send(request, await _visible(request, pk), "file")


@require_safe
async def show_poster(request: HttpRequest, pk: int) -> HttpResponseBase:
    return await _send(request, await _visible(request, pk), "poster")


@require_safe
async def show_preview(request: HttpRequest, pk: int) -> HttpResponseBase:
    return await _send(request, await _visible(request, pk), "preview")


@require_safe
async def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    found = await _visible(request, pk)
    found.name = await sync_to_async(attachments.download_name)(await request.auser(), found)
    return await _send(request, found, "file", is_download=True)


@csrf_exempt
@require_safe
async def show_signed(request: HttpRequest, token: str, name: str) -> HttpResponseBase:
    """For the gateway, which has no account: the token is the permission, for a while."""
    said = links.read(token)
    if said is None:
        raise Http404
    pk, is_preview = said
    found = await Attachment.objects.filter(pk=pk, deleted_at__isnull=True).afirst()
    if found is None:
        raise Http404
    return await _send(request, found, "preview" if is_preview else "file")


async def _visible(request: HttpRequest, pk: int) -> Attachment:
    user = await request.auser()
    found = await Attachment.objects.visible_to(user).filter(pk=pk).afirst()
    if found is None:
        raise Http404
    return found


async def _send(request: HttpRequest, found: Attachment, which: str, is_download: bool = False) -> HttpResponseBase:
    kept = getattr(found, which)
    if not kept:
        raise Http404
    # A download may take minutes; the connection that found it goes back to the pool first.
    await sync_to_async(give_back)()
    content_type = found.content_type if which == "file" else _type_of(kept.name)
    size = await asyncio.to_thread(_size, kept)
    etag = f'"{found.pk}-{which}-{size}"'
    if request.headers.get("If-None-Match") in (etag, "*"):
        response: HttpResponseBase = HttpResponse(status=304)
    else:
        response = _answer(request, kept.name, size, etag)
        _dress(response, content_type, found.name, is_download)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def give_back() -> None:
    """Into the pool; SQLite's connection is this thread's own and stays."""
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        connection.close()


def _size(kept) -> int:
    try:
        return kept.size
    except OSError as e:
        raise Http404 from e


def _answer(request: HttpRequest, name: str, size: int, etag: str) -> HttpResponseBase:
    is_same = request.headers.get("If-Range", etag) == etag
    try:
        span = ranges.wanted(request.headers.get("Range"), size) if is_same else None
    except ranges.Unsatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    start, stop = span or (0, size)
    body = _pieces(name, start, stop) if request.method == "GET" else iter(())
    response = StreamingHttpResponse(body, status=206 if span else 200)
    response.headers["Content-Length"] = str(stop - start)
    response.headers["Accept-Ranges"] = "bytes"
    if span:
        response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    return response


async def _pieces(name: str, start: int, stop: int) -> AsyncIterator[bytes]:
    reading = stored.pieces(name, start, stop)
    while piece := await asyncio.to_thread(next, reading, b""):
        yield piece


def _dress(response: HttpResponseBase, content_type: str, name: str, is_download: bool) -> None:
    """Nothing that a stranger uploaded runs here: a closed list is shown in place, the rest is a download."""
    plain = "text/plain" if content_type.startswith("text/") and content_type != "text/html" else content_type
    is_inline = plain in INLINE_TYPES and not is_download
    response.headers["Content-Type"] = _content_type(plain, is_inline)
    response.headers["Content-Disposition"] = content_disposition_header(not is_inline, name) or "attachment"
    response.headers["Content-Security-Policy"] = VIEWER if is_inline and plain == "application/pdf" else SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"


def _content_type(plain: str, is_inline: bool) -> str:
    if not is_inline and (plain not in INLINE_TYPES):
        return "application/octet-stream"
    return "text/plain; charset=utf-8" if plain == "text/plain" else plain


def _type_of(name: str) -> str:
    """Of what we made ourselves; its suffix tells."""
    types = {"jpg": "image/jpeg", "webp": "image/webp", "mp4": "video/mp4", "mp3": "audio/mpeg"}
    return types.get(name.rpartition(".")[2], "application/octet-stream")


urlpatterns = [
    path("attachments/<int:pk>/file/", show_file, name="attachment_file"),
    path("attachments/<int:pk>/poster/", show_poster, name="attachment_poster"),
    path("attachments/<int:pk>/preview/", show_preview, name="attachment_preview"),
    path("attachments/<int:pk>/download/", download, name="attachment_download"),
    path("media/<str:token>/<str:name>", show_signed, name="attachment_signed"),
]
