"""Google's own form for models of words, with the official SDK and by plain HTTP."""

import base64
import json
from io import BytesIO

import pytest
from google import genai
from google.genai import types
from PIL import Image, ImageDraw

from tests.sandbox.conftest import events
from tests.sandbox.media import film, picture

PRO, FLASH, NEWEST = "gemini-2.5-pro", "gemini-2.5-flash", "gemini-3-flash-preview"
THINKING = {"includeThoughts": True}
FORECAST = {
    "name": "get_weather",
    "description": "Get the weather of a city",
    "parameters": {"type": "OBJECT", "properties": {"city": {"type": "STRING"}}, "required": ["city"]},
}


@pytest.fixture(scope="module")
def client(sandbox):
    options = types.HttpOptions(base_url=sandbox.url)
    return genai.Client(api_key="sandbox", http_options=options)


def post(http, contents, model=FLASH, directives="", **body):
    contents = [said(contents)] if isinstance(contents, str) else contents
    path = f"/v1beta/models/{model}:generateContent"
    return http.post(path, json={"contents": contents} | body, headers={"X-Sandbox": directives})


def whole(http, contents, **fields):
    answer = post(http, contents, **fields)
    assert answer.status_code == 200, answer.text
    return answer.json()


def parts(body):
    return body["candidates"][0]["content"]["parts"]


def words(body):
    return "".join(part.get("text", "") for part in parts(body) if not part.get("thought"))


def stream(http, contents, model=FLASH, directives="", **body):
    contents = [said(contents)] if isinstance(contents, str) else contents
    path = f"/v1beta/models/{model}:streamGenerateContent?alt=sse"
    answer = http.post(path, json={"contents": contents} | body, headers={"X-Sandbox": directives})
    assert answer.status_code == 200, answer.text
    return events(answer.content)


def said(text):
    return {"role": "user", "parts": [{"text": text}]}


def inline(content, kind="image/png"):
    return {"inlineData": {"mimeType": kind, "data": base64.b64encode(content).decode()}}


def test_the_sdk_gets_a_whole_answer_with_thoughts_and_usage(client):
    config = types.GenerateContentConfig(
        system_instruction="Be brief.", thinking_config=types.ThinkingConfig(include_thoughts=True)
    )
    answer = client.models.generate_content(model=PRO, contents="Hello", config=config)
    assert answer.text.startswith("Sandbox: ")
    assert answer.candidates[0].finish_reason == types.FinishReason.STOP
    assert any(part.thought for part in answer.candidates[0].content.parts)
    usage = answer.usage_metadata
    assert usage.total_token_count == (
        usage.prompt_token_count + usage.candidates_token_count + usage.thoughts_token_count
    )


def test_the_sdks_stream_says_the_same_as_the_whole(client):
    config = types.GenerateContentConfig(thinking_config=types.ThinkingConfig(include_thoughts=True))
    answer = client.models.generate_content(model=NEWEST, contents="Hello", config=config)
    chunks = list(client.models.generate_content_stream(model=NEWEST, contents="Hello", config=config))
    assert "".join(chunk.text or "" for chunk in chunks) == answer.text
    assert chunks[-1].usage_metadata.total_token_count == answer.usage_metadata.total_token_count
    assert chunks[-1].candidates[0].content.parts[-1].thought_signature


def test_the_sdks_chat_carries_signatures_to_the_next_turn(client):
    chat = client.chats.create(model=NEWEST)
    assert chat.send_message("Hello").candidates[0].content.parts[-1].thought_signature
    assert "Hello" in chat.send_message("And now?").text


def test_the_sdk_calls_a_python_function_by_itself(client):
    asked = []

    def get_weather(city: str) -> str:
        """Get the weather of a city"""
        asked.append(city)
        return "17 degrees and dry"

    config = types.GenerateContentConfig(tools=[get_weather])
    answer = client.models.generate_content(model=NEWEST, contents="What is the weather in Paris?", config=config)
    assert asked == ["Paris"]
    assert "17 degrees and dry" in answer.text


def test_inline_media_are_measured(http):
    body = whole(http, [{"role": "user", "parts": [inline(picture("red")), {"text": "What is it?"}]}])
    assert "mostly **red**" in words(body)
    assert {row["modality"] for row in body["usageMetadata"]["promptTokensDetails"]} == {"TEXT", "IMAGE"}


