"""What the page takes a generation to be is what the server takes it to be, for every form and every set of files."""

import json
import subprocess
from itertools import combinations_with_replacement

import pytest
from django.conf import settings

from chats import catalog
from chats.catalog.form import ROLES, form_of, has_form, task_for
from chats.catalog.shown import shown
from tests.run import node

MOST_FILES = 4
SCRIPT = """
import "./tests/js/resolve.mjs";
const { taskFor } = await import("lib/generation-tasks.js");
let text = "";
for await (const piece of process.stdin) text += piece;
const { forms, sets } = JSON.parse(text);
console.log(JSON.stringify(forms.map((form) => sets.map((roles) => taskFor(form, roles)?.name ?? null))));
"""


@pytest.fixture(scope="module")
def asked() -> dict:
    forms = [model["form"] for model in shown(catalog.listed())["models"] if "form" in model]
    sets = [roles for n in range(MOST_FILES + 1) for roles in combinations_with_replacement(ROLES, n)]
    return {"forms": forms, "sets": sets}


def of_server(form, roles) -> str | None:
    try:
        return task_for(form, roles).name
    except ValueError:
        return None


def test_the_page_and_the_server_mean_the_same_task(asked):
    command = [*node(), "--input-type=module", "--eval", SCRIPT]
    answer = subprocess.run(
        command, input=json.dumps(asked), text=True, check=True, capture_output=True, cwd=settings.BASE_DIR
    )
    forms = [form_of(spec) for spec in catalog.listed() if has_form(spec)]
    assert len(forms) == len(asked["forms"]) > 20
    expected = [[of_server(form, roles) for roles in asked["sets"]] for form in forms]
    assert json.loads(answer.stdout) == expected
    assert {name for names in expected for name in names} > {None, "image-edit", "image-to-video"}
