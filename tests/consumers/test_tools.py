"""A reply that calls tools: run by itself or by a person's word, stopped anywhere, and nothing paid for twice."""

import asyncio
import base64
import json

import pytest
from channels.db import database_sync_to_async

from chats import exchanges, replies
from chats.gateway.values import MediaOut
from chats.models import Exchange, FunctionSet, Message
from chats.replies.draft import Draft
from chats.replies.pictures import Pictures

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PLACE = {"type": "object", "properties": {"city": {"type": "string", "enum": ["Beijing"]}}, "required": ["city"]}


@database_sync_to_async
def functions(team, author, *results: str | None) -> str:
    """A set of as many functions; None is typed by hand."""
    made = [
        {"name": f"weather_{n}", "description": "Weather", "parameters": PLACE, "result": result}
        for n, result in enumerate(results)
    ]
    row = FunctionSet.objects.create(team=team, author=author, name="Weather", functions=made)
    return f"functions:{row.pk}"


@database_sync_to_async
def row(pk: int) -> Message:
    return Message.objects.get(pk=pk)


@database_sync_to_async
def asked_of_gateway(pk: int) -> list[dict]:
    return [exchanges.document(one) for one in Exchange.objects.filter(message=pk, label="reply")]


@database_sync_to_async
def usages(pk: int) -> int:
    """How many of its exchanges told what they cost."""
    kept = Exchange.objects.filter(message=pk, label="reply")
    return sum(b'"usage"' in b"".join(chunk.data for chunk in exchanges.chunks(one)) for one in kept)


def calls(message: Message) -> list[dict]:
    return [part for part in message.parts if part["kind"] == "tool_call"]


async def test_calls_that_may_run_by_themselves_are_answered_and_the_model_goes_on(team, alice, connect):
    socket = await connect(alice)
    name = await functions(team, alice, "22 degrees", "Rain")
    tools = {"names": [name], "is_auto": True}
    accepted = await socket.ask_and_open("What is it like? [sandbox: calls 2]", tools=tools)
    assert (await socket.ended(accepted["reply"]))["status"] == "complete"
    reply = await row(accepted["reply"])
    assert [call["state"] for call in calls(reply)] == ["done", "done"]
    assert {call["result"]["text"] for call in calls(reply)} == {"22 degrees", "Rain"}
    assert "22 degrees" in reply.text
    await replies.wait_for([reply.pk])
    first, second = await asked_of_gateway(reply.pk)
    assert [tool["function"]["name"] for tool in first["tools"]] == ["weather_0", "weather_1"]
    assert [said["role"] for said in second["messages"]] == ["user", "assistant", "tool", "tool"]
    assert first["tools"] == second["tools"]
    assert await usages(reply.pk) == 2 < reply.usage["total_tokens"]


async def test_a_call_waits_until_a_person_lets_it_run_with_other_arguments(team, alice, connect):
    socket = await connect(alice)
    name = await functions(team, alice, "22 degrees")
    accepted = await socket.ask_and_open("What is it like? [sandbox: calls 1]", tools={"names": [name]})
    assert (await socket.ended(accepted["reply"]))["status"] == "waiting"
    (call,) = calls(await row(accepted["reply"]))
    assert (call["state"], call["can_run"]) == ("asked", True)
    edited = json.dumps({"city": "Shanghai"})
    await socket.send(
        "tool.answer", message=accepted["reply"], call=call["call_id"], action="approve", arguments=edited
    )
    assert (await socket.until("tool.answered"))["is_going_on"]
    while (await socket.ended(accepted["reply"]))["status"] == "waiting":
        pass
    (call,) = calls(await row(accepted["reply"]))
    assert json.loads(call["arguments"]) == {"city": "Shanghai"}
    assert json.loads(call["edited_from"]) == {"city": "Beijing"}
    assert call["result"]["by"] == "tool"


async def test_an_answer_by_hand_and_a_refusal_are_results_the_model_sees(team, alice, connect):
    socket = await connect(alice)
    name = await functions(team, alice, None, None)
    tools = {"names": [name], "is_auto": True}
    accepted = await socket.ask_and_open("What is it like? [sandbox: calls 2]", tools=tools)
    assert (await socket.ended(accepted["reply"]))["status"] == "waiting"
    first, second = calls(await row(accepted["reply"]))
    ask = {"message": accepted["reply"], "call": first["call_id"]}
    await socket.send("tool.answer", **ask, action="approve", client_id="x1")
    refused = await socket.until("frame.refused", client_id="x1")
    assert "Nothing here can run" in refused["error"]["message"]
    await socket.send("tool.answer", **ask, action="answer", result="Snow, says Ada")
    assert not (await socket.until("tool.answered"))["is_going_on"]
    await socket.send("tool.answer", **(ask | {"call": second["call_id"]}), action="refuse")
    while (await socket.ended(accepted["reply"]))["status"] == "waiting":
        pass
    reply = await row(accepted["reply"])
    assert reply.status == "complete"
    assert [call["result"]["is_error"] for call in calls(reply)] == [False, True]
    assert calls(reply)[0]["result"]["text"] == "Snow, says Ada"


