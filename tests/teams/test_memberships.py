"""Who may change whose role, who may leave, and that what is taken away is gone at once."""

import threading

import pytest
from django.db import connections
from django.urls import reverse

from chats import broadcasts, memberships
from chats.models import Conversation, Invitation, Membership, Preference, Role, Team

pytestmark = pytest.mark.django_db


def door(name: str, *args) -> str:
    return reverse(f"chats:{name}", args=args)


def announced(callbacks) -> set[int]:
    """Whose open sockets were told to ask anew what they may see."""
    return {call.keywords["user_id"] for call in callbacks if call.func is broadcasts.access_changed}


def test_an_owner_gives_every_role(client, team, alice, bob, seat):
    client.force_login(alice)
    for role in Role:
        client.post(door("team_member", team.pk, seat(bob).pk), {"role": role})
        assert seat(bob).role == role


def test_an_admin_gives_every_role_but_owner(client, team, ann, bob, seat):
    client.force_login(ann)
    for role in (Role.VIEWER, Role.ADMIN):
        client.post(door("team_member", team.pk, seat(bob).pk), {"role": role})
        assert seat(bob).role == role
    page = client.post(door("team_member", team.pk, seat(bob).pk), {"role": Role.OWNER}, follow=True)
    assert seat(bob).role == Role.ADMIN
    assert "Your role does not allow this." in page.content.decode()


def test_an_admin_does_not_reach_an_owner(client, team, ann, alice, seat):
    client.force_login(ann)
    assert client.post(door("team_member", team.pk, seat(alice).pk), {"role": Role.VIEWER}).status_code == 404
    assert client.post(door("team_removal", team.pk, seat(alice).pk)).status_code == 404
    assert seat(alice).role == Role.OWNER


def test_an_unknown_role_is_refused(client, team, alice, bob, seat):
    client.force_login(alice)
    assert client.post(door("team_member", team.pk, seat(bob).pk), {"role": "king"}).status_code == 400
    assert seat(bob).role == Role.MEMBER


def test_the_last_owner_cannot_leave(client, team, alice, seat):
    client.force_login(alice)
    page = client.post(door("team_removal", team.pk, seat(alice).pk), follow=True)
    assert "A team needs an owner" in page.content.decode()
    assert seat(alice).role == Role.OWNER


def test_the_last_owner_cannot_step_down(client, team, alice, seat):
    client.force_login(alice)
    client.post(door("team_member", team.pk, seat(alice).pk), {"role": Role.MEMBER})
    assert seat(alice).role == Role.OWNER


def test_an_owner_leaves_when_there_is_another(client, team, alice, bob, seat):
    Membership.objects.filter(user=bob).update(role=Role.OWNER)
    client.force_login(alice)
    response = client.post(door("team_removal", team.pk, seat(alice).pk))
    assert response["Location"] == "/teams/"
    assert seat(alice) is None


def test_ownership_is_handed_over_in_one_step(client, team, alice, bob, seat):
    client.force_login(alice)
    client.post(door("team_ownership", team.pk), {"member": seat(bob).pk})
    assert (seat(bob).role, seat(alice).role) == (Role.OWNER, Role.ADMIN)


def test_nobody_hands_a_team_to_themselves_or_to_a_stranger(client, team, alice, charlie, seat):
    client.force_login(alice)
    client.post(door("team_ownership", team.pk), {"member": seat(alice).pk})
    elsewhere = Membership.objects.create(team=Team.objects.create(name="Other"), user=charlie, role=Role.OWNER)
    assert client.post(door("team_ownership", team.pk), {"member": elsewhere.pk}).status_code == 404
    assert seat(alice).role == Role.OWNER


def test_only_an_owner_hands_the_team_over(client, team, ann, bob, seat):
    client.force_login(ann)
    assert client.post(door("team_ownership", team.pk), {"member": seat(bob).pk}).status_code == 404


def test_a_member_leaves_but_removes_nobody(client, team, bob, victor, seat):
    client.force_login(bob)
    assert client.post(door("team_removal", team.pk, seat(victor).pk)).status_code == 404
    assert client.post(door("team_removal", team.pk, seat(bob).pk)).status_code == 302
    assert seat(victor)
    assert seat(bob) is None


@pytest.mark.parametrize("change", ["removed", "left", "downgraded"])
def test_whoever_loses_access_is_told_at_once(
    client, team, alice, bob, seat, change, django_capture_on_commit_callbacks
):
    client.force_login(bob if change == "left" else alice)
    with django_capture_on_commit_callbacks() as callbacks:
        if change == "downgraded":
            client.post(door("team_member", team.pk, seat(bob).pk), {"role": Role.VIEWER})
        else:
            client.post(door("team_removal", team.pk, seat(bob).pk))
    assert announced(callbacks) == {bob.pk}


