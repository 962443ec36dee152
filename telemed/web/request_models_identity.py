"""Bodies of requests about sign-in, the own account and staff accounts (protocol section 1.4)."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field as Limits
from pydantic import StringConstraints, model_validator

from telemed.care.roles import Role
from telemed.web.request_models import ONE_LINE, Body, Name

Token = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{22}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
RecoveryCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9 -]{16,40}$")]
Pin = Annotated[str, StringConstraints(pattern=r"^[0-9]{6,12}$")]
Password = Annotated[str, StringConstraints(min_length=1, max_length=256)]
NewPassword = Annotated[str, StringConstraints(min_length=1, max_length=256)]  # its rules: care/staff/password_rules.py
Credential = Annotated[dict[str, Any], Limits(max_length=12)]  # as PublicKeyCredential.toJSON() gives it
Email = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=254, pattern=ONE_LINE)]
SiteId = Annotated[str, StringConstraints(pattern=r"^sit_[A-Za-z0-9_-]{1,36}$")]
UserId = Annotated[str, StringConstraints(pattern=r"^usr_[A-Za-z0-9_-]{1,36}$")]
StaffLanguage = Literal["", "en", "de"]


class _OneOf(Body):
    """A body that shows exactly one of several things."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        names = ("password", "code", "recovery_code", "pin", "credential")
        shown = [name for name in names if getattr(self, name, None) is not None]
        if len(shown) != 1:
            raise ValueError("show exactly one")
        return self


class StepBody(Body):
    """A request that continues a step."""

    token: Token


class AnswerStepBody(_OneOf):
    """`POST /auth/step`."""

    token: Token
    code: Code | None = None
    recovery_code: RecoveryCode | None = None
    credential: Credential | None = None


class PasskeySignInBody(Body):
    """`POST /auth/passkey`."""

    token: Token
    credential: Credential


class StepCodeBody(Body):
    """`POST /auth/enrol/totp/confirm`."""

    token: Token
    code: Code


class NewPasskeyBody(Body):
    """`POST /auth/enrol/passkey/confirm` and `POST /me/passkeys`."""

    token: Token
    credential: Credential
    name: Name


class InvitationBody(Body):
    """`POST /invitations/open`."""

    token: Token


class AcceptInvitationBody(Body):
    """`POST /invitations/accept`."""

    token: Token
    password: NewPassword


class EditMeBody(Body):
    """`PATCH /me`."""

    language: StaffLanguage


class NewPasswordBody(Body):
    """`POST /me/password`."""

    password: NewPassword


class CodeBody(Body):
    """`POST /me/totp/confirm`."""

    code: Code


class PinBody(Body):
    """`POST /me/pin`."""

    pin: Pin


class EndLoginsBody(Body):
    """`POST /me/logins/end`: all others, or this one too."""

    keep_this: bool


class ProofBody(Body):
    """`POST /me/proof`: one thing, or password and code; `token` goes with `credential`."""

    password: Password | None = None
    code: Code | None = None
    credential: Credential | None = None
    token: Token | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        typed = self.password is not None or self.code is not None
        if typed == (self.credential is not None):
            raise ValueError("show one thing, or password and code")
        return self


class UnlockBody(_OneOf):
    """`POST /me/unlock`."""

    password: Password | None = None
    code: Code | None = None
    pin: Pin | None = None
    credential: Credential | None = None
    token: Token | None = None


class SearchUsersBody(Body):
    """`POST /admin/users/search`."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120, pattern=ONE_LINE)] = ""
    after: UserId | Literal[""] = ""
    limit: Annotated[int, Limits(ge=1, le=100)] = 50


class CreateUserBody(Body):
    """`POST /admin/users`."""

    name: Name
    email: Email
    role: Role
    site_id: SiteId | None = None
    language: StaffLanguage = ""
    is_privacy_officer: bool = False


class ResetUserBody(Body):
    """`POST /admin/users/{user_id}/reset`."""

    remove_factors: bool = False


class RoleBody(Body):
    """`POST /admin/users/{user_id}/role`."""

    role: Role
    is_privacy_officer: bool = False


class SiteBody(Body):
    """`POST /admin/users/{user_id}/site`; None: all sites."""

    site_id: SiteId | None
