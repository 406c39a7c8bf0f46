"""The table of tests/test_access_matrix.py: every door, and who gets through it."""

import re
from dataclasses import dataclass, field
from typing import Any

from django.urls import resolve

ROLES = ("owner", "admin", "member", "viewer", "removed", "stranger", "anonymous")

# ok: through · no: 404, as if it were not there · in: sent to sign in · 403, 410 …: told so
EVERYBODY = "ok     ok     ok     ok     ok     ok     ok"
SIGNED_IN = "ok     ok     ok     ok     ok     ok     in"
TEAM = "     ok     ok     ok     ok     no     no     in"
WRITERS = "  ok     ok     ok     no     no     no     in"
KEEPERS = "  ok     ok     no     no     no     no     in"
OWNERS = "   ok     no     no     no     no     no     in"
NOBODY = "   no     no     no     no     no     no     no"


@dataclass(frozen=True)
class Door:
    """`path` and `body` name things of the World in braces; `expected` has a word for each of ROLES, in their order."""

    method: str
    path: str
    expected: str
    body: dict[str, str] = field(default_factory=dict)
    json: dict[str, Any] | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def route(self) -> str:
        """The pattern behind the path."""
        plain = re.sub(r"{(\w*)}", lambda found: "x" if "token" in found[1] else "1", self.path.split("?")[0])
        return resolve(plain).route


NO_TEAM = "   ok     ok     ok     ok     403    ok     in"  # whoever was removed is in no team at all
LISTED = "    ok     ok     ok     ok     no     ok     in"
# What another member keeps to themselves: alice owns the team and the conversation; the others do not see it.
HERS = "      ok     no     no     no     no     no     in"
JSON_HERS = "   ok     no     no     no     no     no     401"
JSON_TEAM = "   ok     ok     ok     ok     no     no     401"
FILE_TEAM = "   ok     ok     ok     ok     no     no     no"
FILE_HERS = "   ok     no     no     no     no     no     no"

ENDED = "     409    409    409    no     no     no     in"
ENDED_HERS = "409    no     no     no     no     no     in"

NOBODY_SIGNED_IN = "no no no no no no in"
WIRE_FORMS = ("", "sent/", "sent.json", "received/", "received.json", "snippet/", "replay/")

UPLOAD = {"name": "a.png", "size_bytes": 3}
REPAIR = {"repair": "shrink", "model": "gpt-4o"}

UNREAD = "400   400    400    403    403    400    in"  # nothing is asked, so nothing is charged
FUNCTIONS = {"name": "A", "functions": [{"name": "f", "parameters": {"type": "object"}}]}

