"""How long the list takes beside 10,000 conversations, one with very large messages; prints milliseconds of CPU.

Run by hand: `python -m bench.history [conversations]`; on a throw-away SQLite file, or the database of DATABASE_URL.
"""

import datetime
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable

COUNT = 10_000
TIMES = 30


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("DATA_DIR", folder)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        measure(count)


def measure(count: int) -> None:
    from chats import histories

    alice, team = seed(count)
    middle = histories.list_page(alice, team, "mine").before
    for _ in range(count // histories.PAGE // 4):
        middle = histories.list_page(alice, team, "mine", middle).before or middle
    print_time("mine, first page", lambda: histories.list_page(alice, team, "mine"))
    print_time("mine, in the middle", lambda: histories.list_page(alice, team, "mine", middle))
    print_time("team, first page", lambda: histories.list_page(alice, team, "team"))
    print_time("search, a word that is rare", lambda: histories.list_page(alice, team, query=f"title {count - 3}"))
    print_time("search, Chinese", lambda: histories.list_page(alice, team, query="会议"))
    print_time("team, where hardly any is shared", lambda: rarely(alice, team))
    print_time("one row", lambda: histories.row(alice, team, alice.conversations.first().pk))


def rarely(alice, team) -> object:
    from chats import histories
    from chats.models import Conversation

    shared = Conversation.objects.filter(team=team, shared_at__isnull=False)
    if shared.count() > 50:
        shared.exclude(pk__in=list(shared.order_by("pk").values_list("pk", flat=True)[:30])).update(shared_at=None)
    return histories.list_page(alice, team, "team")


def seed(count: int):
    from django.contrib.auth import get_user_model
    from django.utils import timezone

    from chats.models import Conversation, Membership, Message, Role, Team

    users = get_user_model().objects
    alice, bob = (users.create_user(f"{name} {time.time()}") for name in ("alice", "bob"))
    team = Team.objects.create(name="Film club")
    Membership.objects.bulk_create(
        [Membership(team=team, user=alice, role=Role.OWNER), Membership(team=team, user=bob, role=Role.MEMBER)]
    )
    now = timezone.now()
    rows = []
    for n in range(count):
        at = now - datetime.timedelta(minutes=n)
        title = f"会议 {n}" if n % 7 == 0 else f"a title {n}"
        author, shared_at = (alice, None) if n % 3 else (bob, now if n % 2 else None)
        moments = {"created_at": at, "updated_at": at, "spoken_at": at, "shared_at": shared_at}
        rows.append(Conversation(team=team, author=author, client_id=str(n), title=title, **moments))
    made = Conversation.objects.bulk_create(rows, batch_size=500)
    large = [{"kind": "text", "text": "long " * 20_000}]
    messages = [
        Message(conversation=made[1], role="user", author=alice, client_id=str(n), parts=large) for n in range(500)
    ]
    messages += [Message(conversation=c, role="user", author=alice, client_id="q") for c in made for _ in range(1)]
    Message.objects.bulk_create(messages, batch_size=100)
    return alice, team


def print_time(name: str, act: Callable[[], object]) -> None:
    times = []
    for _ in range(TIMES):
        began = time.process_time()  # of this process: what else runs on the machine does not count
        act()
        times.append((time.process_time() - began) * 1000)
    sys.stdout.write(f"{name:32} p50 {statistics.median(times):7.1f} ms   slowest {max(times):7.1f} ms\n")


if __name__ == "__main__":
    main()
