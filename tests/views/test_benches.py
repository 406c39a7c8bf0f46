"""Runs of the benches: paid once, kept whatever happens to the page, told plainly when they failed."""

import asyncio
import csv
import gzip
import io
import json
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.test import AsyncClient
from django.utils import timezone

from chats import catalog
from chats.benches import files, running
from chats.gateway import client as gateway
from chats.models import BenchRun, Exchange
from tests.gateway.upstream import Upstream, answers, refuses

pytestmark = pytest.mark.django_db(transaction=True)
EMBED = {"texts": ["A cat", "A dog"], "models": ["text-embedding-3-small"]}
RANK = {"query": "Which?", "documents": ["A lamp", "A moon"], "model": "any-ranker"}


def told(payload: dict):
    return answers(json.dumps(payload).encode(), content_type="application/json")


def vectors(*found: list[float]):
    data = [{"index": place, "embedding": vector} for place, vector in enumerate(found)]
    return told({"data": data, "usage": {"prompt_tokens": 4, "total_tokens": 4}})


@pytest.fixture
async def alices(team, alice):
    alices = AsyncClient()
    await alices.aforce_login(alice)
    yield alices
    await gateway.close()


@pytest.fixture
def ask(alices, settings):
    async def ask(upstream: Upstream, kind: str, payload: dict, client_id: str = "one"):
        settings.SANDBOX_URL, settings.GATEWAY_API_KEY = upstream.url, ""
        body = json.dumps(payload | {"client_id": client_id})
        return await alices.post(f"/benches/{kind}/", body, content_type="application/json")

    return ask


async def page(client: AsyncClient, path: str) -> str:
    return (await client.get(path)).content.decode()


async def test_the_row_stands_before_the_call_and_the_vectors_after_it(ask, alices):
    seen = []

    async def look(answering):
        seen.append(await asyncio.to_thread(lambda: BenchRun.objects.get().state))
        await vectors([0.5, 0.25], [1.0, -0.5])(answering)

    async with Upstream(look) as upstream:
        answer = (await ask(upstream, "embeddings", EMBED)).json()
        assert upstream.requests[0].json["input"] == EMBED["texts"]
    assert seen == ["running"]
    assert answer["state"] == "done"
    run = await BenchRun.objects.aget()
    assert [(m["dimensions"], m["tokens"]) for m in run.outcome["models"]] == [(2, 4)]
    lists = await alices.get(f"{answer['url']}lists/")
    stored = json.loads(gzip.decompress(lists.content))
    assert [list(files.unpack(vector)) for vector in stored["models"][0]["vectors"]] == [[0.5, 0.25], [1.0, -0.5]]
    assert await Exchange.objects.filter(bench_run=run, label="embeddings", status=200).acount() == 1
    rows = list(csv.reader(io.StringIO((await alices.get(f"/benches/runs/{run.pk}.csv")).content.decode("utf-8-sig"))))
    assert rows[0] == ["model", "number", "text", "norm", "d1", "d2"]
    assert rows[2] == ["text-embedding-3-small", "2", "A dog", "1.118034", "1", "-0.5"]
    whole = json.loads((await alices.get(f"/benches/runs/{run.pk}.json")).content)
    assert whole["texts"] == EMBED["texts"]
    assert whole["models"] == [
        {"model": "text-embedding-3-small", "dimensions": 2, "vectors": [[0.5, 0.25], [1.0, -0.5]]}
    ]


async def test_the_same_client_id_is_paid_once_however_often_it_comes(ask):
    async with Upstream(vectors([1.0], [0.0])) as upstream:
        twice = await asyncio.gather(ask(upstream, "embeddings", EMBED), ask(upstream, "embeddings", EMBED))
        later = await ask(upstream, "embeddings", EMBED)
        assert len({answer.json()["id"] for answer in (*twice, later)}) == 1
        assert len(upstream.requests) == 1
        await ask(upstream, "embeddings", EMBED, "two")
        assert len(upstream.requests) == 2


@pytest.mark.parametrize("kind", ["embeddings", "rerank", "search", "functions"])
async def test_a_team_that_cannot_be_is_refused(alices, kind):
    for team in ("9" * 5000, "9" * 19, 10**30, 10**18, -1, True, 1.5, [1], {"a": 1}, "x", "²"):
        body = json.dumps(EMBED | RANK | {"q": "x", "name": "f", "client_id": "one", "team": team})
        answer = await alices.post(f"/benches/{kind}/", body, content_type="application/json")
        assert answer.status_code == 403, team


@pytest.mark.parametrize("kind", ["embeddings", "rerank", "search"])
async def test_a_client_id_that_cannot_be_kept_is_refused(alices, kind):
    for told in ("\ud800", "a\0", "", "x" * 65, 7, ["x"], None):
        body = json.dumps(EMBED | RANK | {"q": "x", "client_id": told})
        answer = await alices.post(f"/benches/{kind}/", body, content_type="application/json")
        assert answer.status_code == 400, told


async def test_a_run_goes_on_when_its_page_is_left(ask):
    go_on = asyncio.Event()

    async def slow(answering):
        await go_on.wait()
        await vectors([1.0], [0.0])(answering)

    async with Upstream(slow) as upstream:
        asking = asyncio.create_task(ask(upstream, "embeddings", EMBED))
        await upstream.request()
        asking.cancel()
        await asyncio.wait([asking])
        (task,) = running.live.values()
        go_on.set()
        await task
    assert (await BenchRun.objects.aget()).state == "done"


