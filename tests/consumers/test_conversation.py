"""One socket: ask, watch, stop, miss, come back; against the sandbox over real HTTP."""

import asyncio
import time

import pytest
from channels.db import database_sync_to_async

from chats import broadcasts, replies
from chats.consumers import conversation as door
from chats.models import Conversation, Membership, Message

pytestmark = pytest.mark.django_db(transaction=True)


@database_sync_to_async
def row(pk: int) -> Message:
    return Message.objects.get(pk=pk)


@database_sync_to_async
def share(pk: int) -> None:
    from django.utils import timezone

    Conversation.objects.filter(pk=pk).update(shared_at=timezone.now())


async def test_an_answer_streams_and_is_kept(team, alice, connect):
    socket = await connect(alice)
    accepted = await socket.ask_and_open("Hello there")
    assert (await socket.ended(accepted["reply"]))["status"] == "complete"
    reply = await row(accepted["reply"])
    assert "Sandbox" in reply.text
    assert await socket.text(reply.pk) == reply.text
    assert reply.usage["total_tokens"] > 0
    assert reply.request_id
    assert reply.first_token_at


async def test_a_frame_that_comes_twice_asks_once(team, alice, connect):
    socket = await connect(alice)
    first = await socket.ask("Hello", client_id="same")
    second = await socket.ask("Hello", client_id="same")
    assert (first["message"], first["reply"]) == (second["message"], second["reply"])
    await socket.ask("Hello", client_id="same", conversation=first["conversation"])
    assert await database_sync_to_async(Message.objects.count)() == 2


async def test_a_second_viewer_who_comes_late_gets_every_character_once(team, alice, bob, connect):
    asker = await connect(alice)
    accepted = await asker.ask_and_open("long answer 6000 [sandbox: tokens_per_s 300]")
    await share(accepted["conversation"])
    while len(await asker.text(accepted["reply"])) < 500:
        await asker.until("message.delta")
    late = await connect(bob)
    opened = await late.open(accepted["conversation"])
    assert opened["live"] == [accepted["reply"]]
    await late.ended(accepted["reply"])
    await asker.ended(accepted["reply"])
    text = (await row(accepted["reply"])).text
    assert len(text) > 1000
    assert await late.text(accepted["reply"]) == text
    assert await asker.text(accepted["reply"]) == text


async def test_the_reply_outlives_the_socket(team, alice, connect):
    socket = await connect(alice)
    accepted = await socket.ask_and_open("long answer 3000 [sandbox: tokens_per_s 400]")
    await socket.until("message.delta")
    await socket.communicator.disconnect()
    await replies.wait_for([accepted["reply"]])
    reply = await row(accepted["reply"])
    assert reply.status == "complete"
    assert len(reply.text) > 1000


@pytest.mark.parametrize("trouble", ["delay 30", "first_token 30", "stall after 5", "tokens_per_s 20"])
async def test_stop_ends_every_state_and_closes_the_upstream_within_a_second(team, alice, connect, sandbox, trouble):
    await asyncio.to_thread(sandbox.clear)
    socket = await connect(alice)
    accepted = await socket.ask_and_open(f"long answer 3000 [sandbox: {trouble}]")
    await asyncio.to_thread(sandbox.wait_for, lambda seen: seen and seen[-1]["state"] == "streaming")
    if "token" not in trouble and "delay" not in trouble:
        await socket.until("message.delta")
    pressed_at = time.time()
    await socket.send("reply.stop", message=accepted["reply"])
    assert (await socket.ended(accepted["reply"]))["status"] == "stopped"
    closed = await asyncio.to_thread(sandbox.wait_for, lambda seen: [e for e in seen if e["state"] == "client_closed"])
    assert closed[-1]["closed_by_client_at"] - pressed_at < 1.0


async def test_stop_while_the_model_thinks_keeps_the_thinking(team, alice, connect):
    socket = await connect(alice)
    asked = "think about this, long answer 3000 [sandbox: tokens_per_s 20]"
    accepted = await socket.ask_and_open(asked, parameters={"thinking": True})
    delta = await socket.until("message.delta")
    assert delta["ops"][0][1] == "reasoning"
    await socket.send("reply.stop", message=accepted["reply"])
    await socket.ended(accepted["reply"])
    reply = await row(accepted["reply"])
    assert (reply.status, reply.parts[0]["kind"]) == ("stopped", "reasoning")


async def test_stop_after_the_end_changes_nothing(team, alice, connect):
    socket = await connect(alice)
    accepted = await socket.ask_and_open("Hello")
    await socket.ended(accepted["reply"])
    await socket.send("reply.stop", message=accepted["reply"])
    await socket.send("ping", n=1)
    await socket.until("pong")
    assert (await row(accepted["reply"])).status == "complete"


async def test_a_question_sent_right_after_stop_is_answered(team, alice, connect):
    socket = await connect(alice)
    accepted = await socket.ask_and_open("long answer 3000 [sandbox: tokens_per_s 100]")
    await socket.until("message.delta")
    await socket.send("reply.stop", message=accepted["reply"])
    again = await socket.ask("And now?", conversation=accepted["conversation"], parent=accepted["reply"])
    assert (await socket.ended(again["reply"]))["status"] == "complete"
    assert (await row(accepted["reply"])).status == "stopped"


