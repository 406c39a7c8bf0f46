"""What a tool loop withstands: long results, lost answers, too many calls, tools that break, odd frames."""

import json

import pytest
from channels.db import database_sync_to_async

from chats import replies
from chats.models import Message
from chats.tools import running

from .test_tools import asked_of_gateway, calls, functions, interrupted, row

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]


async def test_a_result_of_50_mb_is_cut_for_the_row_and_kept_whole_as_a_file(team, alice, connect):
    """No frame over 64 KB and no row over 256 KB, whatever a tool answers."""
    socket = await connect(alice)
    name = await functions(team, alice, "long " * 10_000_000)
    ask = {"tools": {"names": [name], "is_auto": True}}
    accepted = await socket.ask_and_open("What is it like? [sandbox: calls 1; pace none]", **ask)
    await socket.ended(accepted["reply"])
    reply = await row(accepted["reply"])
    assert reply.status == "complete", reply.error
    result = calls(reply)[0]["result"]
    assert "cut here" in result["text"]
    assert len(json.dumps(reply.parts)) < 256 * 1024
    assert max(len(json.dumps(frame)) for frame in socket.frames) < 64 * 1024
    whole = await database_sync_to_async(reply.attachments.get)(pk=result["attachment"])
    assert whole.size_bytes == 50_000_000


async def test_an_answer_that_is_sent_again_sets_nothing_going_twice(team, alice, connect, sandbox):
    """The acknowledgement was lost, the server died while the search ran, and the page sends its frame again."""
    pk = (await interrupted(team, alice, state="asked", status="waiting")).pk
    socket = await connect(alice)
    frame = {"message": pk, "call": "c1", "action": "approve", "client_id": "once"}
    sandbox.clear()
    await socket.send("tool.answer", **frame)
    await socket.until("tool.answered", client_id="once")
    await replies.wait_for([pk])
    await _as_if_killed(pk)
    await socket.send("tool.answer", **frame)
    await socket.until("tool.answered", client_id="once")
    await replies.wait_for([pk])
    assert len([one for one in sandbox.requests() if "serper" in one["route"]]) == 1
    assert calls(await row(pk))[0]["state"] == "doubt"


@database_sync_to_async
def _as_if_killed(pk: int) -> None:
    reply = Message.objects.get(pk=pk)
    (call,) = calls(reply)
    call = {name: value for name, value in call.items() if name != "result"} | {"state": "doubt"}
    Message.objects.filter(pk=pk).update(status="waiting", parts=[call])


async def test_more_calls_than_run_by_themselves_ask(team, alice, connect, sandbox):
    sandbox.clear()
    socket = await connect(alice)
    tools = {"names": ["web_search"], "is_auto": True}
    accepted = await socket.ask_and_open("What is Redis? [sandbox: calls 12; pace none]", tools=tools)
    assert (await socket.ended(accepted["reply"]))["status"] == "waiting"
    states = [call["state"] for call in calls(await row(accepted["reply"]))]
    assert states.count("asked") == 4
    assert not [one for one in sandbox.requests() if "serper" in one["route"]]


async def test_a_tool_must_be_called_once_and_not_for_ever(team, alice, connect):
    socket = await connect(alice)
    name = await functions(team, alice, "22 degrees")
    ask = {"parameters": {"tool_choice": "required"}, "tools": {"names": [name], "is_auto": True}}
    accepted = await socket.ask_and_open("What is it like?", **ask)
    await socket.ended(accepted["reply"])
    await replies.wait_for([accepted["reply"]])
    first, second = await asked_of_gateway(accepted["reply"])
    assert first["tool_choice"] == "required"
    assert "tool_choice" not in second


async def test_a_tool_that_breaks_here_costs_the_others_nothing(team, alice, connect, monkeypatch):
    real = running._run

    async def breaks(tool, *rest):
        if tool.function["name"] == "weather_0":
            raise RecursionError
        return await real(tool, *rest)

    monkeypatch.setattr(running, "_run", breaks)
    socket = await connect(alice)
    name = await functions(team, alice, "22 degrees", "Rain")
    ask = {"tools": {"names": [name], "is_auto": True}}
    accepted = await socket.ask_and_open("What is it like? [sandbox: calls 2; pace none]", **ask)
    assert (await socket.ended(accepted["reply"]))["status"] == "complete"
    results = {call["name"]: call["result"] for call in calls(await row(accepted["reply"]))}
    assert results["weather_0"]["is_error"]
    assert results["weather_1"]["text"] == "Rain"


async def test_many_long_answers_by_hand_stay_under_the_size_of_a_row(team, alice, connect):
    parts = [
        {"kind": "tool_call", "call_id": f"c{n}", "name": "f", "arguments": "{}", "round": 0, "state": "asked"}
        for n in range(3)
    ]
    pk = (await interrupted(team, alice, state="asked", status="waiting", parts=parts)).pk
    socket = await connect(alice)
    for n in range(2):
        frame = {"message": pk, "call": f"c{n}", "action": "answer", "result": "汉" * 30_000, "client_id": f"a{n}"}
        await socket.send("tool.answer", **frame)
    assert "too long" in (await socket.until("frame.refused", client_id="a1"))["error"]["message"]
    assert len(json.dumps((await row(pk)).parts, ensure_ascii=False).encode()) < 256 * 1024


async def test_a_frame_nested_beyond_reason_is_refused_and_the_line_stays_open(team, alice, connect):
    socket = await connect(alice)
    await socket.communicator.send_to(
        '{"type": "message.create", "client_id": "deep", "parameters": ' + '{"a":' * 900 + "1" + "}" * 900 + "}"
    )
    assert (await socket.until("frame.refused"))["error"]["code"] == "bad_frame"
    await socket.send("ping", n=1)
    await socket.until("pong", n=1)
