"""The gateway key of a team: taken if the gateway takes it, or unchecked if the person says so; never shown again."""

from allauth.decorators import rate_limit
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST

from chats import keys
from chats.forms import KeyForm
from chats.gateway.errors import GatewayError
from chats.models import Team

from .teams import team_page


@login_required
@require_POST
@sensitive_post_parameters("key")
@sensitive_variables("form", "key")
@rate_limit(action="gateway_key")
def key(request, pk: int):
    """Takes a key if the gateway does, or unseen if the person says so. The key itself never goes back."""
    found = get_object_or_404(Team.objects.kept_by(request.user), pk=pk)
    form = KeyForm(request.POST)
    if form.is_valid() and "unchecked" not in request.POST:
        try:
            keys.check(form.cleaned_data["key"])
        except GatewayError as error:
            return _refused(request, found, str(error.cause), _details(error, form.cleaned_data["key"]))
    if not form.is_valid():
        return _refused(request, found, " ".join(str(error) for error in form.errors["key"]))
    keys.store(found, form.cleaned_data["key"])
    return HttpResponse(status=204) if _is_script(request) else redirect(found)


def _refused(request, found: Team, cause: str, details: str = ""):
    """JSON for the form's script, which leaves what was typed in the field; a page where there is no script."""
    if _is_script(request):
        return JsonResponse({"cause": cause, "details": details}, status=422)
    return team_page(request, found, key_cause=cause, key_details=details)


def _details(error: GatewayError, key: str) -> str:
    """For the curious, without the key that a vendor may have quoted."""
    return f"{error} · {error.request_id}".replace(key, "…").removesuffix(" · ")


def _is_script(request) -> bool:
    return request.headers.get("X-Requested-With") == "fetch"


@login_required
@require_POST
def key_removal(request, pk: int):
    found = get_object_or_404(Team.objects.kept_by(request.user), pk=pk)
    keys.remove(found)
    return redirect(found)


urlpatterns = [
    path("teams/<int:pk>/key/", key, name="team_key"),
    path("teams/<int:pk>/key/removal/", key_removal, name="team_key_removal"),
]