def test_of_a_film_only_the_clip_is_told(http):
    shown = inline(film("red", "green", "blue"), "video/mp4")

    def told(**metadata):
        parts = [shown | {"videoMetadata": metadata}, {"text": "What happens?"}]
        return post(http, [{"role": "user", "parts": parts}])

    assert "**red → green → blue**" in words(told().json())
    clip = words(told(startOffset="1s", endOffset="2s").json())
    assert "runs **1 s**" in clip
    assert "**green**" in clip
    assert "→" not in clip
    assert told(startOffset="2s", endOffset="1s").status_code == 400
    assert told(startOffset="9s").status_code == 400
    sparse, dense = told(fps=1).json(), told(fps=10).json()
    assert sparse["usageMetadata"]["promptTokenCount"] < dense["usageMetadata"]["promptTokenCount"]


def test_thoughts_come_only_when_they_are_included_and_never_with_a_budget_of_nothing(http):
    def thoughts(**thinking):
        body = whole(http, "Hello", generationConfig={"thinkingConfig": thinking})
        return [part for part in parts(body) if part.get("thought")], body["usageMetadata"].get("thoughtsTokenCount")

    shown, counted = thoughts(includeThoughts=True)
    assert shown
    assert counted
    assert thoughts() == ([], counted)
    assert thoughts(includeThoughts=True, thinkingBudget=0) == ([], None)


@pytest.mark.parametrize(
    ("model", "body", "told"),
    [
        (PRO, {"generationConfig": {"thinkingConfig": {"thinkingBudget": 0}}}, "budget 0 is invalid"),
        (
            NEWEST,
            {"generationConfig": {"thinkingConfig": {"thinkingBudget": 1, "thinkingLevel": "low"}}},
            "only one of",
        ),
        (FLASH, {"tools": [{"googleSearch": {}}, {"functionDeclarations": [FORECAST]}]}, "is unsupported"),
        (FLASH, {"contents": []}, "contents is required"),
        (FLASH, {"contents": [{"role": "user", "parts": [{"file_data": {}}]}]}, "required oneof field"),
        (FLASH, {"contents": [{"role": "user", "parts": []}]}, "must not be empty"),
        (FLASH, {"contents": [{"role": "bot", "parts": [{"text": "Hi"}]}]}, "valid role"),
    ],
)
def test_what_google_refuses_comes_in_the_gateways_envelope(http, model, body, told):
    answer = http.post(f"/v1beta/models/{model}:generateContent", json={"contents": [said("Hi")]} | body)
    assert answer.status_code == 400
    assert told in answer.json()["error"]["message"]


def called(http, model=NEWEST, text="What is the weather in Paris?"):
    """The question, the model's turn with a call, and what answers it."""
    tools = [{"functionDeclarations": [FORECAST]}]
    turn = whole(http, text, model=model, tools=tools)["candidates"][0]["content"]
    call = next(part["functionCall"] for part in turn["parts"] if "functionCall" in part)
    assert (call["name"], call["args"]) == ("get_weather", {"city": "Paris"})
    response = {"id": call["id"], "name": call["name"], "response": {"result": "sunny"}}
    return [said(text), turn, {"role": "user", "parts": [{"functionResponse": response}]}], {
        "model": model,
        "tools": tools,
    }


def test_a_function_loop_needs_the_signature_as_it_came(http):
    contents, fields = called(http)
    assert "sunny" in words(whole(http, contents, **fields))
    signed = next(part for part in contents[1]["parts"] if "functionCall" in part)
    for signature in ("AAAA", None, "skip_thought_signature_validator"):
        signed["thoughtSignature"] = signature
        refused = post(http, contents, **fields)
        assert refused.status_code == (200 if signature and signature.startswith("skip") else 400), signature
    contents, fields = called(http)
    contents[1]["parts"][-1]["functionCall"]["name"] = "get_time"
    contents[2]["parts"][0]["functionResponse"]["name"] = "get_time"
    assert "signature" in post(http, contents, **fields).json()["error"]["message"]


