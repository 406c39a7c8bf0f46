"""What stands around every page: the list, the theme, the policy, and what a swap leaves out."""

import re

import pytest
from django.template.loader import render_to_string

from chats.models import Conversation, Membership, Preference, Team


def page(client, user, path="/", **headers) -> str:
    client.force_login(user)
    return client.get(path, headers=headers).content.decode()


def test_the_list_comes_with_the_page(client, alice, team):
    Conversation.objects.create(team=team, author=alice, client_id="a", title="Here at once")
    assert "Here at once" in page(client, alice)


def test_a_swap_brings_neither_list_nor_scripts(client, alice, team):
    Conversation.objects.create(team=team, author=alice, client_id="a", title="Here already")
    html = page(client, alice, **{"X-Swap": "1"})
    assert 'id="main"' in html
    assert 'name="csrf"' in html
    assert 'id="preferences"' in html
    for left_out in ("Here already", "importmap", "app-sidebar", "stylesheet", "<search-dialog"):
        assert left_out not in html, left_out


def test_every_inline_script_is_data_or_carries_the_policys_nonce(client, alice, team):
    client.force_login(alice)
    answer = client.get("/")
    nonce = re.search(r"script-src [^;]*'nonce-([^']+)'", answer["Content-Security-Policy"])[1]
    html = answer.content.decode()
    scripts = re.findall(r"<script([^>]*)>", html)
    assert len(scripts) >= 4
    for attributes in scripts:
        is_data = 'type="application/json"' in attributes
        assert is_data or "src=" in attributes or f'nonce="{nonce}"' in attributes, attributes
    assert not re.search(r"<[^>]+\s(?:style|on[a-z]+)=", html)


def test_a_chosen_theme_is_in_the_first_bytes(client, alice, team):
    assert "data-theme" not in page(client, alice).split(">")[1]
    Preference.objects.keep(alice, theme="dark")
    assert '<html lang="en" data-theme="dark">' in page(client, alice)
    client.cookies["theme"] = "light"  # chosen in this browser since
    assert '<html lang="en" data-theme="light">' in page(client, alice)
    client.cookies["theme"] = '"><script>'
    assert '<html lang="en">' in page(client, alice)


def test_the_language_is_named_as_browsers_name_it(client, alice, team):
    client.cookies["django_language"] = "zh-hans"
    assert '<html lang="zh-Hans">' in page(client, alice)


def test_the_list_is_of_the_team_in_view_even_beside_a_page_of_another(client, alice, team):
    Conversation.objects.create(team=team, author=alice, client_id="a", title="Film business")
    other = Team.objects.create(name="Letterpress")
    Membership.objects.create(team=other, user=alice, role="member")
    theirs = Conversation.objects.create(team=other, author=alice, client_id="b", title="Type business")
    html = page(client, alice, f"/c/{theirs.pk}/")
    assert '<h1 class="title-text truncate">Type business</h1>' in html
    assert "Film business" in html
    assert "Actions for Type business" not in html


def test_the_bar_offers_what_a_role_may_do(client, alice, bob, victor, team):
    shared = Conversation.objects.create(team=team, author=alice, client_id="a", title="x", shared_at=team.created_at)
    bars = {
        user.username: page(client, user, f"/c/{shared.pk}/").split('<header class="bar">')[1]
        for user in (alice, bob, victor)
    }
    bars = {name: html.split("</header>")[0] for name, html in bars.items()}
    assert ['data-do="unshare"' in bars[name] for name in ("alice", "bob", "victor")] == [True, False, False]
    assert ['aria-label="Rename"' in bars[name] for name in ("alice", "bob", "victor")] == [True, True, False]


@pytest.mark.parametrize("name", ["403.html", "404.html", "500.html"])
def test_error_pages_need_nothing_that_may_be_broken(name):
    """Django renders 500.html without a request, and the database may be what broke."""
    html = render_to_string(name)
    assert "<h1>" in html
    assert 'href="/"' in html


def test_a_page_that_is_not_there_says_so(client, alice, team):
    client.force_login(alice)
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert "This page is not here" in answer.content.decode()