def test_a_handover_is_told_to_both(team, alice, bob, seat, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        memberships.transfer(team, by=alice, to=seat(bob))
    assert announced(callbacks) == {alice.pk, bob.pk}


def test_a_refused_change_tells_nobody(team, alice, seat, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks, pytest.raises(memberships.LastOwner):
        memberships.remove(seat(alice), by=alice)
    assert announced(callbacks) == set()


def test_a_removed_member_sees_no_conversation_of_the_team(team, alice, bob, seat):
    Conversation.objects.create(team=team, author=bob, client_id="1")
    assert Conversation.objects.visible_to(bob).count() == 1
    memberships.remove(seat(bob), by=alice)
    assert Conversation.objects.visible_to(bob).count() == 0


@pytest.mark.parametrize("change", ["removed", "downgraded"])
def test_links_made_by_somebody_who_lost_the_right_die_with_it(client, team, alice, ann, seat, invite, change):
    _, path = invite(author=ann)
    invite(author=alice)
    if change == "removed":
        memberships.remove(seat(ann), by=alice)
    else:
        memberships.change_role(seat(ann), Role.MEMBER, by=alice)
    assert [one.author for one in Invitation.objects.open()] == [alice]
    assert client.get(path).status_code == 410


def test_a_right_lost_a_moment_ago_no_longer_counts(team, alice, ann, bob, seat):
    """The view looked before the change; the step itself looks again, behind the team's lock."""
    target = Membership.objects.kept_by(ann).get(user=bob)
    memberships.change_role(seat(ann), Role.MEMBER, by=alice)
    with pytest.raises(memberships.NotAllowed):
        memberships.change_role(target, Role.VIEWER, by=ann)
    with pytest.raises(memberships.NotAllowed):
        memberships.remove(target, by=ann)
    assert seat(bob).role == Role.MEMBER


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_leave_at_once_leave_one_behind(team, alice, bob):
    Membership.objects.filter(user=bob).update(role=Role.OWNER)
    line = threading.Barrier(2)
    ends = []

    def leave(user) -> None:
        line.wait()
        try:
            memberships.remove(Membership.objects.get(team=team, user=user), by=user)
            ends.append("left")
        except memberships.LastOwner:
            ends.append("stayed")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=leave, args=(user,)) for user in (alice, bob)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(ends) == ["left", "stayed"]
    assert Membership.objects.filter(team=team, role=Role.OWNER).count() == 1


@pytest.mark.services
def test_two_owners_who_leave_at_once_leave_one_behind_on_postgresql(on_postgresql):
    on_postgresql(f"{__file__}::test_two_owners_who_leave_at_once_leave_one_behind")


def test_who_keeps_a_team_makes_another_and_owns_it(client, team, alice):
    client.force_login(alice)
    response = client.post("/teams/", {"name": "Solo"})
    solo = Team.objects.get(name="Solo")
    assert response["Location"] == f"/teams/{solo.pk}/"
    assert Membership.objects.get(team=solo, user=alice).role == Role.OWNER
    assert Team.objects.current_for(alice) == solo


def test_who_keeps_no_team_cannot_spend_the_sites_key_through_a_new_one(client, team, bob, victor, charlie):
    for person in (bob, victor, charlie):
        client.force_login(person)
        assert client.post("/teams/", {"name": "Mine"}).status_code == 404
        assert "Make the team" not in client.get("/teams/").content.decode()
    assert not Team.objects.filter(name="Mine").exists()


def test_a_person_switches_between_teams(client, team, bob):
    second = Team.objects.create(name="Second")
    Membership.objects.create(team=second, user=bob, role=Role.MEMBER)
    assert Team.objects.current_for(bob) == team
    client.force_login(bob)
    assert client.post(door("team_enter", second.pk))["Location"] == "/"
    assert Team.objects.current_for(bob) == second


def test_nobody_enters_a_team_of_others(client, team, charlie):
    client.force_login(charlie)
    assert client.post(door("team_enter", team.pk)).status_code == 404
    assert Team.objects.current_for(charlie) is None


def test_a_removed_member_falls_back_to_a_team_of_theirs(team, alice, bob, seat):
    second = Team.objects.create(name="Second")
    Membership.objects.create(team=second, user=bob, role=Role.MEMBER)
    Preference.objects.create(user=bob, team=team)
    assert Team.objects.current_for(bob) == team
    memberships.remove(seat(bob), by=alice)
    assert Team.objects.current_for(bob) == second


def test_the_team_in_view_costs_one_query(team, bob, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert Team.objects.current_for(bob) == team


def test_keepers_rename_the_team_and_others_do_not(client, team, ann, bob):
    for user, status in ((bob, 404), (ann, 302)):
        client.force_login(user)
        assert client.post(door("team", team.pk), {"name": f"By {user}"}).status_code == status
    team.refresh_from_db()
    assert team.name == "By ann"


def test_members_read_who_is_in_the_team_without_addresses(client, team, ann, bob):
    client.force_login(bob)
    page = client.get(door("team", team.pk)).content.decode()
    assert "alice" in page
    assert "alice@example.com" not in page
    client.force_login(ann)
    assert "alice@example.com" in client.get(door("team", team.pk)).content.decode()


def test_a_team_offers_to_be_entered_while_another_is_in_view(client, team, bob):
    second = Team.objects.create(name="Second")
    Membership.objects.create(team=second, user=bob, role=Role.MEMBER)
    client.force_login(bob)
    assert "Go to this team" not in client.get(door("team", team.pk)).content.decode()
    assert "Go to this team" in client.get(door("team", second.pk)).content.decode()
