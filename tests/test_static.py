"""What the browser is given: hashed files that find each other through the import map, and not too much of it."""

import gzip
import json
import re
import subprocess
from pathlib import Path
from urllib.parse import unquote

import brotli
import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.template import engines

from chats.templatetags import scripts
from playground import vendored
from tests.run import node

IMPORT = re.compile(r"""(?:^|[;\s}])(?:import|export)\s*(?:[\w*{}\s,$]+?\s*from\s*)?["']([^"']+)["']""", re.M)
DYNAMIC = re.compile(r"""\bimport\(\s*["']([^"']+)["']\s*\)""")
BUDGET_BYTES = 150 * 1024


@pytest.fixture
def collected(everything, monkeypatch):
    """The folder of collected files; pages of this test name them."""
    monkeypatch.setattr(staticfiles_storage, "_wrapped", everything)
    for cached in (scripts._hashed_imports, scripts._closure):
        cached.cache_clear()
    yield Path(everything.location)
    for cached in (scripts._hashed_imports, scripts._closure):
        cached.cache_clear()


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """Everything collected once, as an installation does it."""
    folder = tmp_path_factory.mktemp("static")
    storage = vendored.HashedStorage(location=folder, base_url=settings.STATIC_URL)
    with pytest.MonkeyPatch.context() as patch:
        assert staticfiles_storage.location  # wakes the lazy object, which has no _wrapped before
        patch.setattr(staticfiles_storage, "_wrapped", storage)
        call_command("collectstatic", interactive=False, verbosity=0)
    storage.hashed_files, storage.manifest_hash = storage.load_manifest()
    return storage


def own_modules() -> list[Path]:
    return sorted((settings.BASE_DIR / "static" / "js").rglob("*.js"))


def imported(path: Path) -> set[str]:
    text = path.read_text()
    return set(IMPORT.findall(text)) | set(DYNAMIC.findall(text))


def page_head(rf) -> str:
    code = "{% load scripts %}{% stylesheets %}{% import_map %}"
    return engines["django"].from_string(code).render({}, rf.get("/"))


def test_every_import_of_ours_is_in_the_map(collected):
    known = scripts._imports()
    lost = []
    for module in own_modules():
        for name in imported(module):
            if not (name in known or any(name.startswith(key) for key in known if key.endswith("/"))):
                lost.append(f"{module.name} imports {name}")
    assert not lost


def test_own_modules_are_never_imported_by_a_relative_path():
    """A relative import would bypass the map, and with it the hash: an old module beside new ones after an upgrade."""
    relative = [f"{m.name} imports {n}" for m in own_modules() for n in imported(m) if n.startswith((".", "/"))]
    assert not relative


def test_what_the_map_leads_to_is_there(collected):
    missing = []
    for name, url in scripts._imports().items():
        target = collected / url.removeprefix(settings.STATIC_URL)
        if not (target.is_dir() if url.endswith("/") else target.is_file()):
            missing.append((name, url))
    assert not missing


def test_the_files_of_lit_find_each_other_by_their_hashes(collected):
    """They import `../lit-html.js`, which the browser resolves against the hashed file's own address."""
    known = scripts._imports()
    addresses = {
        f"{settings.STATIC_URL}vendor/lit-html/lit-html.js",
        f"{settings.STATIC_URL}vendor/lit-html/directive.js",
    }
    assert addresses <= known.keys()
    assert all(re.search(r"\.[0-9a-f]{12}\.js$", known[address]) for address in addresses)


def test_names_change_with_the_content(collected):
    known = scripts._imports()
    assert re.fullmatch(r"/static/js/lib/dom\.[0-9a-f]{12}\.js", known["lib/dom.js"])
    assert re.search(r"\.[0-9a-f]{12}\.mjs$", known["markdown-it"])


def test_style_sheets_name_hashed_icons(collected):
    sheet = collected / staticfiles_storage.stored_name("css/icons.css")
    addresses = re.findall(r'url\("([^"]+)"\)', sheet.read_text())
    assert addresses
    for address in addresses:
        assert re.search(r"\.[0-9a-f]{12}\.svg$", address)
        assert (sheet.parent / address).resolve().is_file()


def test_the_map_is_of_use_before_anything_is_collected(tmp_path, monkeypatch):
    nothing = vendored.HashedStorage(location=tmp_path, base_url=settings.STATIC_URL)
    monkeypatch.setattr(staticfiles_storage, "_wrapped", nothing)
    known = scripts._imports()
    assert known["lib/"] == "/static/js/lib/"
    assert finders.find(known["lit-html"].removeprefix("/static/"))


