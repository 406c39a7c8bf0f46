"""Doors of models: what the picker shows, what a person keeps in it, and whether files fit a model."""

import gzip
import hashlib
import json
from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.urls import path
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from chats import catalog, keys, model_lists
from chats.catalog.fit import Company, Fit, fit
from chats.catalog.shown import shown
from chats.gateway.errors import GatewayError
from chats.models import Attachment, ModelUse
from chats.tasks import refresh_model_list
from chats.views.context import current_membership

LONGEST_NAME = 200
MOST_FILES = 100


@login_required
@require_GET
def list_models(request: HttpRequest) -> HttpResponse:
    body = _joined(_catalog(), _of_person(request))
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    response = get_conditional_response(request, etag=etag) or _compressed(request, body)
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Accept-Encoding", "Cookie"])
    return response


@login_required
@require_http_methods(["PUT", "DELETE"])
def like_model(request: HttpRequest, model: str) -> HttpResponse:
    if len(model) > LONGEST_NAME:
        return HttpResponseBadRequest()
    ModelUse.objects.like(request.user, model, request.method == "PUT")
    return JsonResponse({"favourites": ModelUse.objects.favourites(request.user)})


@login_required
@require_POST
def fit_files(request: HttpRequest) -> HttpResponse:
    """`{model, attachments: [id], protocol?}`: for each attachment whether and how it goes, in the order given."""
    try:
        asked = json.loads(request.body)
        model, ids = str(asked["model"]), [int(pk) for pk in asked["attachments"]][:MOST_FILES]
    except (ValueError, KeyError, TypeError, RecursionError):
        return HttpResponseBadRequest()
    found = {file.pk: file for file in Attachment.objects.visible_to(request.user).filter(pk__in=ids)}
    files = [found[pk] for pk in ids if pk in found]
    spec = catalog.asked_by(catalog.get(model), {"protocol": asked.get("protocol")})
    answers = fit(spec, [file.facts() for file in files], company=_company(request))
    return JsonResponse({"fits": [_fit(file, answer) for file, answer in zip(files, answers, strict=True)]})


def _fit(file: Attachment, answer: Fit) -> dict[str, Any]:
    reason = {"code": answer.reason.code, "text": str(answer.reason)} if answer.reason else None
    return {
        "attachment": file.pk,
        "is_accepted": answer.is_accepted,
        "form": answer.form,
        "reason": reason,
        "repairs": answer.repairs,
    }


def _company(request: HttpRequest) -> Company:
    ids = _ids_of_key(request)
    models = [spec for spec in catalog.listed() if model_lists.is_with_key(spec, ids)]
    return Company(models, ModelUse.objects.favourites(request.user))


def _of_person(request: HttpRequest) -> dict[str, Any]:
    """What differs between people and keys; `with_key` is null as long as nobody knows."""
    ids = _ids_of_key(request)
    with_key = [s.model for s in catalog.listed() if model_lists.is_with_key(s, ids)] if ids is not None else None
    return {
        "with_key": with_key,
        "further": shown(model_lists.further(ids)),
        "unknown": shown([catalog.get("")])["panels"][0],  # the panel of a name that nobody listed
        "favourites": ModelUse.objects.favourites(request.user),
        "recents": ModelUse.objects.recents(request.user),
    }


def _ids_of_key(request: HttpRequest) -> set[str] | None:
    """From the cache; a stale list is refreshed behind our back."""
    membership = current_membership(request)
    if membership is None:
        return None
    try:
        credentials = keys.credentials(membership.team)
    except GatewayError:  # a key that cannot be read; settings say so, and asking says so
        return None
    if model_lists.needs_refresh(credentials):
        refresh_model_list.delay(membership.team_id)
    return model_lists.available_ids(credentials)


@cache
def _catalog() -> bytes:
    return _json(shown(catalog.listed()))


def _json(facts: dict[str, Any]) -> bytes:
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()


def _joined(shared: bytes, own: dict[str, Any]) -> bytes:
    """One object of both, so that the large shared half is written once per process."""
    return shared[:-1] + b"," + _json(own)[1:]


def _compressed(request: HttpRequest, body: bytes) -> HttpResponse:
    response = HttpResponse(body, content_type="application/json")
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(gzip.compress(body, 6, mtime=0), content_type="application/json")
        response["Content-Encoding"] = "gzip"
    return response


urlpatterns = [
    path("models/", list_models, name="models"),
    path("models/fit/", fit_files, name="models_fit"),
    path("models/<path:model>/favourite/", like_model, name="model_favourite"),
]
