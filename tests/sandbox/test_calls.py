"""Vectors, ranks, searches and Kimi's tools: the routes that answer at once."""

import base64
import json
import math
import struct

import openai
import pytest

from chats import catalog
from chats.gateway.sandbox import formula_tools

SMALL, LARGE = "text-embedding-3-small", "text-embedding-3-large"


def vectors(http, texts, model=SMALL, **fields):
    answer = http.post("/v1/embeddings", json={"model": model, "input": texts} | fields)
    assert answer.status_code == 200, answer.text
    return [row["embedding"] for row in answer.json()["data"]]


def cosine(one, other):
    return sum(a * b for a, b in zip(one, other, strict=True))


def test_texts_of_one_meaning_are_nearer_than_others_in_both_languages(http):
    dog, hund, stocks, misspelt = vectors(http, ["I love my dog", "我爱我的狗", "今天股市下跌", "I lvoe my dog"])
    assert cosine(dog, hund) > 0.6 > 0.3 > cosine(dog, stocks)
    assert cosine(dog, misspelt) > 0.5
    assert math.isclose(math.sqrt(cosine(dog, dog)), 1, abs_tol=1e-5)


@pytest.mark.parametrize(
    ("model", "fields", "size"), [(SMALL, {}, 1536), (LARGE, {}, 3072), (LARGE, {"dimensions": 7}, 7)]
)
def test_a_vector_has_the_models_size_or_the_asked_one_and_length_one(http, model, fields, size):
    (made,) = vectors(http, "Hello", model, **fields)
    assert len(made) == size
    assert math.isclose(cosine(made, made), 1, abs_tol=1e-5)


def test_base64_holds_the_same_numbers_as_float32(http):
    (plain,) = vectors(http, "Hello")
    (packed,) = vectors(http, "Hello", encoding_format="base64")
    assert struct.unpack("<1536f", base64.b64decode(packed)) == pytest.approx(plain, abs=1e-7)


def test_the_sdk_reads_vectors(sandbox):
    with openai.OpenAI(base_url=sandbox.url + "/v1", api_key="sandbox", max_retries=0) as client:
        answer = client.embeddings.create(model=SMALL, input=["a cat", "一只猫"], dimensions=256)
    assert [row.index for row in answer.data] == [0, 1]
    assert cosine(answer.data[0].embedding, answer.data[1].embedding) > 0.6
    assert answer.usage.prompt_tokens == answer.usage.total_tokens > 0


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"model": SMALL, "input": []}, "input is required"),
        ({"model": SMALL, "input": ["a", ""]}, "input is required"),
        ({"model": SMALL, "input": [[1, 2]]}, "takes texts"),
        ({"model": SMALL, "input": "a", "dimensions": 1537}, "between 1 and 1536"),
        ({"model": "text-embedding-ada-002", "input": "a", "dimensions": 8}, "does not support specifying"),
        ({"model": "text-embedding-v1", "input": ["a"] * 26}, "at most 25"),
        ({"model": SMALL, "input": "word " * 9000}, "maximum context length"),
        ({"model": SMALL, "input": "a", "encoding_format": "hex"}, "is not one of"),
        ({"input": "a"}, "model is required"),
    ],
)
def test_what_cannot_be_a_vector_is_refused(http, body, told):
    answer = http.post("/v1/embeddings", json=body)
    assert answer.status_code == 400
    assert told in answer.json()["error"]["message"]


def test_a_chat_model_makes_no_vectors(http):
    assert http.post("/v1/embeddings", json={"model": "gpt-4o", "input": "a"}).status_code == 500


def test_a_directive_in_a_text_is_obeyed(http):
    answer = http.post("/v1/embeddings", json={"model": SMALL, "input": ["a [sandbox: status 429]"]})
    assert answer.status_code == 429


def test_documents_are_ranked_by_what_they_say_about_the_query(http):
    documents = ["Stock prices fell.", "The panda eats bamboo.", {"text": "熊猫住在山里。"}]
    body = {"model": "bge-reranker-v2-m3", "query": "Where do pandas live?", "documents": documents}
    results = http.post("/v1/rerank", json=body | {"return_documents": True}).json()["results"]
    assert results[-1]["index"] == 0
    assert [row["relevance_score"] for row in results] == sorted((r["relevance_score"] for r in results), reverse=True)
    assert results[-1]["document"] == {"text": "Stock prices fell."}
    assert len(http.post("/v1/rerank", json=body | {"top_n": 1}).json()["results"]) == 1
    assert http.post("/v1/rerank", json=body | {"documents": []}).status_code == 400


def test_a_search_is_the_same_by_get_and_by_post(http):
    asked = {"q": "django channels", "gl": "us", "hl": "en", "num": 2}
    by_get, by_post = http.get("/v1/serper/search", params=asked), http.post("/v1/serper/search", json=asked)
    assert by_get.json() == by_post.json()
    found = by_get.json()["data"]["organic"]
    assert found[0]["title"].startswith("Django Channels")
    assert [row["position"] for row in found] == list(range(1, len(found) + 1))