def test_only_the_listed_files_of_node_modules_are_served():
    assert finders.find("vendor/lit-html/lit-html.js")
    for name in ("package.json", "lit-html/package.json", "lit-html/../../package.json", "mermaid/README.md"):
        assert finders.find(f"vendor/{name}") is None, name


def test_every_icon_that_a_page_names_has_its_picture():
    """`.icon-x` in a template or script needs `--icon` in some sheet, or it is a black square."""
    sheets = "".join(p.read_text() for p in (settings.BASE_DIR / "static" / "css").glob("*.css"))
    drawn = {n for rule in re.findall(r"([^{}]+)\{[^{}]*--icon:", sheets) for n in re.findall(r"\.icon-([\w-]+)", rule)}
    sources = [*(settings.BASE_DIR / "templates").rglob("*.html"), *own_modules()]
    named = {
        (n, p.name) for p in sources for n in re.findall(r"\bicon-([a-z][a-z0-9-]*[a-z0-9])\b(?![-${])", p.read_text())
    }
    undrawn = sorted((name, file) for name, file in named if name not in drawn | {"button", "large"})
    assert not undrawn
    assert not [n for n in vendored.named_icons() if not finders.find(f"vendor/lucide-static/icons/{n}.svg")]


def test_what_a_conversation_loads_before_maths_and_diagrams_is_small(collected, client, alice, team):
    """Issue 2 §8: 150 KB of compressed scripts and styles, everything that the page fetches by itself."""
    client.force_login(alice)
    page = client.get("/").content.decode()
    eager = re.sub(r"<[a-z-]+ data-load-on=[^>]*>", "", page)
    known = scripts._imports()
    addresses = set(re.findall(r'(?:modulepreload|stylesheet)" href="([^"]+)"', page))
    addresses |= {known[f"elements/{tag}.js"] for tag in re.findall(r"<([a-z]+(?:-[a-z]+)+)[ >]", eager)}
    sizes = {address: transferred(collected / unquote(address.removeprefix("/static/"))) for address in addresses}
    assert len(sizes) > 50
    assert sum(sizes.values()) <= BUDGET_BYTES, sorted(sizes.items(), key=lambda kv: -kv[1])[:12]


def transferred(path: Path) -> int:
    compressed = path.with_name(f"{path.name}.br")
    return (compressed if compressed.exists() else path).stat().st_size


def test_collected_scripts_are_minified_and_still_modules(collected):
    names = [name for name in staticfiles_storage.hashed_files if re.match(r"js/.*\.js$", name)]
    assert len(names) > 80
    for name in names:
        written = (settings.BASE_DIR / "static" / name).read_text()
        small = collected / staticfiles_storage.stored_name(name)
        assert len(small.read_text()) < len(written), name
    assert "export" in (collected / staticfiles_storage.stored_name("js/lib/dom.js")).read_text()
    for name in names[:5]:
        text = (collected / staticfiles_storage.stored_name(name)).read_text()
        subprocess.run([*node(), "--check", "--input-type=module"], input=text, text=True, check=True)


def test_collected_files_lie_beside_their_compressed_forms(collected):
    known = scripts._imports()
    path = collected / known["lib/dom.js"].removeprefix("/static/")
    assert gzip.decompress(path.with_name(f"{path.name}.gz").read_bytes()) == path.read_bytes()
    assert brotli.decompress(path.with_name(f"{path.name}.br").read_bytes()) == path.read_bytes()
    assert b"/**" not in path.read_bytes()


def test_a_module_written_after_the_collecting_breaks_no_page(collected, monkeypatch):
    monkeypatch.delitem(staticfiles_storage.hashed_files, "js/lib/dom.js")
    assert "lib/dom" not in scripts.module_preloads("app.js")
    assert "lib/loader" in scripts.module_preloads("app.js")


def test_a_page_preloads_what_its_modules_import_in_turn(collected):
    found = re.findall(r"js/lib/([\w-]+)\.", scripts.module_preloads("elements/conversation-list.js"))
    assert {"rows", "days", "i18n", "socket"} <= set(found)


def test_the_map_stays_short(collected, rf):
    assert len(json.dumps(scripts._imports())) < 16_000
    assert len(gzip.compress(page_head(rf).encode())) < 6_000