async def test_a_search_is_paid_once_and_its_sources_are_numbered(team, alice, connect):
    socket = await connect(alice)
    tools = {"names": ["web_search"], "is_auto": True}
    accepted = await socket.ask_and_open("What is Django Channels? [sandbox: calls 1]", tools=tools)
    assert (await socket.ended(accepted["reply"]))["status"] == "complete"
    reply = await row(accepted["reply"])
    (call,) = calls(reply)
    sources = [part["url"] for part in reply.parts if part["kind"] == "citation"]
    assert sources, call
    assert call["result"]["text"].startswith("[1] ")
    assert [source["url"] for source in call["result"]["sources"]] == sources


async def test_a_tool_that_fails_tells_the_model_why_and_the_reply_goes_on(team, alice, connect):
    socket = await connect(alice)
    accepted = await socket.ask_and_open("Search! [sandbox: calls 1]", tools={"names": ["web_search"]})
    await socket.ended(accepted["reply"])
    (call,) = calls(await row(accepted["reply"]))
    ask = {"message": accepted["reply"], "call": call["call_id"], "action": "approve"}
    await socket.send("tool.answer", client_id="x", arguments="[1]", **ask)
    assert "JSON object" in (await socket.until("frame.refused", client_id="x"))["error"]["message"]
    await socket.send("tool.answer", arguments="{}", **ask)
    while (await socket.ended(accepted["reply"]))["status"] == "waiting":
        pass
    reply = await row(accepted["reply"])
    assert reply.status == "complete"
    assert calls(reply)[0]["result"]["is_error"]
    assert 'need a "query"' in calls(reply)[0]["result"]["text"]


async def test_the_limit_of_rounds_hands_over_to_the_person(team, alice, connect):
    pk = (await interrupted(team, alice, state="asked", rounds=1)).pk
    socket = await connect(alice)
    await socket.send("reply.continue", client_id="go", message=pk)
    await socket.until("message.accepted")
    await replies.wait_for([pk])
    reply = await row(pk)
    assert reply.status == "waiting"


async def test_after_a_crash_a_paid_call_is_in_doubt_and_is_not_sent_again(team, alice, connect, sandbox):
    pk = (await interrupted(team, alice, state="running", tool="web_search")).pk
    sandbox.clear()
    socket = await connect(alice)
    await socket.send("reply.continue", client_id="go", message=pk)
    await socket.until("message.accepted")
    await replies.wait_for([pk])
    reply = await row(pk)
    assert (reply.status, calls(reply)[0]["state"]) == ("waiting", "doubt")
    assert not [one for one in sandbox.requests() if "serper" in one["route"]]


async def test_stop_while_a_call_waits_ends_the_reply_and_keeps_the_call(team, alice, connect):
    socket = await connect(alice)
    name = await functions(team, alice, None)
    accepted = await socket.ask_and_open("What? [sandbox: calls 1]", tools={"names": [name]})
    assert (await socket.ended(accepted["reply"]))["status"] == "waiting"
    await socket.send("reply.stop", message=accepted["reply"])
    while (await socket.ended(accepted["reply"]))["status"] == "waiting":
        pass
    reply = await row(accepted["reply"])
    assert reply.status == "stopped"
    assert len(calls(reply)) == 1


async def test_two_people_who_answer_at_once_answer_once(team, alice, connect):
    socket = await connect(alice)
    name = await functions(team, alice, None)
    accepted = await socket.ask_and_open("What? [sandbox: calls 1]", tools={"names": [name]})
    await socket.ended(accepted["reply"])
    (call,) = calls(await row(accepted["reply"]))
    from chats import tools

    def by(text: str):
        given = tools.Answer(call["call_id"], "answer", result=text)
        try:
            return tools.answer(alice, accepted["reply"], given).status
        except tools.NotWaiting:
            return "late"

    both = await asyncio.gather(*(database_sync_to_async(by)(text) for text in ("one", "two")))
    assert sorted(both) == ["late", "queued"]


@database_sync_to_async
def interrupted(
    team, author, *, state: str, tool: str = "", rounds: int = 8, status: str = "interrupted", parts: list | None = None
) -> Message:
    from chats.models import Conversation

    place = Conversation.objects.create(team=team, author=author, client_id="c")
    common = {"conversation": place, "author": author, "client_id": "m", "model": "qwen3-max"}
    question = Message.objects.create(role="user", parts=[{"kind": "text", "text": "Hi"}], **common)
    call = {"kind": "tool_call", "call_id": "c1", "name": "web_search", "arguments": '{"query": "x"}', "round": 0}
    return Message.objects.create(
        role="assistant",
        parent=question,
        status=status,
        parts=parts or [call | {"state": state, "tool": tool, "can_run": True}],
        tools={"names": ["web_search"], "is_auto": True, "most_rounds": rounds},
        **common,
    )


