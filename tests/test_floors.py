"""Imports go downwards only, and no room has a name that says nothing."""

import ast
from pathlib import Path

CHATS = Path(__file__).resolve().parent.parent / "chats"
FLOORS = {
    "catalog": 0,
    "gateway": 1,
    "media": 1,
    "models": 2,
    "broadcasts": 2,
    "consumers": 4,
    "views": 4,
    "tasks": 4,
    "admin": 4,
    "urls": 5,
    "routing": 5,
    "apps": 5,
    "management": 5,
    "templatetags": 4,
    "migrations": 5,
}
VERBS = 3  # every other room of chats: replies, branches, histories …
DOORS = {"consumers", "views", "tasks", "admin", "urls", "routing"}


def room_of(module: str) -> str | None:
    names = module.split(".")
    return names[1] if names[0] == "chats" and len(names) > 1 else None


def imports(path: Path) -> set[str]:
    """Modules that `path` imports, relative ones made whole."""
    found: set[str] = set()
    package = ["chats", *path.relative_to(CHATS).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(filter(None, [base, node.module or ""]))
            found |= {module} if module != "chats" else {f"chats.{name.name}" for name in node.names}
    return found


def test_no_room_imports_from_a_floor_above():
    wrong = []
    for path in CHATS.rglob("*.py"):
        room = room_of(".".join(["chats", *path.relative_to(CHATS).with_suffix("").parts]))
        floor = FLOORS.get(room or "", VERBS)
        for module in imports(path):
            target = room_of(module)
            if target and target != room and FLOORS.get(target, VERBS) > floor:
                wrong.append(f"{path.relative_to(CHATS)} imports {module}")
    assert not wrong


def test_only_doors_queue_tasks():
    wrong = [
        str(path.relative_to(CHATS))
        for path in CHATS.rglob("*.py")
        if path.relative_to(CHATS).parts[0].removesuffix(".py") not in DOORS and "chats.tasks" in imports(path)
    ]
    assert not wrong


def test_the_facts_do_no_input_or_output():
    for path in (CHATS / "catalog").rglob("*.py"):
        assert not {"httpx", "aiohttp", "requests"} & imports(path), path


def test_every_module_says_what_it_is_for_and_none_is_called_utils():
    vague = {"utils", "helpers", "common", "services", "core", "misc", "base"}
    for path in CHATS.rglob("*.py"):
        assert path.stem not in vague, path
        text = path.read_text()
        if text.strip() and "migrations" not in path.parts:
            assert ast.get_docstring(ast.parse(text)), path
