"""What every protocol file keeps to, whoever writes it."""

import ast
import inspect
from pathlib import Path
from pkgutil import iter_modules

import pytest

from chats import catalog
from chats.catalog.form import TASK_PROTOCOLS, form_of, has_form
from chats.gateway import protocols
from chats.gateway.protocols import ReplyProtocol, TaskProtocol, load, load_task
from chats.gateway.values import Part, Prompt, Request, Turn

ROOM = Path(protocols.__file__).parent
NAMES = sorted(module.name for module in iter_modules([str(ROOM)]))
INTERFACES = {
    ReplyProtocol: ("request", "read", "close"),
    TaskProtocol: ("submit", "submitted"),  # the rest only where there is something to poll or to stream
}
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
    def test_it_implements_one_interface(self, name):
        protocol = protocol_of(name)
        (interface,) = [kind for kind in INTERFACES if isinstance(protocol, kind)]
        for method in INTERFACES[interface]:
            assert getattr(type(protocol), method) is not getattr(interface, method), method
        for method in {name for name in vars(interface) if not name.startswith("_")} & set(dir(type(protocol))):
            if callable(getattr(interface, method)):
                ours = inspect.signature(getattr(type(protocol), method)).parameters
                assert list(ours) == list(inspect.signature(getattr(interface, method)).parameters)

    def test_each_try_gets_an_instance_of_its_own(self, name):
        assert protocol_of(name) is not protocol_of(name)

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
        spec = next(spec for spec in catalog.listed() if spec.protocol == name and is_asked_with_text(spec))
        prompt = Prompt((Turn("user", (Part("text", "Hello"),)),))
        first, second = request_of(spec, prompt), request_of(spec, prompt)
        assert isinstance(first, Request)
        assert first == second
        assert first.path.startswith("/v1")
        assert prompt.parameters == {}


def is_asked_with_text(spec: catalog.ModelSpec) -> bool:
    return not spec.page and not (has_form(spec) and any(slot.minimum for slot in form_of(spec).tasks[0].slots))


def protocol_of(name: str) -> ReplyProtocol | TaskProtocol:
    return load_task(name) if name in TASK_PROTOCOLS else load(name)


def request_of(spec: catalog.ModelSpec, prompt: Prompt) -> Request:
    if spec.protocol in TASK_PROTOCOLS:
        return load_task(spec.protocol).submit(spec, prompt)
    return load(spec.protocol).request(spec, prompt)


def test_every_protocol_that_the_catalog_calls_available_can_be_loaded():
    assert set(NAMES) == catalog.AVAILABLE_PROTOCOLS
    assert set(NAMES) > TASK_PROTOCOLS


def test_a_protocol_of_the_other_kind_is_refused():
    with pytest.raises(TypeError, match="images"):
        load("images")
    with pytest.raises(TypeError, match="chat_completions"):
        load_task("chat_completions")


def test_a_protocol_nobody_wrote_yet_is_named_in_the_error():
    with pytest.raises(ModuleNotFoundError, match="smoke_signals"):
        load("smoke_signals")