@pytest.mark.parametrize(
    ("model", "parameters"),
    [
        ("claude-sonnet-4-5-20250929", {"thinking": True, "budget": 2048}),
        ("claude-sonnet-4-5-20250929", {"protocol": "chat_completions"}),
        ("gpt-5.2", {"effort": "high"}),
        ("gpt-5.1", {"protocol": "chat_completions"}),
        ("gemini-3-pro-preview", {"effort": "high"}),
        ("gemini-2.5-flash", {"protocol": "chat_completions"}),
        ("kimi-k2-thinking", {}),
        ("minimax-m2", {}),
    ],
)
async def test_every_protocol_takes_its_own_calls_and_thoughts_back(team, alice, connect, model, parameters):
    """The sandbox refuses a wrong or missing signature as the vendors do."""
    socket = await connect(alice)
    name = await functions(team, alice, "22 degrees")
    ask = {"model": model, "parameters": parameters, "tools": {"names": [name], "is_auto": True}}
    first = await socket.ask_and_open("What is it like? [sandbox: calls 1]", **ask)
    ended = await socket.ended(first["reply"])
    reply = await row(first["reply"])
    assert ended["status"] == "complete", reply.error
    assert [call["result"]["text"] for call in calls(reply)] == ["22 degrees"]
    again = await socket.ask("And now?", conversation=first["conversation"], parent=first["reply"], **ask)
    ended = await socket.ended(again["reply"])
    assert ended["status"] == "complete", (await row(again["reply"])).error


async def test_what_one_protocol_said_is_taken_by_every_other(team, alice, connect):
    """Thinking, calls and results of each, continued by each: a path over all ordered pairs of the four."""
    models = {
        "m": ("claude-sonnet-4-5-20250929", {"thinking": True, "budget": 2048}),
        "r": ("gpt-5.2", {"effort": "high"}),
        "g": ("gemini-3-pro-preview", {"effort": "high"}),
        "c": ("qwen3-max-2026-01-23", {"thinking": True, "protocol": "chat_completions"}),
    }
    path = "mrmgmcrgrcgcm"
    assert len({path[n : n + 2] for n in range(12)}) == 12
    socket = await connect(alice)
    name = await functions(team, alice, "22 degrees")
    place: dict = {}
    for model, parameters in (models[letter] for letter in path):
        ask = {"model": model, "parameters": parameters, "tools": {"names": [name], "is_auto": True}}
        accepted = await socket.ask("What is it like? [sandbox: calls 1; pace none]", **ask, **place)
        if not place:
            await socket.open(accepted["conversation"])
        await socket.ended(accepted["reply"])
        reply = await row(accepted["reply"])
        assert reply.status == "complete", (model, reply.error)
        assert calls(reply)[0]["result"]["text"] == "22 degrees"
        place = {"conversation": accepted["conversation"], "parent": reply.pk}


async def test_a_plot_has_its_place_beside_the_code_and_is_stored_while_the_reply_goes_on(team, alice, connect):
    socket = await connect(alice)
    ask = {"model": "gpt-5.2", "parameters": {"code_execution": True}}
    accepted = await socket.ask_and_open("Plot sin(x) [sandbox: pace none]", **ask)
    await socket.ended(accepted["reply"])
    reply = await row(accepted["reply"])
    kinds = [part["kind"] for part in reply.parts]
    assert kinds.count("attachment") == 1 == await database_sync_to_async(reply.attachments.count)()
    assert kinds.index("tool_call") < kinds.index("attachment") < len(kinds) - 1 - kinds[::-1].index("text")
    draft = Draft.of(reply)
    pictures = Pictures(draft)
    draft.take(MediaOut("image", PIXEL, content_type="image/png", key="plot"))
    pictures.take()
    assert draft.parts[-1].facts["id"] is None
    (made,) = (await pictures.settled()).values()
    assert draft.parts[-1].facts["id"] == made.pk
    assert draft.is_reshaped
    assert await database_sync_to_async(reply.attachments.count)() == 2


async def test_kimis_own_tools_are_fetched_run_as_fibers_and_read_by_kimi_alone(team, alice, connect, sandbox):
    sandbox.clear()
    socket = await connect(alice)
    names = ["formula:moonshot/web-search:latest", "formula:moonshot/convert:latest"]
    ask = {"model": "kimi-k2.5", "tools": {"names": names, "is_auto": True}}
    accepted = await socket.ask_and_open("Search the web for Django Channels [sandbox: calls 1]", **ask)
    await socket.ended(accepted["reply"])
    reply = await row(accepted["reply"])
    assert reply.status == "complete", reply.error
    (call,) = calls(reply)
    assert (call["tool"], call["result"]["is_encrypted"]) == (names[0], True)
    assert "ENCRYPTED" in call["result"]["text"]
    fibers = [one for one in sandbox.requests() if one["route"].endswith("/fibers")]
    assert len(fibers) == 1
    await replies.wait_for([reply.pk])
    assert {"reply", "tool"} == set(await labels(reply.pk))


@database_sync_to_async
def labels(pk: int) -> list[str]:
    return list(Exchange.objects.filter(message=pk).values_list("label", flat=True))
