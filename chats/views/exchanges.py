"""Doors to what went over the wire: a reply's exchanges, one in every form, and its body for a copied command."""

import codecs
import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_safe

from chats import comparisons, exchanges, replays, snippets
from chats.gateway.recording import Chunk
from chats.models import Exchange, Message

MOST_OTHERS = 40  # to compare with
DIGITS_OF_POSITION = 6  # of a file in a form
BYTES_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}
GONE = (
    Q(message__deleted_at__isnull=False)
    | Q(message__conversation__deleted_at__isnull=False)
    | Q(bench_run__deleted_at__isnull=False)
)
NO_STORE = {"Cache-Control": "no-store"}


@login_required
@require_GET
def of_message(request: HttpRequest, pk: int) -> HttpResponse:
    """The wire panel of a reply: all its exchanges, and the last one opened."""
    found = Message.objects.visible_to(request.user).select_related("conversation__team")
    message = get_object_or_404(found, pk=pk, role=Message.Role.ASSISTANT)
    if comparisons.is_hidden_from(request.user, message):
        return _page(request, "chats/exchanges/_hidden.html", {"message": message})
    rows = list(exchanges.of_message(message).select_related("message"))
    has_rounds = sum(replays.is_replayable(row) and row.label == "reply" for row in rows) > 1
    context = {"message": message, "exchanges": rows, "has_rounds": has_rounds} | (
        _of_one(request, rows[-1]) if rows else {}
    )
    return _page(request, "chats/exchanges/_panel.html", context)


@login_required
@require_GET
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One exchange: a piece of the panel for a script, a page of its own for a person who followed a link."""
    is_piece = request.headers.get("X-Requested-With") == "fetch"
    template = "chats/exchanges/_exchange.html" if is_piece else "chats/exchanges/exchange.html"
    response = _page(request, template, _of_one(request, _visible(request, pk), is_alone=not is_piece))
    response["Vary"] = "X-Requested-With, Cookie"
    return response


@login_required
@require_GET
def sent(request: HttpRequest, pk: int) -> HttpResponse:
    """The exact bytes of the body."""
    return _body(_visible(request, pk))


@login_required
@require_GET
def sent_document(request: HttpRequest, pk: int) -> JsonResponse:
    """The body with references instead of media."""
    try:
        document = exchanges.document(_visible(request, pk))
    except exchanges.Gone as error:
        return _gone(error)
    return JsonResponse(document, headers=NO_STORE, json_dumps_params={"ensure_ascii": False})


@login_required
@require_GET
def received(request: HttpRequest, pk: int) -> HttpResponse:
    """The bytes that came, as far as they were kept."""
    try:
        chunks = exchanges.chunks(_visible(request, pk))
    except exchanges.Gone as error:
        return _gone(error)
    content = b"".join(chunk.data for chunk in chunks)
    return HttpResponse(content, content_type="text/plain; charset=utf-8", headers=BYTES_HEADERS)


@login_required
@require_GET
def received_chunks(request: HttpRequest, pk: int) -> JsonResponse:
    exchange = _visible(request, pk)
    try:
        chunks = exchanges.chunks(exchange)
    except exchanges.Gone as error:
        return _gone(error)
    content_type = exchange.response_headers.get("content-type") or exchange.response_headers.get("Content-Type", "")
    return JsonResponse({"content_type": content_type, "chunks": _told(chunks)}, headers=NO_STORE)


@login_required
@require_GET
def snippet(request: HttpRequest, pk: int) -> HttpResponse:
    language = request.GET.get("language", "curl")
    if language not in snippets.LANGUAGES:
        raise Http404
    try:
        call = snippets.call_of(_visible(request, pk), lambda address: _site(request) + address)
    except exchanges.Gone as error:
        return _gone(error)
    text = snippets.written(call, language)
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=BYTES_HEADERS)


@login_required
@require_GET
def replay(request: HttpRequest, pk: int) -> JsonResponse:
    exchange = _visible(request, pk)
    try:
        events = replays.events(exchange)
    except exchanges.Gone as error:
        return _gone(error)
    is_whole = exchange.kept_bytes == exchange.received_bytes
    return JsonResponse({"events": events, "is_whole": is_whole}, headers=NO_STORE)


@login_required
@require_GET
def replay_message(request: HttpRequest, pk: int) -> JsonResponse:
    """Every round of a reply that called tools."""
    message = get_object_or_404(Message.objects.visible_to(request.user), pk=pk)
    if comparisons.is_hidden_from(request.user, message):
        raise Http404
    try:
        events = replays.of_message(message)
    except exchanges.Gone as error:
        return _gone(error)
    return JsonResponse({"events": events}, headers=NO_STORE)


@csrf_exempt
@require_safe
def signed(request: HttpRequest, token: str) -> HttpResponse:
    """For a copied command, which is signed in nowhere: the token is the permission, for an hour."""
    pk = exchanges.unsigned(token)
    exchange = Exchange.objects.exclude(GONE).filter(pk=pk).first() if pk else None
    if exchange is None:
        raise Http404
    position = request.GET.get("file", "")
    if not (position.isascii() and position.isdigit()):
        return _body(exchange)
    if len(position) > DIGITS_OF_POSITION:
        raise Http404
    return _file(exchange, int(position))


def _body(exchange: Exchange) -> HttpResponse:
    try:
        content = b"".join(exchanges.body(exchange))
    except exchanges.Gone as error:
        return _gone(error)
    return HttpResponse(content, content_type="application/json", headers=BYTES_HEADERS)


def _file(exchange: Exchange, position: int) -> HttpResponse:
    try:
        _name, _content_type, content = exchanges.file_bytes(exchange, position)
    except exchanges.Gone as error:
        return _gone(error)
    return HttpResponse(content, content_type="application/octet-stream", headers=BYTES_HEADERS)


def _gone(error: exchanges.Gone) -> JsonResponse:
    said = _("What was sent here can no longer be had in full: a file of it was deleted or too large to keep.")
    return JsonResponse({"error": {"code": "gone", "message": said, "detail": str(error)}}, status=410)


def _told(chunks: Iterable[Chunk]) -> list[dict[str, Any]]:
    """As text, also where a character is split over two chunks."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    return [
        {"at_s": chunk.at_s, "text": decoder.decode(chunk.data), "bytes": len(chunk.data), "left_out": chunk.left_out}
        for chunk in chunks
    ]


