"""The frame that draws what a model wrote: without rights of its own, whoever opens it."""

import re


def test_the_frame_has_its_own_policy_and_no_origin(client):
    answer = client.get("/frames/diagram/")
    policy = answer["Content-Security-Policy"]
    nonce = re.search(r"script-src 'nonce-([\w-]+)' 'strict-dynamic'", policy)[1]
    assert policy.startswith("sandbox allow-scripts; default-src 'none';")
    assert "allow-same-origin" not in policy
    assert "connect-src" not in policy
    assert f'nonce="{nonce}"' in answer.content.decode()
    assert "X-Frame-Options" not in answer


def test_each_answer_has_a_nonce_of_its_own(client):
    policies = {client.get("/frames/diagram/")["Content-Security-Policy"] for _ in range(3)}
    assert len(policies) == 3


def test_other_pages_keep_the_strict_policy(client, db):
    policy = client.get("/accounts/login/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "strict-dynamic" not in policy


def test_nothing_can_be_sent_to_it(client):
    assert client.post("/frames/diagram/", {"source": "x"}).status_code == 405
