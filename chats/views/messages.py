"""Conversation pages and single messages as HTML; the socket carries the rest."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from chats import benches, branches, catalog, replies
from chats.models import Conversation, Membership, Message, ModelUse, Team

FIRST_MODEL = "qwen2.5-omni-7b"  # sees, watches and hears: the greeting's four things to do all work with it


@login_required
@require_GET
def new_conversation(request: HttpRequest) -> HttpResponse:
    """An empty page; `?model= &text= &attachment_url=` fill the composer and never send."""
    team = Team.objects.current_for(request.user)
    if team is None:
        return render(request, "chats/teams/none.html", status=403)
    model = request.GET.get("model") or _last_used(request.user) or FIRST_MODEL
    if bench := benches.address_of(catalog.get(model)):
        return redirect(bench)
    return _page(request, team, None, [], False, model)


@login_required
@require_GET
def show_conversation(request: HttpRequest, pk: int) -> HttpResponse:
    conversation = _conversation(request, pk)
    replies.mark_interrupted(conversation)
    messages, has_older = branches.newest(conversation, request.user)
    return _page(request, conversation.team, conversation, messages, has_older, conversation.model or FIRST_MODEL)


@login_required
@require_GET
def older_messages(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of messages above `?before=`, on the branch that this person sees."""
    conversation = _conversation(request, pk)
    before = request.GET.get("before", "")
    if not before.isascii() or not before.isdigit():
        raise Http404
    messages, has_older = branches.newest(conversation, request.user, before=int(before))
    return _list(request, conversation, messages, has_older)


@login_required
@require_http_methods(["GET", "DELETE"])
def show_message(request: HttpRequest, pk: int) -> HttpResponse:
    if request.method == "DELETE":
        return _delete(request, pk)
    message = _message(request, pk)
    replies.mark_interrupted(message.conversation)
    shown = branches.one(message, request.user)
    if shown is None:
        raise Http404
    response = render(
        request, "chats/messages/_message.html", {"message": shown} | _rights(request, shown.conversation)
    )
    response["Cache-Control"] = "no-store"
    return response


def _delete(request: HttpRequest, pk: int) -> HttpResponse:
    message = get_object_or_404(Message.objects.writable_by(request.user).select_related("conversation"), pk=pk)
    branches.delete(request.user, message)
    return HttpResponse(status=204)


@login_required
@require_POST
def restore_message(request: HttpRequest, pk: int) -> HttpResponse:
    mine = Conversation.objects.writable_by(request.user)
    message = get_object_or_404(Message.objects.select_related("conversation"), pk=pk, conversation__in=mine)
    branches.restore(message)
    return HttpResponse(status=204)


@login_required
@require_POST
def choose_message(request: HttpRequest, pk: int) -> HttpResponse:
    """Shows this sibling from now on to this person; answers it and what follows it."""
    message = _message(request, pk)
    messages = branches.choose(message, request.user)
    return _list(request, message.conversation, messages, False)


@login_required
@require_GET
def permanent_link(request: HttpRequest, pk: int) -> HttpResponse:
    message = _message(request, pk)
    branches.choose(message, request.user)
    return redirect(f"/c/{message.conversation_id}/#m{message.pk}")


@login_required
@require_GET
def raw_message(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse(_message(request, pk).text, content_type="text/plain; charset=utf-8")


def _last_used(user) -> str | None:
    return ModelUse.objects.filter(user=user).order_by("-used_at").values_list("model", flat=True).first()


def _membership(team: Team, user) -> Membership:
    return Membership.objects.get(team=team, user=user)


def _conversation(request: HttpRequest, pk: int) -> Conversation:
    visible = Conversation.objects.visible_to(request.user).select_related("team", "author")
    return get_object_or_404(visible, pk=pk)


def _message(request: HttpRequest, pk: int) -> Message:
    return get_object_or_404(Message.objects.visible_to(request.user).select_related("conversation__team"), pk=pk)


def _rights(request: HttpRequest, conversation: Conversation) -> dict:
    one = Conversation.objects.filter(pk=conversation.pk)
    return {
        "conversation": conversation,
        "may_write": one.writable_by(request.user).exists(),
        "may_keep": one.kept_by(request.user).exists(),
    }


def _list(request: HttpRequest, conversation: Conversation, messages: list[Message], has_older: bool) -> HttpResponse:
    context = {"messages": messages, "has_older": has_older, "is_fragment": True}
    response = render(request, "chats/messages/_list.html", context | _rights(request, conversation))
    response["Cache-Control"] = "no-store"
    return response


def _page(request: HttpRequest, team: Team, conversation, messages: list[Message], has_older: bool, model: str):
    membership = _membership(team, request.user)
    rights = (
        _rights(request, conversation)
        if conversation
        else {"conversation": None, "may_write": membership.may_write, "may_keep": True}
    )
    context = {
        "messages": messages,
        "has_older": has_older,
        "team": team,
        "membership": membership,
        "spec": catalog.get(model),
        "limits": {
            "max_upload_bytes": settings.MAX_UPLOAD_BYTES,
            "upload_chunk_bytes": settings.UPLOAD_CHUNK_BYTES,
            "max_attachments": settings.MAX_ATTACHMENTS,
            "max_text_characters": settings.MAX_TEXT_CHARACTERS,
        },
    }
    response = render(request, "chats/conversation.html", context | rights)
    response["Cache-Control"] = "no-store"
    return response


urlpatterns = [
    path("", new_conversation, name="new"),
    path("c/<int:pk>/", show_conversation, name="conversation"),
    path("c/<int:pk>/messages/", older_messages, name="older"),
    path("messages/<int:pk>/", show_message, name="message"),
    path("messages/<int:pk>/restore/", restore_message, name="restore-message"),
    path("messages/<int:pk>/choose/", choose_message, name="choose-message"),
    path("messages/<int:pk>/raw/", raw_message, name="raw-message"),
    path("m/<int:pk>/", permanent_link, name="permanent-link"),
]
