"""What allauth asks us: who may make an account, where its links point, what a browser keeps after signing in."""

from functools import partial

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.signals import password_reset
from allauth.core import context
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib.auth.signals import user_logged_out
from django.db import transaction
from django.dispatch import receiver
from django.urls import reverse

from . import accounts, broadcasts
from .forms import NAME_CHARACTERS
from .models import Invitation, Preference

INVITATION = "invitation"  # in the session: which one's link was opened last


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request) -> bool:
        return False  # the pages of an invitation and of the first start make accounts themselves

    def add_message(self, *args, **kwargs) -> None:
        """allauth's "Successfully signed in" and the like say nothing that the page does not show."""

    def get_reset_password_from_key_url(self, key: str) -> str:
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return _public(path.replace("UID-KEY", key))

    def get_email_confirmation_url(self, request, emailconfirmation) -> str:
        return _public(reverse("account_confirm_email", args=[emailconfirmation.key]))

    def get_email_verification_redirect_url(self, email_address) -> str:
        return "/settings/" if context.request.user.is_authenticated else ""

    def post_login(self, request, user, **kwargs):
        response = super().post_login(request, user, **kwargs)
        return remember(response, Preference.objects.of(user).values)


class SocialAdapter(DefaultSocialAccountAdapter):
    def is_open_for_signup(self, request, sociallogin) -> bool:
        """With an open invitation in the session, or from a domain of ours as the provider itself vouches for."""
        if not accounts.is_started():
            return False
        return _has_invitation(request) or any(_is_ours(address) for address in sociallogin.email_addresses)

    def populate_user(self, request, sociallogin, data):
        """One name, as for everybody else; allauth finds another one if it is taken."""
        user = super().populate_user(request, sociallogin, data)
        name = data.get("name") or f"{user.first_name} {user.last_name}".strip() or data.get("username") or ""
        user.username = " ".join(name.partition("@")[0].split())[:NAME_CHARACTERS]
        user.first_name = user.last_name = ""
        return user

    def get_connect_redirect_url(self, request, socialaccount) -> str:
        return "/settings/"


def remember(response, values: dict):
    """What the next page needs before it knows the person: their language and theme, as cookies."""
    if values["language"]:
        set_language(response, values["language"])
    set_theme(response, values["theme"])
    return response


def set_language(response, language: str) -> None:
    _set_cookie(response, settings.LANGUAGE_COOKIE_NAME, language)


def set_theme(response, theme: str) -> None:
    _set_cookie(response, "theme", theme)


def _set_cookie(response, name: str, value: str) -> None:
    age = settings.LANGUAGE_COOKIE_AGE
    response.set_cookie(name, value, max_age=age, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)


@receiver(user_logged_out)
def _close_sockets(sender, request, **kwargs) -> None:
    """Sent before the session is flushed, so the sockets that it opened can still be named."""
    if request is not None and request.session.session_key:
        broadcasts.signed_out(request.session.session_key)


@receiver(password_reset)
def _close_sockets_of_old_sessions(sender, user, **kwargs) -> None:
    transaction.on_commit(partial(broadcasts.access_changed, user_id=user.pk))


def _has_invitation(request) -> bool:
    return Invitation.objects.open().filter(pk=request.session.get(INVITATION)).exists()


def _is_ours(address) -> bool:
    return address.verified and address.email.rpartition("@")[2].lower() in settings.OIDC_ALLOWED_DOMAINS


def _public(path: str) -> str:
    """The address of the site comes from the settings: a request's Host header could be anybody's."""
    return f"{settings.SITE_URL}{path}"
