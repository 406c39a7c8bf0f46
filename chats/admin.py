"""A look at the rows for whoever runs the site: read only, no key, no message, and no private conversation."""

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from .models import Conversation, Membership, Team

# Our own page signs in: it has the rate limits, and the company's sign-in.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
for model in (EmailAddress, SocialAccount, SocialApp, SocialToken, Group, get_user_model()):
    admin.site.unregister(model)


class Reading:
    """Nothing is made, changed or deleted here; `fields` names all that is shown."""

    def has_add_permission(self, request, obj=None) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


class MembershipInline(Reading, admin.TabularInline):
    model = Membership
    fields = ("user", "role", "created_at")
    extra = 0


@admin.register(get_user_model())
class UserAdmin(Reading, admin.ModelAdmin):
    list_display = fields = ("username", "email", "is_active", "is_staff", "date_joined", "last_login")
    search_fields = ("username", "email")


@admin.register(Team)
class TeamAdmin(Reading, admin.ModelAdmin):
    list_display = fields = ("name", "has_gateway_key", "created_at")
    search_fields = ("name",)
    inlines = (MembershipInline,)

    @admin.display(boolean=True)
    def has_gateway_key(self, team: Team) -> bool:
        return team.has_gateway_key


@admin.register(Conversation)
class ConversationAdmin(Reading, admin.ModelAdmin):
    list_display = fields = ("title", "team", "author", "model", "shared_at", "updated_at")
    list_select_related = ("team", "author")

    def get_queryset(self, request):
        return super().get_queryset(request).filter(shared_at__isnull=False)