def test_older_models_need_no_signature_but_check_one_that_comes(http):
    contents, fields = called(http, FLASH)
    signed = next(part for part in contents[1]["parts"] if "functionCall" in part)
    assert signed.pop("thoughtSignature")
    assert post(http, contents, **fields).status_code == 200
    signed["thoughtSignature"] = "AAAA"
    assert post(http, contents, **fields).status_code == 400


def test_a_call_without_its_response_is_refused(http):
    contents, fields = called(http)
    assert post(http, [*contents[:2], said("Well?")], **fields).status_code == 400


def test_words_of_a_stream_go_back_joined_under_one_signature(http):
    chunks = stream(http, "Hello", model=NEWEST)
    came = [part for chunk in chunks for part in parts(chunk)]
    turn = {"role": "model", "parts": [{"text": "".join(p["text"] for p in came if not p.get("thought"))}]}
    turn["parts"][0]["thoughtSignature"] = came[-1]["thoughtSignature"]
    contents = [said("Hello"), turn, said("And now?")]
    assert post(http, contents, model=NEWEST).status_code == 200
    turn["parts"][0]["text"] += "!"
    assert post(http, contents, model=NEWEST).status_code == 400


def test_sources_are_placed_by_bytes(http):
    body = whole(http, "搜索一下长城有多长", tools=[{"googleSearch": {}}])
    grounding = body["candidates"][0]["groundingMetadata"]
    assert grounding["webSearchQueries"]
    raw = words(body).encode()
    for support in grounding["groundingSupports"]:
        segment = support["segment"]
        assert raw[segment["startIndex"] : segment["endIndex"]].decode() == segment["text"]
        assert all(index < len(grounding["groundingChunks"]) for index in support["groundingChunkIndices"])
    assert grounding["groundingSupports"]
    assert grounding["groundingChunks"][0]["web"]["uri"] == "https://sandbox.example/zh/great-wall"


def test_code_is_really_run_and_a_plot_is_a_picture(http):
    tools = [{"codeExecution": {}}]
    run = parts(whole(http, "What is 123 to the power of 21?", tools=tools))
    code = next(part["executableCode"] for part in run if "executableCode" in part)
    outcome = next(part["codeExecutionResult"] for part in run if "codeExecutionResult" in part)
    assert code == {"language": "PYTHON", "code": "print(123**21)"}
    assert outcome == {"outcome": "OUTCOME_OK", "output": f"{123**21}\n"}
    plot = next(part["inlineData"] for part in parts(whole(http, "plot x^2", tools=tools)) if "inlineData" in part)
    assert base64.b64decode(plot["data"]).startswith(b"\x89PNG")
    failed = parts(whole(http, "```python\n1/0\n```", tools=tools))
    assert any(part.get("codeExecutionResult", {}).get("outcome") == "OUTCOME_FAILED" for part in failed)


def test_a_named_address_is_opened(http):
    text = "What says https://sandbox.example/en/tea and https://sandbox.example/en/nothing ?"
    candidate = whole(http, text, tools=[{"urlContext": {}}])["candidates"][0]
    statuses = [row["urlRetrievalStatus"] for row in candidate["urlContextMetadata"]["urlMetadata"]]
    assert statuses == ["URL_RETRIEVAL_STATUS_SUCCESS", "URL_RETRIEVAL_STATUS_ERROR"]
    assert "Camellia sinensis" in "".join(part["text"] for part in candidate["content"]["parts"] if "text" in part)


def test_a_browser_is_steered_step_by_step_and_a_risky_step_wants_a_persons_word(http):
    model, tools = "gemini-2.5-computer-use-preview-10-2025", [{"computerUse": {"environment": "ENVIRONMENT_BROWSER"}}]
    contents, names = [said("Buy green tea")], []
    drawn = BytesIO()
    shown = Image.new("RGB", (1440, 900), "white")
    ImageDraw.Draw(shown).rectangle((1296, 90, 1439, 179), fill="#20a040")
    shown.save(drawn, "PNG")
    for _ in range(3):
        turn = whole(http, contents, model=model, tools=tools)["candidates"][0]["content"]
        call = next(part["functionCall"] for part in turn["parts"] if "functionCall" in part)
        names.append(call["name"])
        screenshot = [inline(drawn.getvalue())]
        response = {"name": call["name"], "response": {"url": "https://a.example"}, "parts": screenshot}
        contents += [turn, {"role": "user", "parts": [{"functionResponse": response}]}]
    assert names == ["open_web_browser", "click_at", "type_text_at"]
    assert (call["args"]["x"], call["args"]["y"]) == pytest.approx((950, 150), abs=15)
    assert call["args"]["safety_decision"]["decision"] == "require_confirmation"
    assert post(http, contents, model=model, tools=tools).status_code == 400
    response["response"]["safety_acknowledgement"] = "true"
    assert not any("functionCall" in part for part in parts(whole(http, contents, model=model, tools=tools)))


