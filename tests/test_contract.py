"""What every protocol file keeps to, whoever writes it, and that every entry of the catalog can be asked."""

import ast
import inspect
import json
from functools import partial
from pathlib import Path
from pkgutil import iter_modules

import pytest

from chats import catalog
from chats.catalog.form import TASK_PROTOCOLS, clean, form_of, has_form, is_generation
from chats.catalog.spec import CALL_PROTOCOLS, REPLY_PROTOCOLS
from chats.gateway import protocols
from chats.gateway.body import Body
from chats.gateway.protocols import CallProtocol, ReplyProtocol, TaskProtocol, load, load_call, load_task
from chats.gateway.values import Part, Prompt, Request, Turn
from tests.gateway.making import by_data

ROOM = Path(protocols.__file__).parent
NAMES = sorted(module.name for module in iter_modules([str(ROOM)]))
INTERFACES = {
    ReplyProtocol: ("request", "read", "close"),
    TaskProtocol: ("submit", "submitted"),  # the rest only where there is something to poll or to stream
    CallProtocol: ("request", "read"),
}
LOADERS = {
    **dict.fromkeys(REPLY_PROTOCOLS, load),
    **dict.fromkeys(TASK_PROTOCOLS, load_task),
    **dict.fromkeys(CALL_PROTOCOLS, load_call),
}
ASKED = {
    "embeddings": {"texts": ["a", "b"], "dimensions": None},
    "rerank": {"query": "a", "documents": ["b"], "top_n": 1},
    "search": {"q": "a", "method": "GET"},
    "formulas": {"formula": "moonshot/convert:latest", "name": "convert", "arguments": "{}"},
}
FILM = Prompt((Turn("user", (Part("video", data=b"film", content_type="video/mp4"),)),))
HELLO = Prompt((Turn("user", (Part("text", "Hello"),)),))
FUNCTION = {"type": "function", "function": {"name": "f", "description": "…", "parameters": {"type": "object"}}}
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
        spec = spec_of(name)
        first, second = request_of(name, spec), request_of(name, spec)
        assert isinstance(first, Request)
        assert first == second
        assert first.path.startswith("/v1")
        assert HELLO.parameters == {}


def is_asked_with_text(spec: catalog.ModelSpec) -> bool:
    return not spec.page and not (has_form(spec) and any(slot.minimum for slot in form_of(spec).tasks[0].slots))


def spec_of(name: str) -> catalog.ModelSpec:
    """Any, where no model of the catalog has this protocol to itself."""
    of_name = (spec for spec in catalog.listed() if spec.protocol == name and is_asked_with_text(spec))
    return next(of_name, catalog.get("brand-new"))


def protocol_of(name: str) -> ReplyProtocol | TaskProtocol | CallProtocol:
    return LOADERS[name](name)


def request_of(name: str, spec: catalog.ModelSpec) -> Request:
    protocol = protocol_of(name)
    if isinstance(protocol, TaskProtocol):
        return protocol.submit(spec, HELLO)
    return protocol.request(spec, ASKED[name] if isinstance(protocol, CallProtocol) else HELLO)


OF_FILMS = ("fps", "start_s", "end_s")
OF_FUNCTIONS = ("tool_choice", "parallel_tool_calls")
NEEDED = {"interleaved": {"thinking": True}}
ENTRIES = [(spec, way) for spec in catalog.listed() for way in spec.ways or (spec.protocol,) if spec.is_available]


@pytest.mark.parametrize(("spec", "way"), ENTRIES, ids=[f"{spec.model}:{way}" for spec, way in ENTRIES])
class TestEntry:
    """Each entry of the catalog over each protocol that a person may choose for it."""

    def test_it_can_be_asked(self, spec, way):
        asked = catalog.asked_by(spec, {"protocol": way})
        assert asked.protocol == way
        request = request_with(asked, {}) if spec.ways else made_or_called(asked)
        assert asked.wire_model in json.dumps(sent(request)) + request.path or spec.is_bench or spec.page
        assert request.path.startswith("/v1")

    def test_every_setting_that_is_offered_can_be_sent(self, spec, way):
        for parameter in spec.parameters if spec.ways else ():
            if parameter.name == "protocol" or (parameter.protocols and way not in parameter.protocols):
                continue
            beside = {"protocol": way} | NEEDED.get(parameter.name, {})
            tools = (FUNCTION,) if parameter.name in OF_FUNCTIONS else ()
            asking = partial(sent_with, spec, turns=(FILM if parameter.name in OF_FILMS else HELLO).turns)
            plain = asking(beside, *tools)
            for value in ends(parameter):
                told = asking(beside | {parameter.name: value}, *tools)
                assert told != plain or is_silent(spec, parameter, value), (parameter.name, value)

    def test_functions_go_along_where_it_takes_them(self, spec, way):
        if not spec.takes_functions:
            return
        told = sent(request_with(catalog.asked_by(spec, {"protocol": way}), {}, FUNCTION))
        assert told["tools"]


def request_with(spec: catalog.ModelSpec, parameters: dict, *tools: dict, turns=HELLO.turns) -> Request:
    return load(spec.protocol).request(spec, Prompt(turns, parameters, tools))


def sent_with(spec: catalog.ModelSpec, raw: dict, *tools: dict, turns) -> dict:
    """As the product asks."""
    values = catalog.clean_parameters(spec, raw)
    return sent(request_with(catalog.asked_by(spec, values), values, *tools, turns=turns))


def made_or_called(spec: catalog.ModelSpec) -> Request:
    if spec.protocol in CALL_PROTOCOLS:
        return load_call(spec.protocol).request(spec, ASKED[spec.protocol])
    assert is_generation(spec)
    task = form_of(spec).tasks[0]
    wished = {"wire_model": "m"} if any(p.name == "wire_model" for p in task.parameters) else {}
    files = [by_data(slot.role, n) for slot in task.slots for n in range(slot.minimum)]
    turn = Turn("user", (*HELLO.turns[0].parts, *files))
    return load_task(spec.protocol).submit(spec, Prompt((turn,), clean(spec, task, wished)))


def sent(request: Request) -> dict:
    body = json.loads(b"".join(Body(request.json or request.form or {})))
    return body | {"headers": dict(request.headers)}


def ends(parameter: catalog.Parameter) -> list:
    """The values at the ends of what a person may choose."""
    if parameter.type == "boolean":
        return [True, False]
    if parameter.choices:
        return list(parameter.choices)
    if parameter.type in ("text", "list"):
        return ["x"] if parameter.type == "text" else [["x"]]
    return [value for value in (parameter.minimum, parameter.maximum) if value is not None]


def is_silent(spec: catalog.ModelSpec, parameter: catalog.Parameter, value: object) -> bool:
    """What says no more than its absence does."""
    if parameter.name == "voice":  # one model that speaks needs one, and takes the first
        return spec.options["speaks"] == "openai" and value == parameter.choices[0]
    if parameter.name == "thinking" and spec.options.get("code_interpreter"):
        return bool(value)  # it is always on
    return value is False and parameter.name != "parallel_tool_calls" or value == parameter.default


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