def test_language_age_and_page_narrow_a_search(http):
    def links(**asked):
        return [row["link"] for row in http.get("/v1/serper/search", params=asked).json()["data"]["organic"] or []]

    assert all("/zh/" in link for link in links(q="Redis", hl="zh-cn"))
    assert links(q="Redis", tbs="qdr:w") == links(q="Redis") != []
    assert links(q="Redis", tbs="qdr:d") == []
    every = links(q="China", hl="en")
    assert links(q="China", hl="en", num=2, page=2) == every[2:4] != []
    assert links(q="xyzzy") == []


@pytest.mark.parametrize(
    ("path", "asked", "told"),
    [("/v1/bing/search", {"q": "a"}, "search engine not implemented"), ("/v1/serper/search", {}, "q is required")],
)
def test_errors_of_a_search_are_plain_sentences(http, path, asked, told):
    answer = http.get(path, params=asked)
    assert (answer.status_code, answer.json()) == (400, {"error": told})


def test_a_page_is_read_as_markdown(http):
    answer = http.post("/v1/jina/reader", json={"url": "https://sandbox.example/en/tea"}).json()
    assert answer["data"]["content"].startswith("# Tea: green")


FORMULAS = "/v1/formulas/moonshot"


def fiber(http, formula, name, **arguments):
    body = {"name": name, "arguments": json.dumps(arguments)}
    return http.post(f"{FORMULAS}/{formula}:latest/fibers", json=body).json()


def test_every_known_formula_declares_its_tools(http):
    for name in formula_tools.FORMULAS:
        declared = http.get(f"{FORMULAS}/{name}:latest/tools").json()
        assert declared["object"] == "list"
        assert all(tool["function"]["parameters"]["type"] == "object" for tool in declared["tools"])
    assert {f"moonshot/{name}" for name in formula_tools.FORMULAS} == set(
        catalog.get("kimi-formulas").options["formulas"]
    )
    assert http.get(f"{FORMULAS}/nothing:latest/tools").status_code == 404
    json_get = http.get(f"{FORMULAS}/date/tools", headers={"Content-Type": "application/json"})
    assert json_get.status_code == 400


@pytest.mark.parametrize(
    ("formula", "name", "arguments", "output"),
    [
        ("convert", "convert", {"value": 5, "from_unit": "km", "to_unit": "mi"}, "5 km = 3.10686 mi"),
        ("convert", "convert", {"value": 100, "from_unit": "°C", "to_unit": "°F"}, "100 °C = 212 °F"),
        ("code_runner", "code_runner", {"code": "print(sum(range(5)))"}, "10\n"),
        ("quickjs", "quickjs", {"code": "const a = [1,2]; console.log(a.length + Math.max(3, 4))"}, "6\n"),
        ("base64", "base64_encode", {"data": "猫"}, "54yr"),
        ("base64", "base64_decode", {"data": "54yr"}, "猫"),
        ("date", "date", {"operation": "between", "date": "2026-01-01", "other_date": "2026-03-01"}, "59 days"),
        ("excel", "excel", {"csv": "a,b\n1,x\n3,y"}, "2 rows, 2 columns: a, b\na: sum 4, mean 2, least 1, most 3"),
        ("memory", "memory", {"action": "store", "key": "k", "value": "v"}, "remembered 'k'"),
        ("random-choice", "random_choice", {"options": ["only"]}, "only"),
    ],
)
def test_a_fiber_does_the_work(http, formula, name, arguments, output):
    done = fiber(http, formula, name, **arguments)
    assert done["status"] == "succeeded"
    assert done["context"]["output"] == output
    assert done["context"]["input"] == json.dumps(arguments)


@pytest.mark.parametrize(
    ("formula", "name", "arguments"),
    [
        ("convert", "convert", {"value": 5, "from_unit": "km", "to_unit": "kg"}),
        ("convert", "convert", {"value": 5}),
        ("code_runner", "code_runner", {"code": "1/0"}),
        ("date", "nothing", {}),
    ],
)
def test_a_fiber_that_fails_says_why(http, formula, name, arguments):
    done = fiber(http, formula, name, **arguments)
    assert done["status"] == "failed"
    assert done["context"]["error"]


def test_a_search_by_formula_is_sealed(http):
    context = fiber(http, "web-search", "web_search", query="长城")["context"]
    assert "output" not in context
    assert context["encrypted_output"].startswith("----MOONSHOT ENCRYPTED BEGIN----")
    assert "sandbox.example" not in context["encrypted_output"]


def test_a_key_without_kimi_runs_no_formula(sandbox, http):
    headers = {"Authorization": "Bearer sandbox:gpt-4o"}
    assert http.get(f"{FORMULAS}/date:latest/tools", headers=headers).status_code == 403
