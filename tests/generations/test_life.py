"""Every way through the states of a generation, each paid for once."""

import datetime
import io

import pytest
from django.utils import timezone
from PIL import Image

from chats import branches, exchanges, generations, replies
from chats.generations import claims, submitting
from chats.generations.claims import Claim
from chats.models import Attachment, Exchange, Generation, Message

from .conftest import FILM, PICTURE, SLOW_PICTURE, fresh, lapse

State = Generation.State
pytestmark = pytest.mark.xdist_group("generations")


def test_a_film_goes_through_its_states_and_lands_in_its_message(runner):
    (made,) = runner.ask("waves at night [sandbox: tiny]", parameters={"duration": 5})
    assert (made.state, made.kind, made.task) == (State.QUEUED, "video", "text-to-video")
    assert made.price_key
    ended = runner.ended(made)
    assert (ended.state, ended.error) == (State.SUCCEEDED, None)
    assert ended.remote_id
    result = ended.results.get()
    assert (result.attachment.kind, result.attachment.state) == ("video", "ready")
    assert result.attachment.file.name.startswith("generations/")
    assert result.attachment.poster
    message = Message.objects.get(pk=made.message_id)
    assert message.status == "complete"
    assert list(message.attachments.all()) == [result.attachment]
    assert runner.submits("waves at night") == 1


def test_a_picture_that_comes_at_once_is_stored_once(runner):
    (made,) = runner.ask("a paper boat [sandbox: tiny]", PICTURE)
    ended = runner.ended(made)
    assert ended.state == State.SUCCEEDED, ended.error
    picture = ended.results.get().attachment
    assert picture.kind == "image"
    with picture.file.open("rb") as file:
        assert Image.open(io.BytesIO(file.read())).size == (picture.width, picture.height)


def test_partial_pictures_are_shown_by_reference_and_forgotten_in_the_end(runner):
    (made,) = runner.ask("drawn in steps [sandbox: tiny]", PICTURE, parameters={"partial_images": 2})
    ended = runner.ended(made)
    assert (ended.state, ended.previews) == (State.SUCCEEDED, 2)
    assert ended.preview.name == ""
    assert ended.results.count() == 1


def test_a_world_has_a_page_to_visit_and_files_to_take(runner):
    (made,) = runner.ask("a walled garden [sandbox: tiny]", "Marble 0.1-plus")
    ended = runner.ended(made)
    assert ended.state == State.SUCCEEDED, ended.error
    results = {result.role: result for result in ended.results.select_related("attachment")}
    assert {"viewer", "splat", "mesh"} <= set(results)
    assert results["viewer"].url.startswith("http")
    assert results["viewer"].attachment is None
    assert results["mesh"].attachment.name.endswith(".glb")
    assert {result.attachment.state for role, result in results.items() if role != "viewer"} == {"ready"}


def test_a_film_behind_the_gateways_own_door_is_fetched_with_the_key(runner):
    (made,) = runner.ask("a kite [sandbox: tiny]", "sora-2")
    assert runner.ended(made).state == State.SUCCEEDED, fresh(made).error


def test_a_slow_picture_is_asked_after(runner):
    (made,) = runner.ask("a red barn [sandbox: tiny]", SLOW_PICTURE)
    assert runner.ended(made).state == State.SUCCEEDED
    assert fresh(made).polls > 0


def test_several_models_and_runs_stand_in_one_message_and_one_failing_leaves_the_others(runner):
    runs = (
        generations.Run(FILM, {}, 2),
        generations.Run(SLOW_PICTURE),
        generations.Run("kling-v3"),
    )
    made = runner.ask("a fox [sandbox: tiny]", runs=runs)
    assert [one.model for one in made] == [FILM, FILM, SLOW_PICTURE, "kling-v3"]
    generations.cancel(made[3])
    states = [runner.ended(one).state for one in made]
    assert states == [State.SUCCEEDED] * 3 + [State.CANCELLED]
    assert Message.objects.get(pk=made[0].message_id).status == "complete"


