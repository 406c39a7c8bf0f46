"""What people type into the pages about accounts and teams, checked; called by views and by allauth."""

import unicodedata

from allauth.account import forms as allauth
from allauth.socialaccount.forms import SignupForm
from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.validators import MaxLengthValidator, RegexValidator
from django.utils.translation import gettext_lazy as _

from .models import Role

NAME_CHARACTERS = 40

# "@" would let a name pass for somebody's address; control and direction marks would hide what it says.
_HIDDEN = r"\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
_printable = RegexValidator(rf"^[^@{_HIDDEN}]+$", _("A name has no @ and no hidden characters."))
NAME_VALIDATORS = [_printable, MaxLengthValidator(NAME_CHARACTERS)]


class NameField(forms.CharField):
    """What others see and what one signs in with; spaces inside are fine."""

    def __init__(self, **kwargs):
        kwargs.setdefault("max_length", NAME_CHARACTERS)
        kwargs.setdefault("validators", NAME_VALIDATORS)
        super().__init__(**kwargs)

    def to_python(self, value):
        return " ".join(unicodedata.normalize("NFC", super().to_python(value)).split())


class NewPasswordMixin:
    """Checks `password` against the site's rules, with the name and address beside it."""

    def clean(self):
        cleaned = super().clean()
        password = cleaned.get("password")
        if password:
            user = get_user_model()(username=cleaned.get("name", ""), email=cleaned.get("email") or "")
            try:
                validate_password(password, self.user or user)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned

    user = None


class FreeNameMixin:
    user = None

    def clean_name(self):
        name = self.cleaned_data["name"]
        others = get_user_model().objects.filter(username__iexact=name)
        if self.user is not None:
            others = others.exclude(pk=self.user.pk)
        if others.exists():
            raise forms.ValidationError(_("Somebody has this name already. Choose another one."))
        return name


def _new_password(label) -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        max_length=200,
        help_text=_("At least 8 characters."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


def _old_password(label) -> forms.CharField:
    return forms.CharField(
        label=label, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


def _email(**kwargs) -> forms.EmailField:
    widget = forms.EmailInput(attrs={"autocomplete": "email"})
    return forms.EmailField(label=_("E-mail"), widget=widget, **kwargs)


class StartForm(NewPasswordMixin, FreeNameMixin, forms.Form):
    name = NameField(label=_("Your name"), widget=forms.TextInput(attrs={"autocomplete": "username"}))
    password = _new_password(_("Password"))
    team = forms.CharField(
        label=_("Team"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )


class SignUpForm(NewPasswordMixin, FreeNameMixin, forms.Form):
    name = NameField(label=_("Your name"), widget=forms.TextInput(attrs={"autocomplete": "username"}))
    password = _new_password(_("Password"))
    email = _email(required=False, help_text=_("To reset your password if you forget it. You can add it later."))

    def clean_email(self):
        return free_email(self.cleaned_data["email"])


def free_email(email: str, user=None) -> str:
    """The address in the form we keep, if no other account has it."""
    email = email.lower()
    others = get_user_model().objects.filter(email=email)
    if email and (others.exclude(pk=user.pk) if user else others).exists():
        raise forms.ValidationError(_("Another account has this address. Choose another one."))
    return email


class SignInForm(allauth.LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.CharField(
            label=_("Name or e-mail"), widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True})
        )
        self.fields["password"] = _old_password(_("Password"))
        self.order_fields(["login", "password"])


class ResetForm(allauth.ResetPasswordForm):
    email = _email()

    def clean_email(self):
        email = super().clean_email()
        # Not through an address that somebody typed and never confirmed: it may be a stranger's.
        self.users = [user for user in self.users if user.email.lower() == email]
        return email


class NewPasswordForm(allauth.ResetPasswordKeyForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
        field = self.fields["password1"]
        field.label, field.help_text = _("New password"), _("At least 8 characters.")
        field.widget.attrs.pop("placeholder", None)


class SocialSignUpForm(SignupForm):
    """Only shown where the name or address that the provider tells is taken here."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"] = NameField(label=_("Your name"))
        self.fields["email"].label = _("E-mail")
        self.fields["email"].widget.attrs.pop("placeholder", None)


class TeamForm(forms.Form):
    name = forms.CharField(label=_("Name of the team"), max_length=80)


class InvitationForm(forms.Form):
    DAYS = [(1, _("1 day")), (7, _("7 days")), (30, _("30 days"))]

    email = _email(required=False, help_text=_("Leave it empty and pass on the link yourself."))
    role = forms.ChoiceField(label=_("Role"), initial=Role.MEMBER)
    days = forms.TypedChoiceField(label=_("Valid for"), choices=DAYS, coerce=int, initial=7)

    def __init__(self, *args, role: str, **kwargs):
        super().__init__(*args, **kwargs)
        given = [role for role in Role(role).may_give if role is not Role.OWNER]
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(role.value, role.label) for role in given]


class KeyForm(forms.Form):
    key = forms.RegexField(
        # Goes into an HTTP header as it is.
        r"^[\x21-\x7e]{8,400}$",
        label=_("Gateway key"),
        strip=True,
        error_messages={"invalid": _("A key has at least 8 letters, digits or signs and no spaces.")},
        # "off" is ignored for passwords; "new-password" keeps browsers from filling in the account's own.
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "spellcheck": "false"}),
    )


class ProfileForm(FreeNameMixin, forms.Form):
    name = NameField(
        label=_("Name"),
        help_text=_("Others see it, and you sign in with it."),
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    email = _email(required=False)

    def __init__(self, *args, user, **kwargs):
        self.user = user
        kwargs.setdefault("initial", {"name": user.username, "email": user.email})
        super().__init__(*args, **kwargs)

    def clean_email(self):
        return free_email(self.cleaned_data["email"], self.user)


class PasswordForm(NewPasswordMixin, forms.Form):
    old = _old_password(_("Current password"))
    password = _new_password(_("New password"))

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        if not user.has_usable_password():  # came through the company's sign-in
            del self.fields["old"]

    def clean_old(self):
        old = self.cleaned_data["old"]
        if not self.user.check_password(old):
            raise forms.ValidationError(_("This is not your current password."))
        return old


class PreferenceForm(forms.Form):
    THEMES = [("system", _("System")), ("light", _("Light")), ("dark", _("Dark"))]
    SEND_KEYS = [("enter", _("Enter sends")), ("mod-enter", _("Ctrl or ⌘ + Enter sends"))]

    theme = forms.ChoiceField(label=_("Theme"), choices=THEMES, widget=forms.RadioSelect)
    send_key = forms.ChoiceField(label=_("Send key"), choices=SEND_KEYS, widget=forms.RadioSelect)
    shortcuts = forms.BooleanField(label=_("Keyboard shortcuts"), required=False)
    sound = forms.BooleanField(label=_("Sound when a long answer is done"), required=False)