DOORS = [
    # Accounts, open to all by nature; whoever is signed in is sent on from the sign-in page.
    Door("GET", "/accounts/login/", EVERYBODY),
    Door("POST", "/accounts/login/", EVERYBODY, {"login": "x", "password": "y"}),
    Door("GET", "/accounts/logout/", EVERYBODY),
    Door("POST", "/accounts/logout/", EVERYBODY),
    Door("GET", "/accounts/inactive/", EVERYBODY),
    Door("GET", "/accounts/signup/", EVERYBODY),
    Door("GET", "/accounts/password/reset/", EVERYBODY),
    Door("POST", "/accounts/password/reset/", EVERYBODY, {"email": "nobody@example.com"}),
    Door("GET", "/accounts/password/reset/done/", EVERYBODY),
    Door("GET", "/accounts/password/reset/key/1-abc/", EVERYBODY),
    Door("GET", "/accounts/password/change/", EVERYBODY),
    Door("GET", "/accounts/email/", EVERYBODY),
    Door("GET", "/accounts/confirm-email/abc/", EVERYBODY),
    Door("GET", "/accounts/oidc/sso/login/", NOBODY),
    Door("POST", "/accounts/oidc/sso/login/", NOBODY),  # no provider is set here; test_company_sign_in.py has one
    Door("GET", "/accounts/oidc/sso/login/callback/", NOBODY),
    Door("GET", "/accounts/oidc/signup/", EVERYBODY),
    Door("GET", "/accounts/oidc/cancelled/", EVERYBODY),
    Door("GET", "/accounts/oidc/connections/", EVERYBODY),
    Door("GET", "/start/{start_token}/", "410 410 410 410 410 410 410"),
    Door("POST", "/start/{start_token}/", "410 410 410 410 410 410 410", {"name": "Eve"}),
    Door("GET", "/healthz", EVERYBODY),
    # A person's own settings.
    Door("GET", "/settings/", SIGNED_IN),
    Door("GET", "/settings/profile/", SIGNED_IN),
    Door("POST", "/settings/profile/", SIGNED_IN, {"name": "New name", "email": ""}),
    Door("GET", "/settings/password/", SIGNED_IN),
    Door("POST", "/settings/password/", SIGNED_IN, {"old": "correct horse", "password": "another long one"}),
    Door("POST", "/settings/preferences/", SIGNED_IN, {"theme": "dark", "send_key": "enter"}),
    Door("POST", "/settings/connection/removal/", SIGNED_IN),
    Door("POST", "/settings/language/", EVERYBODY, {"language": "en"}),
    Door("POST", "/settings/theme/", EVERYBODY, {"theme": "dark"}),
    # Teams.
    Door("GET", "/teams/", SIGNED_IN),
    Door("POST", "/teams/", "ok     ok     no     no     no     ok     in", {"name": "Another"}),
    Door("GET", "/teams/{team}/", TEAM),
    Door("POST", "/teams/{team}/", KEEPERS, {"name": "Renamed"}),
    Door("POST", "/teams/{team}/enter/", TEAM),
    Door("POST", "/teams/{team}/members/{bob}/", KEEPERS, {"role": "viewer"}),
    Door("POST", "/teams/{team}/members/{second_owner}/", OWNERS, {"role": "viewer"}),
    Door("POST", "/teams/{team}/members/{bob}/removal/", "ok ok ok no no no in"),
    Door("POST", "/teams/{team}/members/{victor}/removal/", "ok ok no ok no no in"),
    Door("POST", "/teams/{team}/members/{second_owner}/removal/", OWNERS),
    Door("POST", "/teams/{other_team}/members/{bob}/removal/", "no no no no no no in"),
    Door("POST", "/teams/{team}/ownership/", OWNERS, {"member": "{bob}"}),
    Door("GET", "/teams/{team}/invitations/", KEEPERS),
    Door("POST", "/teams/{team}/invitations/", KEEPERS, {"role": "member", "days": "7"}),
    Door("POST", "/teams/{team}/invitations/{invitation}/revocation/", KEEPERS),
    Door("POST", "/teams/{team}/key/", KEEPERS, {"key": "a-key-that-is-long-enough", "unchecked": "1"}),
    Door("POST", "/teams/{team}/key/removal/", KEEPERS),
    Door("GET", "/invitations/{token}/", EVERYBODY),
    Door("POST", "/invitations/{token}/", EVERYBODY, {"name": "Dora", "password": "a rather long one"}),
    Door("GET", "/invitations/{spent_token}/", "410 410 410 410 410 410 410"),
    Door("POST", "/invitations/{spent_token}/", "410 410 410 410 410 410 410", {"name": "Dora"}),
    # Conversations: one that alice shares, one that alice keeps.
    Door("GET", "/", NO_TEAM),
    Door("GET", "/conversations/", LISTED),
    Door("GET", "/c/{shared}/", TEAM),
    Door("GET", "/c/{private}/", HERS),
    Door("DELETE", "/c/{shared}/", KEEPERS),
    Door("DELETE", "/c/{private}/", HERS),
    Door("GET", "/c/{shared}/row/", TEAM),
    Door("GET", "/c/{private}/row/", HERS),
    Door("GET", "/c/{shared}/messages/?before={reply}", TEAM),
    Door("GET", "/c/{private}/messages/?before={private_reply}", HERS),
    Door("POST", "/c/{shared}/title/", WRITERS, {"title": "Renamed"}),
    Door("POST", "/c/{private}/title/", HERS, {"title": "Renamed"}),
    Door("POST", "/c/{shared}/pin/", TEAM),
    Door("DELETE", "/c/{shared}/pin/", TEAM),
    Door("POST", "/c/{private}/pin/", HERS),
    Door("POST", "/c/{shared}/archive/", KEEPERS),
    Door("DELETE", "/c/{shared}/archive/", KEEPERS),
    Door("POST", "/c/{private}/archive/", HERS),
    Door("POST", "/c/{shared}/share/", KEEPERS),
    Door("DELETE", "/c/{shared}/share/", KEEPERS),
    Door("POST", "/c/{private}/share/", HERS),
    Door("POST", "/c/{deleted}/restore/", KEEPERS),
    Door("GET", "/messages/{reply}/", TEAM),
    Door("GET", "/messages/{private_reply}/", HERS),
    Door("DELETE", "/messages/{reply}/", WRITERS),
    Door("DELETE", "/messages/{private_reply}/", HERS),
    Door("POST", "/messages/{reply}/restore/", WRITERS),
    Door("POST", "/messages/{private_reply}/restore/", HERS),
    Door("POST", "/messages/{reply}/choose/", TEAM),
    Door("POST", "/messages/{private_reply}/choose/", HERS),
    Door("GET", "/messages/{reply}/raw/", TEAM),
    Door("GET", "/messages/{private_reply}/raw/", HERS),
    Door("GET", "/m/{reply}/", TEAM),
    Door("GET", "/m/{private_reply}/", HERS),
    # Files: of the shared and of the kept conversation.
    Door("POST", "/attachments/", "ok ok ok 403 403 ok 401", json=UPLOAD),
    Door("POST", "/attachments/", "ok ok ok 403 403 403 401", json=UPLOAD | {"team": "{team}"}),
    Door("POST", "/attachments/remote/", "ok ok ok 403 403 ok 401", json={"url": "https://example.com/a.png"}),
    Door("GET", "/attachments/{file}/", JSON_TEAM),
    Door("GET", "/attachments/{private_file}/", JSON_HERS),
    Door("DELETE", "/attachments/{upload}/", JSON_HERS),
    Door("PUT", "/attachments/{upload}/bytes/?offset=0", JSON_HERS),
    Door("POST", "/attachments/{file}/repair/", "ok ok ok 403 no no 401", json=REPAIR),
    Door("POST", "/attachments/{private_file}/repair/", JSON_HERS, json=REPAIR),
    Door("GET", "/attachments/{file}/file/", FILE_TEAM),
    Door("GET", "/attachments/{private_file}/file/", FILE_HERS),
    Door("GET", "/attachments/{file}/poster/", FILE_TEAM),
    Door("GET", "/attachments/{private_file}/poster/", FILE_HERS),
    Door("GET", "/attachments/{file}/preview/", FILE_TEAM),
    Door("GET", "/attachments/{private_file}/preview/", FILE_HERS),
    Door("GET", "/attachments/{file}/download/", FILE_TEAM),
    Door("GET", "/attachments/{private_file}/download/", FILE_HERS),
    Door("GET", "/media/made-up/a.png", NOBODY),  # the token is the permission; tests/media has good ones
    # Generations: this one has ended without a name at the gateway, so whoever may act on it is told so.
    Door("GET", "/generations/{generation}/", TEAM),
    Door("GET", "/generations/{private_generation}/", HERS),
    Door("GET", "/generations/{generation}/preview/", TEAM),
    Door("GET", "/generations/{private_generation}/preview/", HERS),
    Door("GET", "/generations/{generation}/form/", TEAM),
    Door("GET", "/generations/{private_generation}/form/", HERS),
    Door("POST", "/generations/{generation}/cancel/", ENDED),
    Door("POST", "/generations/{private_generation}/cancel/", ENDED_HERS),
    Door("POST", "/generations/{generation}/check/", ENDED),
    Door("POST", "/generations/{private_generation}/check/", ENDED_HERS),
    Door("POST", "/generations/{generation}/again/", ENDED),
    Door("POST", "/generations/{private_generation}/again/", ENDED_HERS),
    # What was made: lists of the team in view; the kept conversation's picture only for its author.
    Door("GET", "/board/", NO_TEAM),
    Door("GET", "/board/rows/", LISTED),
    Door("GET", "/board/rows/{generation}/", TEAM),
    Door("GET", "/board/rows/{private_generation}/", HERS),
    Door("GET", "/gallery/", NO_TEAM),
    Door("GET", "/gallery/items/", LISTED),
    Door("GET", "/gallery/items/{made}/", TEAM),
    Door("GET", "/gallery/items/{private_made}/", HERS),
    # What went over the wire: whoever reads the reply sees it, but for the key.
    Door("GET", "/messages/{reply}/exchanges/", TEAM),
    Door("GET", "/messages/{private_reply}/exchanges/", HERS),
    Door("GET", "/messages/{reply}/replay/", TEAM),
    Door("GET", "/messages/{private_reply}/replay/", HERS),
    *(Door("GET", f"/exchanges/{{exchange}}/{form}", TEAM) for form in WIRE_FORMS),
    *(Door("GET", f"/exchanges/{{private_exchange}}/{form}", HERS) for form in WIRE_FORMS[::2]),
    Door("GET", "/exchanges/{deleted_exchange}/", NOBODY_SIGNED_IN),
    Door("GET", "/exchanges/signed/{exchange_token}/", EVERYBODY),
    Door("GET", "/exchanges/signed/{deleted_exchange_token}/", NOBODY),
    # Presets and votes.
    Door("GET", "/presets/", NO_TEAM),
    Door("POST", "/presets/", "ok     ok     ok     403    no     ok     in", json={"name": "A", "text": "b"}),
    Door("GET", "/presets/list/", LISTED),
    Door("GET", "/presets/{preset}/", TEAM),
    Door("GET", "/presets/{private_preset}/", HERS),
    Door("PUT", "/presets/{preset}/", KEEPERS, json={"name": "A", "text": "b", "is_shared": True}),
    Door("PUT", "/presets/{private_preset}/", HERS, json={"name": "A", "text": "b"}),
    Door("DELETE", "/presets/{preset}/", KEEPERS),
    Door("DELETE", "/presets/{private_preset}/", HERS),
    Door("POST", "/presets/{removed_preset}/restore/", KEEPERS),
    Door("GET", "/comparisons/", NO_TEAM),
    Door("POST", "/comparisons/{comparison}/vote/", WRITERS, json={"reply": "{reply}"}),
    Door("POST", "/comparisons/{private_comparison}/vote/", HERS, json={"reply": "{private_reply}"}),
    # Benches: runs are the team's to see; sets of functions are one's own until they are shared.
    Door("GET", "/benches/", SIGNED_IN),
    *(Door("GET", f"/benches/{kind}/", NO_TEAM) for kind in ("embeddings", "rerank", "search", "functions")),
    *(Door("POST", f"/benches/{kind}/", UNREAD, json={}) for kind in ("embeddings", "rerank", "search")),
    Door("POST", "/benches/csv/", SIGNED_IN, json={"a": "b"}),
    Door("GET", "/benches/runs/{run}/", TEAM),
    Door("GET", "/benches/runs/{removed_run}/", NOBODY_SIGNED_IN),
    *(Door("GET", f"/benches/runs/{{run}}{form}", TEAM) for form in ("/lists/", ".csv", ".json")),
    *(Door("GET", f"/benches/runs/{{removed_run}}{form}", NOBODY_SIGNED_IN) for form in ("/lists/", ".csv", ".json")),
    Door("DELETE", "/benches/runs/{run}/", HERS),
    Door("POST", "/benches/runs/{removed_run}/restore/", HERS),
    Door("POST", "/benches/functions/", "ok ok ok 403 403 ok in", json=FUNCTIONS),
    Door("POST", "/benches/functions/check/", SIGNED_IN, json=FUNCTIONS),
    Door("GET", "/benches/functions/{set}/", TEAM),
    Door("GET", "/benches/functions/{private_set}/", HERS),
    Door("PUT", "/benches/functions/{set}/", KEEPERS, json=FUNCTIONS),
    Door("PUT", "/benches/functions/{private_set}/", HERS, json=FUNCTIONS),
    Door("DELETE", "/benches/functions/{set}/", KEEPERS),
    Door("DELETE", "/benches/functions/{private_set}/", HERS),
    # Models.
    Door("GET", "/models/", SIGNED_IN),
    Door("POST", "/models/fit/", SIGNED_IN, json={"model": "gpt-4o", "attachments": ["{private_file}"]}),
    Door("PUT", "/models/gpt-4o/favourite/", SIGNED_IN),
    Door("DELETE", "/models/gpt-4o/favourite/", SIGNED_IN),
    Door("GET", "/tools/?model=gpt-4o", "ok     ok     ok     ok     no     ok     in"),
    Door("GET", "/frames/diagram/", EVERYBODY),
]
