"""A conversation and what each person keeps about it; every door starts at `visible_to(user)`."""

import datetime

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from .team import WRITERS, Membership, Role, Team

BIN_DAYS = 30


def _memberships(user, *roles):
    mine = Membership.objects.filter(team=OuterRef("team"), user_id=user.pk)
    return Exists(mine.filter(role__in=roles) if roles else mine)


class ConversationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """What `user` may read: their own and the shared ones of the teams they are in now."""
        seen = Q(author_id=user.pk) | Q(shared_at__isnull=False)
        return self.filter(seen, _memberships(user), deleted_at__isnull=True)

    def writable_by(self, user):
        """What `user` may continue, branch and rename: the same, unless they only view."""
        return self.visible_to(user).filter(_memberships(user, *WRITERS))

    def kept_by(self, user):
        """What `user` may share, archive and delete, deleted ones included so that undo works."""
        mine = Q(author_id=user.pk) & _memberships(user, *WRITERS)
        shared = Q(shared_at__isnull=False) & _memberships(user, Role.OWNER, Role.ADMIN)
        return self.filter(mine | shared)

    def listed_for(self, user):
        """Rows of the sidebar, newest first, with `is_unread` and `is_pinned`; no message body is touched.

        What others said before `user` joined is history, not news.
        """
        joined = Membership.objects.filter(team=OuterRef("team"), user_id=user.pk).values("created_at")[:1]
        is_news = Q(spoken_at__gt=F("joined_at")) | Q(shared_at__gt=F("joined_at"))
        marks = ConversationMark.objects.filter(conversation=OuterRef("pk"), user_id=user.pk)
        return (
            self.visible_to(user)
            .annotate(
                joined_at=joined,
                seen_at=marks.values("seen_at")[:1],
                is_pinned=Exists(marks.filter(pinned_at__isnull=False)),
            )
            .annotate(
                is_unread=models.Case(
                    models.When(Q(seen_at__isnull=True) & ~Q(author_id=user.pk) & is_news, then=True),
                    models.When(seen_at__lt=F("spoken_at"), then=True),
                    default=False,
                    output_field=models.BooleanField(),
                )
            )
            .order_by("-updated_at", "-pk")
        )

    def purge(self, days: int = BIN_DAYS) -> int:
        """Removes for good what was deleted `days` ago; messages go leaves first, for each holds its parent."""
        before = timezone.now() - datetime.timedelta(days=days)
        gone = list(Conversation.objects.filter(pk__in=self.filter(deleted_at__lt=before).values("pk")))
        for conversation in gone:
            conversation.messages.update(parent=None)
            conversation.delete()
        return len(gone)


class Conversation(models.Model):
    team = models.ForeignKey(Team, models.CASCADE, related_name="conversations")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="conversations")
    client_id = models.CharField(max_length=64)  # made in the browser: a resent first message finds its conversation
    title = models.CharField(max_length=200, blank=True, default="")
    is_title_manual = models.BooleanField(default=False)
    model = models.CharField(max_length=200, blank=True, default="")  # of the newest question
    shared_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)  # orders the list; a title never moves it
    spoken_at = models.DateTimeField(default=timezone.now)  # when somebody, or a model, last said something

    objects = ConversationQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["author", "client_id"], name="conversation_sent_once")]
        indexes = [
            models.Index(fields=["team", "-updated_at"], name="conversation_list"),
            models.Index(fields=["author", "-updated_at"], name="conversation_mine"),
            models.Index(
                fields=["team", "-updated_at"],
                name="conversation_shared",
                condition=models.Q(shared_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title or f"conversation {self.pk}"

    def get_absolute_url(self) -> str:
        return f"/c/{self.pk}/"


class ConversationMark(models.Model):
    """What one person keeps about one conversation."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="marks")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(null=True, blank=True)
    pinned_at = models.DateTimeField(null=True, blank=True)
    branches = models.JSONField(default=dict, blank=True)  # {parent message id or "root": chosen child id}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "user"], name="mark_once")]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.conversation_id}"
