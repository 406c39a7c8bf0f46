"""Pieces of the shell that need a row or two of their own: the sidebar's first page and the bar of a conversation."""

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from chats import histories
from chats.models import ConversationMark
from chats.views.context import current_membership

register = template.Library()


@register.simple_tag(takes_context=True)
def first_rows(context, scope: str) -> SafeString | str:
    """The first page of the list, so that the sidebar is there with the page and not after it."""
    request = context["request"]
    membership = current_membership(request)
    if membership is None:
        return ""
    page = histories.list_page(request.user, membership.team, scope)
    return render_to_string("chats/history/_page.html", {"page": page, "scope": scope})


@register.inclusion_tag("chats/history/_share_state.html")
def share_state(conversation, may_keep: bool) -> dict:
    return {"conversation": conversation, "may_keep": may_keep}


@register.inclusion_tag("chats/history/_actions.html", takes_context=True)
def conversation_actions(context, conversation, may_keep: bool, may_write: bool) -> dict:
    pins = ConversationMark.objects.filter(
        user=context["request"].user, conversation=conversation, pinned_at__isnull=False
    )
    rights = {"may_keep": may_keep, "may_write": may_write}
    return {"conversation": conversation, "is_pinned": pins.exists(), **rights}