def test_an_answer_that_never_comes_may_have_been_charged_and_is_never_sent_again(runner):
    (made,) = runner.ask("lost words [sandbox: lose_submit tiny]")
    ended = runner.ended(made)
    assert ended.state == State.UNKNOWN
    lapse(made)
    generations.sweep()
    assert fresh(made).state == State.UNKNOWN
    assert runner.submits("lost words") == 1
    assert Message.objects.get(pk=made.message_id).status == "failed"


def test_a_refused_submit_has_failed(runner):
    (made,) = runner.ask("refused words [sandbox: status 400 code invalid_request]")
    ended = runner.ended(made)
    assert (ended.state, ended.error["status"]) == (State.FAILED, 400)
    assert runner.submits("refused words") == 0


def test_a_busy_gateway_is_asked_again_later(runner):
    (made,) = runner.ask("busy [sandbox: status 503 code model_not_found times 1]")
    again = runner.reaches(made, State.QUEUED) if fresh(made).faults else made
    runner.until(lambda: fresh(made).faults == 1)
    again = fresh(made)
    assert (again.state, again.sent_at) == (State.QUEUED, None)
    assert again.due_at > timezone.now()


def test_a_killed_submit_is_sent_later_if_nothing_was_sent_and_never_if_it_was(runner):
    (unsent,) = runner.ask("never sent [sandbox: tiny]")
    (sent,) = runner.ask("perhaps sent [sandbox: tiny]")
    for row in claims.take(10):
        submitting._prepared(Claim.of(row))
        if row.pk == sent.pk:
            submitting._mark_sent(Claim.of(row))
    for row in (unsent, sent):
        assert fresh(row).state == State.SUBMITTING
        lapse(row)
    assert runner.ended(sent).state == State.UNKNOWN
    assert runner.submits("perhaps sent") == 0
    assert runner.ended(unsent).state == State.SUCCEEDED
    assert runner.submits("never sent") == 1


def test_an_answer_that_comes_late_takes_the_doubt_away(runner):
    (made,) = runner.ask("heard too late [sandbox: slow_submit 1 tiny]")
    runner.until(lambda: fresh(made).sent_at)
    # Somebody else held the lease for lapsed.
    Generation.objects.filter(pk=made.pk).update(claim="", state=State.UNKNOWN, due_at=claims.NEVER)
    runner.until(lambda: fresh(made).remote_id)
    assert runner.ended(made).state == State.SUCCEEDED
    assert runner.submits("heard too late") == 1


def test_a_picture_that_comes_late_is_kept_all_the_same(runner):
    (made,) = runner.ask("painted too late [sandbox: slow_submit 1 tiny]", PICTURE)
    runner.until(lambda: fresh(made).sent_at)
    Generation.objects.filter(pk=made.pk).update(claim="", state=State.UNKNOWN, due_at=claims.NEVER)
    runner.until(lambda: fresh(made).state == State.SUCCEEDED)
    assert fresh(made).results.get().attachment.state == "ready"
    assert runner.submits("painted too late") == 1


def test_a_chat_model_among_the_runs_is_asked_once_as_well(runner):
    runner.gateway.clear()
    runs = (generations.Run("gemini-3-pro-image-preview"),)
    (made,) = runner.ask("drawn in a chat [sandbox: status 500 code do_request_failed]", runs=runs)
    assert runner.ended(made).state == State.UNKNOWN
    asked = [one for one in runner.gateway.requests() if "/chat/completions" in str(one)]
    assert len(asked) == 1
    (drawn,) = runner.ask("drawn in a chat", runs=runs)
    assert runner.ended(drawn).state == State.SUCCEEDED, fresh(drawn).error


