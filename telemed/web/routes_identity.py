"""Routes of the further steps of sign-in, the own account, and staff accounts."""

from __future__ import annotations

from telemed.care.permissions import Action
from telemed.web import request_models_identity as ask
from telemed.web import response_models_identity as give
from telemed.web.handlers import identity_account as account
from telemed.web.handlers import identity_admin as admin
from telemed.web.handlers import identity_sign_in as steps
from telemed.web.request_models import Body, Empty
from telemed.web.response_models import Answer, Nothing
from telemed.web.route import PER_CALLER, Handler, Route
from telemed.web.throttle import Rate

STEP_RATE = Rate(60, 60.0)  # per address: a ward's morning
PROOF_RATE = Rate(20, 60.0)  # per person, beside the five wrong ones a minute of proof_desk.py
_USER = "/admin/users/{user_id}"


def _public(
    path: str, handler: Handler, answer: type[Answer], body: type[Body] = Empty, errors: tuple[int, ...] = (401,)
) -> Route:
    action = Action.ACCEPT_INVITATION if path.startswith("/invitations") else Action.SIGN_IN
    return Route("POST", path, action, handler, answer, body, rate=STEP_RATE, errors=errors)


def _own(
    method: str, path: str, handler: Handler, answer: type[Answer] = Nothing, body: type[Body] = Empty, proved: bool = False
) -> Route:
    errors = () if method == "GET" else (404, 409)
    return Route(method, path, Action.MANAGE_ACCOUNT, handler, answer, body, needs_proof=proved, errors=errors)


def _lock(method: str, path: str, handler: Handler, answer: type[Answer] = Nothing, body: type[Body] = Empty) -> Route:
    rate = PER_CALLER if method == "GET" else PROOF_RATE
    return Route(method, path, Action.UNLOCK_PAGES, handler, answer, body, rate=rate, while_locked=True)


def _staff(
    path: str, handler: Handler, answer: type[Answer] = give.AccountAnswer, body: type[Body] = Empty, proved: bool = True
) -> Route:
    return Route("POST", path, Action.MANAGE_STAFF, handler, answer, body, needs_proof=proved, errors=(404, 409))


IDENTITY_ROUTES: tuple[Route, ...] = (
    _public("/auth/step", steps.answer_step, give.SignInAnswer, ask.AnswerStepBody),
    _public("/auth/step/passkey", steps.ask_step_passkey, give.PasskeyOptions, ask.StepBody),
    _public("/auth/passkey/options", steps.ask_passkey, give.PasskeyStep),
    _public("/auth/passkey", steps.show_passkey, give.SignInAnswer, ask.PasskeySignInBody),
    _public("/auth/enrol/totp", steps.offer_totp, give.TotpOffer, ask.StepBody, (401, 409)),
    _public("/auth/enrol/totp/confirm", steps.enrol_totp, give.SignInAnswer, ask.StepCodeBody, (401, 409)),
    _public("/auth/enrol/passkey", steps.offer_passkey, give.PasskeyOptions, ask.StepBody),
    _public("/auth/enrol/passkey/confirm", steps.enrol_passkey, give.SignInAnswer, ask.NewPasskeyBody, (401, 409)),
    _public("/invitations/open", steps.open_invitation, give.InvitationAnswer, ask.InvitationBody, (404, 410)),
    _public("/invitations/accept", steps.accept_invitation, give.SignInAnswer, ask.AcceptInvitationBody, (404, 410)),
    _own("PATCH", "/me", account.edit_me, body=ask.EditMeBody),
    _own("GET", "/me/security", account.security, give.Security),
    _own("POST", "/me/password", account.change_password, body=ask.NewPasswordBody, proved=True),
    _own("POST", "/me/totp", account.offer_own_totp, give.TotpOffer, proved=True),
    _own("POST", "/me/totp/confirm", account.confirm_own_totp, give.RecoveryCodes, ask.CodeBody, proved=True),
    _own("POST", "/me/totp/remove", account.remove_own_totp, proved=True),
    _own("POST", "/me/passkeys/options", account.offer_own_passkey, give.PasskeyStep, proved=True),
    _own("POST", "/me/passkeys", account.add_own_passkey, give.PasskeyAdded, ask.NewPasskeyBody, proved=True),
    _own("POST", "/me/passkeys/{passkey_id}/remove", account.remove_own_passkey, proved=True),
    _own("POST", "/me/recovery-codes", account.new_recovery_codes, give.RecoveryCodes, proved=True),
    _own("POST", "/me/pin", account.set_pin, body=ask.PinBody, proved=True),
    _own("POST", "/me/pin/remove", account.remove_pin),
    _own("GET", "/me/logins", account.logins, give.Logins),
    _own("POST", "/me/logins/end", account.end_own_logins, body=ask.EndLoginsBody),
    _own("POST", "/me/logins/{login_id}/end", account.end_own_login),
    Route("POST", "/me/proof", Action.MANAGE_ACCOUNT, account.prove, Nothing, ask.ProofBody, rate=PROOF_RATE),
    _lock("GET", "/me/lock", account.lock_state, give.LockState),
    _lock("POST", "/me/lock", account.lock),
    _lock("POST", "/me/unlock", account.unlock, body=ask.UnlockBody),
    _lock("POST", "/me/passkey", account.ask_own_passkey, give.PasskeyStep),
    _staff("/admin/users", admin.create_user, give.AccountInvited, ask.CreateUserBody),
    _staff("/admin/users/search", admin.search_users, give.Accounts, ask.SearchUsersBody, proved=False),
    _staff(f"{_USER}/reset", admin.reset_user, give.AccountInvited, ask.ResetUserBody),
    _staff(f"{_USER}/invitation/revoke", admin.revoke_invitation),
    _staff(f"{_USER}/deactivate", admin.deactivate_user),
    _staff(f"{_USER}/activate", admin.activate_user),
    _staff(f"{_USER}/role", admin.set_role, body=ask.RoleBody),
    _staff(f"{_USER}/site", admin.set_site, body=ask.SiteBody),
)