async def test_a_question_under_a_running_reply_is_refused_and_nothing_is_written(team, alice, connect):
    socket = await connect(alice)
    accepted = await socket.ask_and_open("long answer 3000 [sandbox: tokens_per_s 50]")
    await socket.send(
        "message.create",
        client_id="early",
        conversation=accepted["conversation"],
        parent=accepted["reply"],
        model="qwen3-max-preview",
        text="Too early",
    )
    refused = await socket.until("frame.refused", client_id="early")
    assert refused["error"]["code"] == "reply_running"
    assert await database_sync_to_async(Message.objects.count)() == 2


async def test_a_second_answer_stands_beside_the_first(team, alice, connect):
    socket = await connect(alice)
    accepted = await socket.ask_and_open("Hello")
    await socket.ended(accepted["reply"])
    await socket.send(
        "reply.create", client_id="redo", message=accepted["reply"], model="qwen2.5-omni-7b", parameters={}
    )
    again = await socket.until("message.accepted", client_id="redo")
    await socket.ended(again["reply"])
    first, second = await row(accepted["reply"]), await row(again["reply"])
    assert first.parent_id == second.parent_id
    assert first.text
    assert second.model == "qwen2.5-omni-7b"


async def test_a_cut_reply_keeps_its_text_and_goes_on_in_place(team, alice, connect):
    socket = await connect(alice)
    accepted = await socket.ask_and_open("long answer 2000 [sandbox: cut after 20]")
    assert (await socket.ended(accepted["reply"]))["status"] == "incomplete"
    cut = await row(accepted["reply"])
    assert cut.text
    assert cut.error["kind"] in ("incomplete", "connection", "upstream")
    await socket.send("reply.continue", client_id="on", message=accepted["reply"])
    await socket.until("message.accepted", client_id="on")
    await socket.ended(accepted["reply"])
    whole = await row(accepted["reply"])
    assert whole.text.startswith(cut.text)
    assert len(whole.text) > len(cut.text)


async def test_a_removed_member_stops_receiving_deltas(team, alice, bob, connect):
    asker, member = await connect(alice), await connect(bob)
    accepted = await asker.ask_and_open("long answer 20000 [sandbox: tokens_per_s 300]")
    await share(accepted["conversation"])
    await member.open(accepted["conversation"])
    await member.until("message.delta")

    @database_sync_to_async
    def remove() -> None:
        Membership.objects.filter(team=team, user=bob).delete()
        broadcasts.access_changed(user_id=bob.pk)

    await remove()
    await member.until("access.lost", conversation=accepted["conversation"])
    seen = len(member.frames)
    for _ in range(5):
        await asker.until("message.delta")
    assert await member.communicator.receive_nothing(timeout=0.2)
    assert len(member.frames) == seen


async def test_a_stranger_opens_nothing(team, alice, charlie, connect):
    asker, stranger = await connect(alice), await connect(charlie)
    accepted = await asker.ask_and_open("Hello")
    await stranger.send("conversation.open", conversation=accepted["conversation"])
    await stranger.until("access.lost", conversation=accepted["conversation"])
    await stranger.send("reply.peek", message=accepted["reply"], lengths=[])
    await stranger.send("ping", n=1)
    await stranger.until("pong", n=1)
    assert not [frame for frame in stranger.frames if frame["type"].startswith("message.")]


async def test_a_viewer_watches_but_neither_asks_nor_stops(team, alice, victor, connect):
    asker, viewer = await connect(alice), await connect(victor)
    accepted = await asker.ask_and_open("long answer 6000 [sandbox: tokens_per_s 300]")
    await share(accepted["conversation"])
    await viewer.open(accepted["conversation"])
    await viewer.until("message.delta")
    await viewer.send("reply.stop", message=accepted["reply"])
    await viewer.send(
        "message.create", client_id="v", conversation=accepted["conversation"], parent=None, model="gpt-4o", text="Hi"
    )
    assert (await viewer.until("frame.refused", client_id="v"))["error"]["code"] == "no_access"
    assert (await asker.ended(accepted["reply"]))["status"] == "complete"


async def test_a_browser_far_behind_gets_a_resync_instead_of_all_it_missed(team, alice, connect, monkeypatch):
    monkeypatch.setattr(door, "BEHIND_BYTES", 2_000)
    monkeypatch.setattr(door, "CAUGHT_UP_BYTES", 1_000)
    socket = await connect(alice)
    accepted = await socket.ask_and_open("long answer 8000 [sandbox: tokens_per_s 2000]")
    await socket.ended(accepted["reply"])
    deltas = sum(len(op[3]) for f in socket.frames if f["type"] == "message.delta" for op in f["ops"])
    assert deltas < len((await row(accepted["reply"])).text)
    await socket.send("ack", bytes=10_000_000)
    await socket.until("resync")


