"""A person's own settings: name and address, password, company sign-in, and how the page looks and behaves."""

from functools import partial

from allauth.account.models import EmailAddress
from allauth.core import ratelimit
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount
from django.contrib import messages
from django.contrib.auth import get_user_model, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from chats import adapters, broadcasts
from chats.forms import PasswordForm, PreferenceForm, ProfileForm
from chats.models import Preference

from .context import chosen_theme


@login_required
@require_GET
def overview(request):
    return _page(request)


@login_required
@require_http_methods(["GET", "POST"])
def profile(request):
    if request.method == "GET":  # somebody loads the page again that told them of a mistake
        return redirect("/settings/")
    form = ProfileForm(request.POST, user=request.user)
    if not form.is_valid() or not _renamed(request.user, form):
        return _page(request, profile=form)
    address = form.cleaned_data["email"]
    if address != request.user.email and not _change_address(request, address):
        return ratelimit.respond_429(request)
    messages.success(request, _("Saved."))
    return redirect("/settings/")


def _renamed(user, form) -> bool:
    try:
        with transaction.atomic():
            get_user_model().objects.filter(pk=user.pk).update(username=form.cleaned_data["name"])
    except IntegrityError:
        form.add_error("name", _("Somebody has this name already. Choose another one."))
        return False
    return True


def _change_address(request, address: str) -> bool:
    """An empty address counts at once; another one when the link that we mail there is opened. False: too often."""
    addresses = EmailAddress.objects.filter(user=request.user)
    if not address:
        addresses.delete()
        get_user_model().objects.filter(pk=request.user.pk).update(email="")
        return True
    if not ratelimit.consume(request, action="manage_email"):
        return False
    addresses.exclude(email=request.user.email).delete()
    if request.user.email:  # with a row of its own the old address is told of the change
        addresses.get_or_create(user=request.user, email=request.user.email, defaults={"primary": True})
    pending = EmailAddress.objects.create(user=request.user, email=address)
    pending.send_confirmation(request)
    return True


@login_required
@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("old", "password")
def password(request):
    if request.method == "GET":
        return redirect("/settings/")
    if not ratelimit.consume(request, action="change_password"):
        return ratelimit.respond_429(request)
    form = PasswordForm(request.POST, user=request.user)
    if not form.is_valid():
        return _page(request, password=form)
    request.user.set_password(form.cleaned_data["password"])
    request.user.save(update_fields=["password"])
    update_session_auth_hash(request, request.user)  # this browser stays signed in, the others are signed out
    transaction.on_commit(partial(broadcasts.access_changed, user_id=request.user.pk))  # their open sockets too
    messages.success(request, _("Saved. Other browsers have to sign in again."))
    return redirect("/settings/")


@login_required
@require_POST
def preferences(request):
    form = PreferenceForm(request.POST)
    if not form.is_valid():
        return _page(request, preferences=form)
    Preference.objects.keep(request.user, **form.cleaned_data)
    is_script = request.headers.get("X-Requested-With") == "fetch"
    response = HttpResponse(status=204) if is_script else redirect("/settings/")
    adapters.set_theme(response, form.cleaned_data["theme"])
    return response


@login_required
@require_POST
def disconnect(request):
    """Takes the company's sign-in off the account, if a password is left to come in by."""
    if request.user.has_usable_password():
        SocialAccount.objects.filter(user=request.user).delete()
    else:
        messages.error(request, _("Set a password first: it would be the only way to sign in."))
    return redirect("/settings/")


def _page(request, **bound):
    values = Preference.objects.of(request.user).values | {"theme": chosen_theme(request)}
    account = request.user
    context = {
        "profile_form": bound.get("profile") or ProfileForm(user=account),
        "password_form": bound.get("password") or PasswordForm(user=account),
        "preference_form": bound.get("preferences") or PreferenceForm(initial=values),
        "pending_email": EmailAddress.objects.filter(user=account, verified=False).exclude(email=account.email).first(),
        "providers": get_adapter(request).list_providers(request),
        "is_connected": SocialAccount.objects.filter(user=account).exists(),
    }
    return render(request, "chats/settings.html", context, status=422 if bound else 200)


urlpatterns = [
    path("settings/", overview, name="settings"),
    path("settings/profile/", profile, name="settings_profile"),
    path("settings/password/", password, name="settings_password"),
    path("settings/preferences/", preferences, name="settings_preferences"),
    path("settings/connection/removal/", disconnect, name="settings_disconnect"),
]