async def test_a_run_without_its_process_says_that_it_may_have_been_charged(alices, team, alice):
    old, fresh = ({"beat_at": (timezone.now() - timedelta(seconds=s)).isoformat()} for s in (60, 5))
    name = files.save(team.pk, {"texts": ["A cat"]})
    common = {"team": team, "author": alice, "kind": "embeddings", "file": name, "asked": {"models": ["m"], "count": 1}}
    dead = await BenchRun.objects.acreate(client_id="dead", outcome=old, **common)
    alive = await BenchRun.objects.acreate(client_id="alive", outcome=fresh, **common)
    shown = await page(alices, f"/benches/runs/{dead.pk}/")
    assert "Broke off." in shown
    assert "may have been charged" in shown
    assert "data-again" in shown
    assert "A cat" in shown  # to be run again
    assert 'data-state="running"' in await page(alices, f"/benches/runs/{alive.pk}/")
    assert [run.state async for run in BenchRun.objects.order_by("pk")] == ["failed", "running"]


WRONG = [
    ({"dimensions": 3}, vectors([1.0, 2.0], [2.0, 1.0]), "3 dimensions were asked for, and vectors of 2 came."),
    ({}, vectors([1.0, 2.0], [2.0]), "different lengths (1, 2)"),
    ({}, refuses(403, "budget_exceeded", "none left"), "none left"),
]


@pytest.mark.parametrize(("asked", "script", "words"), WRONG)
async def test_what_came_wrong_is_told_and_the_texts_stay(ask, alices, asked, script, words):
    async with Upstream(script) as upstream:
        answer = (await ask(upstream, "embeddings", EMBED | asked)).json()
    assert answer["state"] == "failed"
    shown = await page(alices, answer["url"])
    assert words in shown
    assert "A cat\nA dog</textarea>" in shown


async def test_one_model_that_fails_does_not_take_the_other_with_it(ask, alices):
    async def by_model(answering):
        script = vectors([1.0], [0.5]) if answering.request.json["model"] == "good" else refuses(400, "no", "not mine")
        await script(answering)

    async with Upstream(by_model) as upstream:
        answer = (await ask(upstream, "embeddings", EMBED | {"models": ["bad", "good"]})).json()
    assert answer["state"] == "done"
    shown = await page(alices, answer["url"])
    assert "not mine" in shown
    assert "vector-views" in shown


async def test_ranks_and_results_are_shown_in_their_order(ask, alices):
    ranked = {"results": [{"index": 1, "relevance_score": 0.9}, {"index": 0, "relevance_score": -0.2}]}
    organic = [{"title": "Channels", "link": "https://a.example/x", "snippet": "<b>fast</b>", "position": 1}]
    async with Upstream(told(ranked), told({"success": True, "data": {"credits": 1, "organic": organic}})) as upstream:
        ranks = await page(alices, (await ask(upstream, "rerank", RANK)).json()["url"])
        found = await page(alices, (await ask(upstream, "search", {"q": "x", "method": "GET"}, "two")).json()["url"])
        assert upstream.requests[1].path == "/v1/serper/search?q=x"
    ranks = ranks[ranks.index("bench-ranks") :]
    assert ranks.index("A moon") < ranks.index("A lamp")
    assert 'href="https://a.example/x" target="_blank" rel="noopener' in found
    assert "&lt;b&gt;fast" in found


async def test_a_deleted_run_is_gone_for_all_and_comes_back_only_to_its_author(ask, alices, bob):
    bobs = AsyncClient()
    await bobs.aforce_login(bob)
    async with Upstream(vectors([1.0], [0.0])) as upstream:
        url = (await ask(upstream, "embeddings", EMBED)).json()["url"]
    assert (await bobs.get(url)).status_code == 200
    assert (await bobs.delete(url)).status_code == 404
    assert (await alices.delete(url)).status_code == 204
    assert {(await one.get(url)).status_code for one in (alices, bobs)} == {404}
    assert (await bobs.post(f"{url}restore/")).status_code == 404
    assert (await alices.post(f"{url}restore/")).status_code == 204
    assert (await bobs.get(url)).status_code == 200


async def test_a_run_whose_file_is_gone_says_so(ask, alices):
    async with Upstream(vectors([1.0], [0.0])) as upstream:
        url = (await ask(upstream, "embeddings", EMBED)).json()["url"]
    default_storage.delete((await BenchRun.objects.aget()).file)
    assert "is gone" in await page(alices, url)
    assert (await alices.get(f"{url}lists/")).status_code == 404


async def test_a_csv_file_is_read_and_not_kept(alices):
    answer = await alices.post("/benches/csv/", b"id,text\n1,A cat\n", content_type="text/csv")
    assert answer.json()["columns"][1] == {"name": "text", "count": 1, "texts": ["A cat"]}
    assert not await BenchRun.objects.aexists()


async def test_each_model_that_never_answers_leads_to_its_bench(alices):
    found = {}
    for spec in catalog.listed():
        if spec.is_bench:
            answer = await alices.get(f"/?model={spec.model}", follow=True)
            found[spec.kind] = (answer.status_code, answer.redirect_chain[0][0].split("?")[0])
    assert found == {
        "embedding": (200, "/benches/embeddings/"),
        "search": (200, "/benches/search/"),
        "formulas": (200, "/benches/functions/"),
    }
    assert (await alices.get("/?model=gpt-4o")).status_code == 200