async def test_a_reply_whose_writer_died_is_interrupted_on_reading(team, alice, connect):
    socket = await connect(alice)
    accepted = await socket.ask_and_open("Hello")
    await socket.ended(accepted["reply"])

    @database_sync_to_async
    def as_if_killed() -> None:
        from django.utils import timezone

        long_ago = timezone.now() - timezone.timedelta(seconds=replies.interruptions.SILENT_S + 1)
        Message.objects.filter(pk=accepted["reply"]).update(status="streaming", heartbeat_at=long_ago)

    await as_if_killed()
    opened = await socket.open(accepted["conversation"], {str(accepted["reply"]): [0]})
    assert opened["live"] == []
    assert (await row(accepted["reply"])).status == "interrupted"


async def test_a_server_that_goes_keeps_all_text_and_says_interrupted(team, alice, connect):
    socket = await connect(alice)
    accepted = await socket.ask_and_open("long answer 6000 [sandbox: tokens_per_s 200]")
    while len(await socket.text(accepted["reply"])) < 300:
        await socket.until("message.delta")
    await replies.shutdown()
    reply = await row(accepted["reply"])
    assert reply.status == "interrupted"
    assert len(reply.text) >= 300


async def test_a_reply_is_saved_at_most_twice_a_second(team, alice, connect, monkeypatch):
    from chats.replies import checkpoints

    writes: list[tuple[float, int]] = []
    real = checkpoints._write

    def counted(rows):
        writes.extend((time.monotonic(), row["claim"].message_id) for row in rows)
        return real(rows)

    monkeypatch.setattr(checkpoints, "_write", counted)
    socket = await connect(alice)
    accepted = await socket.ask_and_open("long answer 4000 [sandbox: tokens_per_s 300]")
    await socket.ended(accepted["reply"])
    assert len(writes) >= 2, "premise: it was long enough to be saved on the way"
    gaps = [later[0] - earlier[0] for earlier, later in zip(writes, writes[1:], strict=False)]
    assert min(gaps) >= 0.45


async def test_people_see_who_is_here(team, alice, bob, connect):
    one = await connect(alice)
    accepted = await one.ask_and_open("Hello")
    await share(accepted["conversation"])
    two = await connect(bob)
    await two.open(accepted["conversation"])
    here = {"type": "presence"}
    while len(here.get("people", [])) < 2:
        here = await one.until("presence")
    assert {person["id"] for person in here["people"]} == {alice.pk, bob.pk}
    await two.send("conversation.close", conversation=accepted["conversation"])
    while len(here["people"]) != 1:
        here = await one.until("presence")


async def test_200_stops_with_a_question_right_behind_lose_nothing(team, alice, connect):
    socket = await connect(alice)
    accepted = await socket.ask_and_open("long answer 900 [sandbox: tokens_per_s 50]")
    for _ in range(200):
        await socket.send("reply.stop", message=accepted["reply"])
        accepted = await socket.ask(
            "long answer 900 [sandbox: tokens_per_s 50]",
            conversation=accepted["conversation"],
            parent=accepted["reply"],
        )
    await socket.send("reply.stop", message=accepted["reply"])
    await socket.ended(accepted["reply"])
    await asyncio.wait_for(replies.wait_for(list(replies.live)), 10)

    @database_sync_to_async
    def states() -> set[str]:
        return set(Message.objects.filter(role="assistant").values_list("status", flat=True))

    assert await states() == {"stopped"}
    assert await database_sync_to_async(Message.objects.count)() == 402


async def becomes(pk: int, status: str) -> None:
    async with asyncio.timeout(10):
        while True:
            if (await row(pk)).status == status:
                return
            await asyncio.sleep(0.01)


async def test_two_tabs_that_go_on_at_once_leave_one_writer_and_stop_reaches_it(team, alice, connect, monkeypatch):
    kept = asyncio.Event()
    monkeypatch.setattr("chats.replies.wire.Wire.keep", lambda _wire: kept.wait())
    monkeypatch.setattr("chats.replies.prompts.GO_ON", "A long answer of 400 words [sandbox: pace 20]")
    tabs = [await connect(alice), await connect(alice)]
    accepted = await tabs[0].ask_and_open("A long answer of 400 words [sandbox: pace 20]")
    pk = accepted["reply"]
    await tabs[0].until("message.delta", message=pk)
    await tabs[0].send("reply.stop", message=pk)
    assert (await tabs[0].ended(pk))["status"] == "stopped"
    for tab in tabs:  # the old writer is not gone yet: both wait for it
        await tab.send("reply.continue", client_id="go", message=pk)
    await becomes(pk, "queued")
    kept.set()
    for tab in tabs:
        await tab.until("message.accepted", client_id="go")
    await tabs[0].until("message.delta", message=pk)
    await becomes(pk, "streaming")
    await tabs[0].send("reply.stop", message=pk)
    while (ended := await tabs[0].ended(pk))["status"] != "stopped":
        pass
    assert ended["status"] == (await row(pk)).status == "stopped"