def _visible(request: HttpRequest, pk: int) -> Exchange:
    found = Exchange.objects.visible_to(request.user).select_related("message").distinct()
    exchange = get_object_or_404(found, pk=pk)
    if _is_hidden(request, exchange):
        raise Http404
    return exchange


def _is_hidden(request: HttpRequest, exchange: Exchange) -> bool:
    """Of a blind comparison before the vote: it would tell the model."""
    return exchange.message is not None and comparisons.is_hidden_from(request.user, exchange.message)


def _of_one(request: HttpRequest, exchange: Exchange, is_alone: bool = False) -> dict[str, Any]:
    """`is_alone`: on a page of its own, where no answer could be shown."""
    message = exchange.message
    may_write = not is_alone and Message.objects.writable_by(request.user).filter(pk=exchange.message_id).exists()
    return {
        "exchange": exchange,
        "message": message,
        "others": _others(request, exchange),
        "may_send": may_write and exchange.label in ("reply", "submit") and exchange.method == "POST",
        "run": _run(exchange),
        "may_run": may_write,
        "is_replayable": replays.is_replayable(exchange),
    }


def _run(exchange: Exchange) -> str:
    """Of a generation: the one run that its call was, as a frame has it."""
    made = exchange.generation
    return json.dumps([{"model": made.model, "parameters": made.parameters, "count": 1}]) if made else ""


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    response = render(request, template, context)
    response["Cache-Control"] = "no-store"
    return response


def _others(request: HttpRequest, exchange: Exchange) -> list[Exchange]:
    """Of the same question: other answers to it, and other calls of this one."""
    if exchange.message is None:
        return []
    found = Exchange.objects.visible_to(request.user).filter(
        message__parent=exchange.message.parent_id, message__conversation=exchange.message.conversation_id
    )
    rows = found.exclude(pk=exchange.pk).select_related("message").distinct().order_by("-pk")[:MOST_OTHERS]
    shown = comparisons.shown(filter(None, map(_comparison, rows)), request.user)
    blind = {pk for pk, one in shown.items() if one.is_blind_for_me}
    return [row for row in rows if _comparison(row) not in blind]


def _comparison(exchange: Exchange) -> int | None:
    return exchange.message.comparison_id if exchange.message else None


def _site(request: HttpRequest) -> str:
    return settings.PUBLIC_URL or request.build_absolute_uri("/").rstrip("/")


urlpatterns = [
    path("messages/<int:pk>/exchanges/", of_message, name="exchanges"),
    path("messages/<int:pk>/replay/", replay_message, name="replay"),
    path("exchanges/<int:pk>/", show, name="exchange"),
    path("exchanges/<int:pk>/sent/", sent, name="exchange-sent"),
    path("exchanges/<int:pk>/sent.json", sent_document, name="exchange-document"),
    path("exchanges/<int:pk>/received/", received, name="exchange-received"),
    path("exchanges/<int:pk>/received.json", received_chunks, name="exchange-chunks"),
    path("exchanges/<int:pk>/snippet/", snippet, name="exchange-snippet"),
    path("exchanges/<int:pk>/replay/", replay, name="exchange-replay"),
    path("exchanges/signed/<str:token>/", signed, name="exchange-signed"),
]
