"""Sets of functions: read in any vendor's form, checked, kept for a person or the team."""

import pytest

from chats import benches
from chats.benches import Refused
from chats.models import FunctionSet

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
PLAIN = {"name": "weather", "description": "Now", "parameters": SCHEMA, "result": None}
FORMS = {
    "plain": PLAIN,
    "openai chat": {"type": "function", "function": {"name": "weather", "description": "Now", "parameters": SCHEMA}},
    "openai responses": {"type": "function", "name": "weather", "description": "Now", "parameters": SCHEMA},
    "claude": {"name": "weather", "description": "Now", "input_schema": SCHEMA},
    "mcp": {"tools": [{"name": "weather", "description": "Now", "inputSchema": SCHEMA}]},
    "google": [{"functionDeclarations": [{"name": "weather", "description": "Now", "parameters": SCHEMA}]}],
}


@pytest.mark.parametrize("form", FORMS)
def test_each_vendors_form_is_read(form):
    checked = benches.check(FORMS[form])
    assert (checked.functions, checked.problems) == ([PLAIN], [])


def deep(levels: int) -> dict:
    schema: dict = {"type": "object"}
    for _ in range(levels):
        schema = {"type": "object", "properties": {"a": schema}}
    return schema


WRONG = [
    ({"name": "two words"}, "name", "A name has"),
    ({"name": ""}, "name", "A name has"),
    ({"parameters": "{"}, "parameters", "is an object"),
    ({"parameters": {"type": "string"}}, "parameters", '"type": "object"'),
    ({"parameters": SCHEMA | {"required": "city"}}, "parameters", "required"),
    ({"parameters": {"type": "object", "properties": {"a": {"type": "strnig"}}}}, "parameters", "properties.a.type"),
    ({"parameters": deep(60)}, "parameters", "too deep"),
    ({"result": "x" * 40_001}, "result", "too long"),
]


@pytest.mark.parametrize(("changed", "field", "words"), WRONG)
def test_a_problem_names_its_function_and_field(changed, field, words):
    (problem,) = benches.check([PLAIN, PLAIN | {"name": "second"} | changed]).problems
    assert (problem["function"], problem["field"]) == (1, field)
    assert words in problem["message"]


def test_two_functions_of_one_name_and_none_at_all_are_problems():
    (doubled,) = benches.check([PLAIN, PLAIN]).problems
    assert (doubled["function"], doubled["field"]) == (1, "name")
    assert benches.check([]).problems
    assert benches.check([PLAIN | {"name": f"f{n}"} for n in range(65)]).problems


def test_a_result_that_is_json_becomes_its_text():
    assert benches.check([PLAIN | {"result": {"sky": "clear"}}]).functions[0]["result"] == '{"sky": "clear"}'


@pytest.mark.django_db
def test_only_its_author_shares_a_set_and_an_admin_may_change_it(team, alice, bob):
    told = {"name": "Weather", "functions": [PLAIN], "is_shared": True}
    kept = benches.save(bob, team, told)
    assert set(FunctionSet.objects.visible_to(alice)) == {kept}
    benches.save(alice, team, told | {"name": "Sky", "is_shared": False}, kept)
    kept.refresh_from_db()
    assert (kept.name, kept.is_shared, kept.author) == ("Sky", True, bob)
    benches.remove(kept)
    assert not FunctionSet.objects.visible_to(bob)


@pytest.mark.parametrize("wrong", [{"name": " "}, {"functions": [PLAIN | {"name": "?"}]}, {"functions": None}])
def test_a_set_with_a_problem_is_not_kept(wrong):
    with pytest.raises(Refused):
        benches.save(None, None, {"name": "Weather", "functions": [PLAIN]} | wrong)
