"""What every protocol file keeps to, whoever writes it."""

import ast
import inspect
from pathlib import Path
from pkgutil import iter_modules

import pytest

from chats import catalog
from chats.gateway import protocols
from chats.gateway.protocols import ReplyProtocol, load
from chats.gateway.values import Part, Prompt, Request, Turn

ROOM = Path(protocols.__file__).parent
NAMES = sorted(module.name for module in iter_modules([str(ROOM)]))
IMPURE = {"httpx", "aiohttp", "requests", "socket", "asyncio", "threading", "time", "django", "celery", "channels"}


def files_of(name: str) -> list[Path]:
    return sorted((ROOM / name).rglob("*.py")) if (ROOM / name).is_dir() else [ROOM / f"{name}.py"]


def imported(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text())))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return names | {
        f"{node.module}.{alias.name}" for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names
    }


def test_the_room_has_the_main_protocol():
    assert "chat_completions" in NAMES


@pytest.mark.parametrize("name", NAMES)
class TestProtocol:
    def test_it_implements_the_interface(self, name):
        protocol = load(name)
        assert isinstance(protocol, ReplyProtocol)
        for method in ("request", "read", "close"):
            assert getattr(type(protocol), method) is not getattr(ReplyProtocol, method), method
            ours = inspect.signature(getattr(type(protocol), method)).parameters
            assert list(ours) == list(inspect.signature(getattr(ReplyProtocol, method)).parameters)

    def test_each_try_gets_an_instance_of_its_own(self, name):
        assert load(name) is not load(name)
        assert load(name).is_done is False

    def test_it_is_pure(self, name):
        for path in files_of(name):
            roots = {module.split(".")[0] for module in imported(path)}
            assert not roots & IMPURE, path
            outside = {
                m
                for m in imported(path)
                if m.startswith("chats.") and not m.startswith(("chats.gateway", "chats.catalog"))
            }
            assert not outside, path
            assert not imported(path) & {"chats.gateway.client", "chats.gateway.exchange", "chats.gateway.connections"}

    def test_it_says_what_it_is_for(self, name):
        for path in files_of(name):
            sentence = ast.get_docstring(ast.parse(path.read_text()))
            assert sentence, path
            assert "\n" not in sentence, path

    def test_it_has_recorded_bytes(self, name):
        assert any((Path(__file__).parent / "wire" / name).iterdir())

    def test_asking_changes_nothing(self, name):
        prompt = Prompt((Turn("user", (Part("text", "Hello"),)),), {"temperature": 0.5})
        spec = next(spec for spec in catalog.listed() if spec.protocol == name)
        first, second = load(name).request(spec, prompt), load(name).request(spec, prompt)
        assert isinstance(first, Request)
        assert first == second
        assert first.path.startswith("/v1")
        assert prompt.parameters == {"temperature": 0.5}


def test_every_protocol_that_the_catalog_calls_available_can_be_loaded():
    for name in catalog.AVAILABLE_PROTOCOLS:
        assert isinstance(load(name), ReplyProtocol)


def test_a_protocol_nobody_wrote_yet_is_named_in_the_error():
    with pytest.raises(ModuleNotFoundError, match="smoke_signals"):
        load("smoke_signals")