def test_things_are_pointed_at_where_they_are(http):
    drawn = Image.new("RGB", (400, 200), "white")
    ImageDraw.Draw(drawn).rectangle((300, 20, 379, 59), fill="#2040d8")
    ImageDraw.Draw(drawn).rectangle((40, 100, 119, 179), fill="#d82020")
    content = BytesIO()
    drawn.save(content, "PNG")
    shown = inline(content.getvalue())

    def told(text):
        body = whole(http, [{"role": "user", "parts": [shown, {"text": text}]}], model="gemini-robotics-er-1.5-preview")
        return json.loads(words(body).removeprefix("```json").removesuffix("```"))

    (box,) = told("Give the box_2d of the blue thing")
    assert box["label"] == "blue"
    assert box["box_2d"] == pytest.approx([100, 750, 300, 950], abs=25)
    points = told("Point to every thing, [y, x]")
    assert [one["label"] for one in points] == ["red", "blue"]
    assert points[0]["point"] == pytest.approx([700, 200], abs=25)


@pytest.mark.parametrize("reason", ["SAFETY", "PROHIBITED_CONTENT", "JAILBREAK"])
def test_a_blocked_prompt_has_no_candidates(http, reason):
    body = whole(http, "Hi", directives=f"block={reason}")
    assert body["promptFeedback"]["blockReason"] == reason
    assert "candidates" not in body
    (chunk,) = stream(http, f"Hi [sandbox: block {reason}]")
    assert chunk["promptFeedback"]["blockReason"] == reason


@pytest.mark.parametrize("reason", ["SAFETY", "RECITATION", "MALFORMED_FUNCTION_CALL"])
def test_an_answer_can_be_broken_off(http, reason):
    every = words(whole(http, "Hi"))
    body = whole(http, "Hi", directives=f"finish={reason}")
    assert body["candidates"][0]["finishReason"] == reason
    assert every.startswith(words(body))
    assert words(body) != every
    assert any(rating.get("blocked") for rating in body["candidates"][0]["safetyRatings"])


def test_limits_and_forms_of_the_answer_are_honoured(http):
    short = whole(http, "Hi", generationConfig={"maxOutputTokens": 3})
    assert short["candidates"][0]["finishReason"] == "MAX_TOKENS"
    schema = {"type": "OBJECT", "properties": {"city": {"type": "STRING"}, "n": {"type": "INTEGER"}}}
    config = {"responseMimeType": "application/json", "responseSchema": schema}
    assert json.loads(words(whole(http, "Rome", generationConfig=config))) == {"city": "Rome", "n": 1}


def test_directives_reach_the_stream(http):
    assert not any("finishReason" in chunk["candidates"][0] for chunk in stream(http, "Hi", directives="no_finish"))
    assert post(http, "Hi", directives="status=429").status_code == 429


ODD = (True, 7, 1.5, "word", ["a"], [[]], {"a": 1}, [{"name": 7}])


@pytest.mark.parametrize("field", ["systemInstruction", "generationConfig", "tools", "toolConfig"])
def test_values_of_the_wrong_type_are_read_or_refused_but_never_an_accident(http, field):
    assert {post(http, "think", **{field: value}).status_code for value in ODD} <= {200, 400}


@pytest.mark.parametrize(
    "name", ["text", "inlineData", "fileData", "functionCall", "functionResponse", "thoughtSignature"]
)
def test_odd_parts_are_refused_or_read_as_well(http, name):
    for role in ("user", "model"):
        statuses = {post(http, [{"role": role, "parts": [{name: odd}]}]).status_code for odd in ODD}
        assert statuses <= {200, 400}
