"""The pages without a team around them: the first start, language and theme, the way to a company's sign-in."""

from allauth.decorators import rate_limit
from allauth.socialaccount.providers.openid_connect import views as oidc
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from chats import accounts, adapters
from chats.forms import PreferenceForm, StartForm
from chats.models import Preference


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@rate_limit(action="start")
def start(request, token: str):
    """The one-time link: whoever opens it first owns the site."""
    try:
        accounts.check_first_start(token)
        form = StartForm(request.POST or None, initial={"team": _("Our team")})
        if request.method == "POST" and form.is_valid():
            return _started(request, form.cleaned_data)
    except accounts.AlreadyStarted:
        return render(request, "chats/start_over.html", {"is_started": True}, status=410)
    except accounts.LinkExpired:
        return render(request, "chats/start_over.html", {"is_started": False}, status=410)
    # 200 with mistakes too: Django logs the path of a 422, and this one is a secret.
    return render(request, "chats/start.html", {"form": form})


def _started(request, typed: dict):
    owner = accounts.start_site(name=typed["name"], password=typed["password"], team_name=typed["team"])
    return sign_in(request, owner)


def sign_in(request, user) -> HttpResponse:
    """Signs a new person in and lets their choices before that count."""
    login(request, user)
    kept = {}
    if (chosen := request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)) in dict(settings.LANGUAGES):
        kept["language"] = chosen
    if (chosen := request.COOKIES.get("theme")) in dict(PreferenceForm.THEMES):
        kept["theme"] = chosen
    Preference.objects.keep(user, **kept)
    return redirect("/")


@require_POST
def language(request):
    chosen = request.POST.get("language", "")
    if chosen not in dict(settings.LANGUAGES):
        return HttpResponseBadRequest()
    _keep(request, language=chosen)
    response = _answer(request)
    adapters.set_language(response, chosen)
    return response


@require_POST
def theme(request):
    chosen = request.POST.get("theme", "")
    if chosen not in dict(PreferenceForm.THEMES):
        return HttpResponseBadRequest()
    _keep(request, theme=chosen)
    response = _answer(request)
    adapters.set_theme(response, chosen)
    return response


def _keep(request, **chosen) -> None:
    if request.user.is_authenticated:
        Preference.objects.keep(request.user, **chosen)


def _answer(request) -> HttpResponse:
    """204 for scripts, which swap the page themselves; plain forms name the page to come back to."""
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        return HttpResponseRedirect(back)
    return HttpResponse(status=204)


@require_http_methods(["GET", "POST"])
def oidc_login(request, provider_id: str):
    """allauth's view, but the way out is a page that moves on.

    A form whose answer redirects to another site is stopped by `form-action 'self'` in Chrome and Safari.
    """
    response = oidc.login(request, provider_id)
    location = response.get("Location", "")
    if not location.startswith(("https://", "http://")):
        return response
    page = render(request, "socialaccount/leaving.html", {"location": location})
    page["Refresh"] = f"0; url={location}"
    page.cookies = response.cookies
    return page


urlpatterns = [
    path("start/<str:token>/", start, name="start"),
    path("settings/language/", language, name="language"),
    path("settings/theme/", theme, name="theme"),
]
