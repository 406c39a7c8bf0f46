"""What base.html hands to the browser: style sheets, the import map, module preloads, the words of our scripts."""

import json
import re
from functools import cache
from pathlib import Path

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils.html import format_html, format_html_join, json_script
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation.trans_real import DjangoTranslation

from chats.views.context import preferences

register = template.Library()

OWN = ("lib/", "elements/")
BARE = {
    "lit-html": "vendor/lit-html/lit-html.js",
    "markdown-it": "vendor/markdown-it/dist/browser/markdown-it.esm.min.mjs",
    "markdown-it-cjk-friendly": "vendor/markdown-it-cjk-friendly/dist/index.js",
    "get-east-asian-width": "vendor/get-east-asian-width/index.js",
    "highlight.js": "vendor/@highlightjs/cdn-assets/es/highlight.min.js",
    "idiomorph": "vendor/idiomorph/dist/idiomorph.esm.js",
    "katex": "vendor/katex/dist/katex.min.js",
    "mermaid": "vendor/mermaid/dist/mermaid.esm.min.mjs",
    "dompurify": "vendor/dompurify/dist/purify.es.mjs",
}
# Rarely asked for and numerous: served under their plain names, so that the map stays short.
PREFIXES = {
    "diff/": "vendor/diff/libesm/diff/",
    "lit-html/": "vendor/lit-html/",
    "highlight.js/": "vendor/@highlightjs/cdn-assets/es/",
}


STATIC_IMPORT = re.compile(r"""^\s*(?:import|export)\b(?:[^"'();]*?\bfrom\b)?\s*["']([^"']+)["']""", re.M)
# The others may lean on them, and a card page has no more than these.
FIRST_SHEETS = tuple(f"css/{name}.css" for name in ("tokens", "base", "controls", "pieces", "menus", "layout"))


@register.simple_tag
def stylesheets(*names: str) -> SafeString:
    """Every sheet of static/css, or the first ones and these: the roles first, then in the order of the alphabet."""
    wanted = [f"css/{name}.css" for name in names] or _own_files("css/", ".css")
    others = [name for name in wanted if name not in FIRST_SHEETS]
    rows = [(staticfiles_storage.url(name),) for name in (*FIRST_SHEETS, *others)]
    return format_html_join("\n", '<link rel="stylesheet" href="{}">', rows)


@register.simple_tag(takes_context=True)
def import_map(context) -> SafeString:
    """The map itself, with the nonce without which the page's policy would refuse it."""
    text = json.dumps({"imports": _imports()}, separators=(",", ":"))
    return format_html('<script type="importmap" nonce="{}">{}</script>', _nonce(context), mark_safe(text))  # noqa: S308


@register.simple_tag
def module_preloads(*names: str) -> SafeString:
    """Fetch these modules and all they import at once, instead of discovering them one import after another."""
    rows = [(staticfiles_storage.url(path),) for path in _with_imports(names)]
    return format_html_join("\n", '<link rel="modulepreload" href="{}">', rows)


@register.simple_tag
def script_strings() -> SafeString:
    """Every string of the scripts in the page's language; English is the key itself and needs none."""
    return json_script(_catalogue(get_language() or settings.LANGUAGE_CODE), "strings")


@register.simple_tag(takes_context=True)
def script_preferences(context) -> SafeString:
    return json_script(preferences(context["request"]), "preferences")


def _nonce(context) -> str:
    request = context.get("request")
    return str(getattr(request, "csp_nonce", ""))  # made on first use; asking whether it is there would not make it


def _imports() -> dict[str, str]:
    prefixes = {key: f"{settings.STATIC_URL}{path}" for key, path in PREFIXES.items()}
    bare = {key: staticfiles_storage.url(path) for key, path in BARE.items()}
    if not _is_hashed():
        own = {key: f"{settings.STATIC_URL}js/{key}" for key in OWN}
        return {**own, **bare, **prefixes}
    return {**_hashed_imports(), **bare, **prefixes}


def _is_hashed() -> bool:
    return not settings.DEBUG and bool(_hashed_files())


def _hashed_files() -> dict[str, str]:
    """Path by hashed path; empty before anything was collected."""
    return getattr(staticfiles_storage, "hashed_files", {})


@cache
def _hashed_imports() -> dict[str, str]:
    """`lib/x.js` for each own module; for lit-html the addresses that its files reach by relative import."""
    found = {}
    for name in _hashed_files():
        if name.startswith("js/") and name.endswith(".js"):
            found[name.removeprefix("js/")] = staticfiles_storage.url(name)
        elif name.startswith("vendor/lit-html/"):
            found[f"{settings.STATIC_URL}{name}"] = staticfiles_storage.url(name)
            found[name.removeprefix("vendor/")] = staticfiles_storage.url(name)
    return found


def _with_imports(names: tuple[str, ...]) -> tuple[str, ...]:
    return _closure(names) if _is_hashed() else _closure.__wrapped__(names)


@cache
def _closure(names: tuple[str, ...]) -> tuple[str, ...]:
    """Static paths of `names` and of what they import statically; an import() stays lazy."""
    found: dict[str, None] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop(0)
        path = BARE.get(name) or (f"js/{name}" if name.endswith(".js") else "")
        if path and path not in found and (source := _source(path)):
            found[path] = None
            waiting += STATIC_IMPORT.findall(source.read_text()) if path.startswith("js/") else []
    return tuple(found)


def _source(path: str) -> Path | None:
    """The file as it was written, one import a line; None for one that is newer than what was collected."""
    found = finders.find(path) if not _is_hashed() or path in _hashed_files() else None
    return Path(found) if found else None


def _own_files(folder: str, ending: str) -> list[str]:
    names = _hashed_files() if _is_hashed() else _found(folder)
    return sorted(name for name in names if name.startswith(folder) and name.endswith(ending))


def _found(folder: str) -> list[str]:
    """Only our own tree: walking node_modules for each page would be slow."""
    roots = [Path(root) for root in settings.STATICFILES_DIRS]
    return [str(path.relative_to(root)) for root in roots for path in (root / folder).rglob("*.*")]


@cache
def _catalogue(language: str) -> dict[str, str | list[str]]:
    """Plain strings by msgid; a plural has the list of its forms."""
    if language == "en":
        return {}
    found: dict[str, str | list[str]] = {}
    for key, value in _djangojs(language):
        if isinstance(key, tuple):
            forms = found.setdefault(key[0], [])
            if isinstance(forms, list):
                forms.append(value)
        elif key:
            found[key] = value
    return found


def _djangojs(language: str):
    folders = [str(path) for path in settings.LOCALE_PATHS]
    catalogue = getattr(DjangoTranslation(language, domain="djangojs", localedirs=folders), "_catalog", None)
    return sorted(catalogue.items(), key=str) if catalogue is not None else []