def test_what_was_deleted_before_it_was_sent_is_never_bought(runner):
    (made,) = runner.ask("deleted in time [sandbox: tiny]")
    branches.delete(runner.user, Message.objects.get(pk=made.message_id).parent)
    assert fresh(made).state == State.CANCELLED
    (late,) = runner.ask("deleted while prepared [sandbox: tiny]")
    (row,) = claims.take(5)
    submitting._prepared(Claim.of(row))
    Message.objects.filter(pk=late.message_id).update(deleted_at=timezone.now())
    with pytest.raises(claims.Gone):
        submitting._mark_sent(Claim.of(row))
    assert runner.submits("deleted") == 0


def test_polls_that_fail_are_no_failure(runner):
    (made,) = runner.ask("weak line [sandbox: poll_fails 3 tiny]")
    ended = runner.ended(made)
    assert ended.state == State.SUCCEEDED
    assert runner.submits("weak line") == 1


def test_what_the_vendor_says_went_wrong_is_kept(runner):
    (made,) = runner.ask("bad [sandbox: fail The_model_fell_over tiny]")
    ended = runner.ended(made)
    assert ended.state == State.FAILED
    assert "The model fell over" in ended.error["message"]


def test_a_job_nobody_reports_on_expires_and_may_be_looked_at_again(runner):
    (made,) = runner.ask("stuck [sandbox: stuck tiny]")
    runner.reaches(made, *Generation.POLLED)
    Generation.objects.filter(pk=made.pk).update(deadline_at=timezone.now(), due_at=timezone.now(), claim="")
    ended = runner.ended(made)
    assert ended.state == State.EXPIRED
    assert ended.due_at - timezone.now() > datetime.timedelta(minutes=50)
    generations.check(ended)
    assert fresh(made).state == State.RUNNING
    assert Message.objects.get(pk=made.message_id).status == "generating"


def test_a_dead_link_is_tried_again_and_given_up_in_the_end(runner, settings):
    (lucky,) = runner.ask("twice dead [sandbox: dead_link 2 tiny]")
    assert runner.ended(lucky).state == State.SUCCEEDED
    settings.RESULT_PATIENCE_S = 0
    (unlucky,) = runner.ask("always dead [sandbox: dead_link tiny]")
    ended = runner.ended(unlucky)
    assert (ended.state, ended.error["code"]) == (State.FAILED, "result_lost")
    assert runner.submits("always dead") == 1


def test_bytes_of_another_kind_are_not_kept_as_the_result(runner, settings):
    settings.RESULT_PATIENCE_S = 0
    (made,) = runner.ask("a page instead [sandbox: wrong_bytes tiny]")
    assert runner.ended(made).state == State.FAILED
    assert not Attachment.objects.filter(state="ready").exists()


@pytest.mark.parametrize("moment", ["queued", "running"])
def test_cancel_stops_our_side(runner, moment):
    (made,) = runner.ask(f"cancelled {moment} [sandbox: stuck tiny]")
    if moment == "running":
        runner.reaches(made, *Generation.POLLED)
    generations.cancel(fresh(made))
    assert fresh(made).state == State.CANCELLED
    assert Message.objects.get(pk=made.message_id).status == "stopped"
    assert runner.submits(f"cancelled {moment}") == (1 if moment == "running" else 0)
    with pytest.raises(generations.NotNow):
        generations.cancel(fresh(made))


def test_cancel_during_the_submit_keeps_the_name_the_gateway_gave(runner):
    (made,) = runner.ask("cancelled while sent [sandbox: slow_submit 1 tiny]")
    runner.until(lambda: fresh(made).sent_at)
    generations.cancel(fresh(made))
    ended = runner.ended(made)
    assert ended.state == State.CANCELLED
    assert ended.remote_id


def test_a_resent_question_makes_no_second_job(runner):
    fields = {"client_id": "same", "model": FILM, "text": "asked just once [sandbox: tiny]"}
    first = replies.ask(runner.user, replies.Question(**fields))
    second = replies.ask(runner.user, replies.Question(**fields))
    assert second.reply.pk == first.reply.pk
    runner.ended(first.reply.generations.get())
    assert Generation.objects.count() == 1
    assert runner.submits("asked just once") == 1


