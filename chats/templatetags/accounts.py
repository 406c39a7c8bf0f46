"""What the pages about accounts know beyond their forms."""

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def sends_mail() -> bool:
    """False while mails are only written to the log."""
    return settings.SENDS_MAIL
