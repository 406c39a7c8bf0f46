"""Names and faces: how a person is written and drawn, the same on each page and in lib/faces.js."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()
HUES = 8


@register.filter
def display_name(user) -> str:
    return user.get_full_name() or user.get_username()


@register.filter
def initials(name: str) -> str:
    """Two letters of a Latin name, one character of a Chinese one."""
    words = name.split()
    if not words:
        return "?"
    if ord(words[0][0]) > 0x2E80:
        return words[0][0]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


@register.simple_tag
def avatar(user) -> SafeString:
    name = display_name(user)
    face = '<span class="avatar" data-hue="{}" title="{}" aria-hidden="true">{}</span>'
    return format_html(face, user.pk % HUES, name, initials(name))