def test_asking_again_makes_the_same_runs_beside_the_first(runner):
    runs = (generations.Run(FILM, {"duration": 8}, 2), generations.Run("kling-v3"))
    made = runner.ask("twice over [sandbox: tiny]", runs=runs)
    again = replies.ask_again(runner.user, "again", made[0].message_id, replies.Column(FILM))
    rows = again.reply.generations.order_by("position")
    assert [(row.model, row.parameters) for row in rows] == [(row.model, row.parameters) for row in made]
    assert again.reply.parent_id == Message.objects.get(pk=made[0].message_id).parent_id
    twice = replies.ask_again(runner.user, "again", made[0].message_id, replies.Column(FILM))
    assert twice.reply.pk == again.reply.pk
    assert Generation.objects.count() == 6


def test_again_pressed_twice_is_one_more_job(runner, client):
    (made,) = runner.ask("by the door [sandbox: tiny]", parameters={"duration": 8})
    client.force_login(runner.user)
    first, second = (client.post(f"/generations/{made.pk}/again/", {"client_id": "x"}) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert [(row.model, row.parameters) for row in Generation.objects.all()] == [(made.model, made.parameters)] * 2


def test_the_result_of_one_goes_into_the_next(runner):
    (picture,) = runner.ask("a still lake", SLOW_PICTURE)
    made = runner.ended(picture).results.get().attachment
    (film,) = runner.ask(
        "it ripples [sandbox: tiny]", "kling-v3", attachments=(made.pk,), roles={made.pk: "first_frame"}
    )
    assert film.task == "image-to-video"
    assert runner.ended(film).state == State.SUCCEEDED
    assert film.given.get().attachment == made
    assert made.used_by.get() == film


def test_the_claim_is_given_once(runner, settings):
    runner.ask("one of many", runs=(generations.Run(FILM, {}, 8),))
    first, second = claims.take(5), claims.take(5)
    assert len(first) == 5
    assert len(second) == 3
    assert not {row.pk for row in first} & {row.pk for row in second}


def test_the_paid_call_and_the_poll_that_told_its_end_are_kept(runner):
    (made,) = runner.ask("a kite over a lake [sandbox: tiny]")
    runner.ended(made)
    runner.until(lambda: Exchange.objects.filter(generation=made).count() == 2)
    submit, poll = Exchange.objects.filter(message=made.message_id).order_by("label").reverse()
    assert (submit.label, poll.label) == ("submit", "poll")
    assert "a kite over a lake" in exchanges.document(submit)["prompt"]
    assert b"".join(chunk.data for chunk in exchanges.chunks(poll)).startswith(b"{")


def test_a_body_written_by_hand_makes_another_result_beside_the_first(runner):
    (made,) = runner.ask("a kite [sandbox: tiny]")
    runner.ended(made)
    runner.until(lambda: Exchange.objects.filter(generation=made, label="submit"))
    body = exchanges.document(Exchange.objects.get(generation=made, label="submit"))
    body |= {"prompt": "a dragon [sandbox: tiny]", "made_up": [1]}
    asked = replies.ask_again(runner.user, "raw", made.message_id, replies.Column(""), raw=body)
    again = runner.ended(asked.reply.generations.get())
    assert again.state == State.SUCCEEDED, again.error
    assert runner.submits("a dragon") == 1
    runner.until(lambda: Exchange.objects.filter(generation=again, is_raw=True))
    assert exchanges.document(Exchange.objects.get(generation=again, label="submit"))["made_up"] == [1]


def test_a_body_written_by_hand_cannot_make_many(runner):
    (made,) = runner.ask("a kite [sandbox: tiny]")
    with pytest.raises(replies.Refused) as refused:
        replies.ask_again(
            runner.user, "raw", made.message_id, replies.Column(""), raw={"a": 1}, runs=(generations.Run(FILM, {}, 2),)
        )
    assert refused.value.code == "bad_run"
