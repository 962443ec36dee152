"""Routes of the clinic's sign-in provider. Where the browser comes back to is a page: oidc/callback.py."""

from __future__ import annotations

from telemed.care.permissions import Action
from telemed.web import response_models_oidc as give
from telemed.web.handlers import oidc
from telemed.web.response_models import Nothing
from telemed.web.response_models_identity import SignInAnswer
from telemed.web.route import Route
from telemed.web.throttle import Rate

PROVIDER_RATE = Rate(60, 60.0)  # per address: a ward's morning
LINK_RATE = Rate(20, 60.0)  # per person

OIDC_ROUTES: tuple[Route, ...] = (
    Route(
        "POST", "/auth/provider", Action.SIGN_IN, oidc.begin_provider, give.ProviderAddress, rate=PROVIDER_RATE, errors=(404, 503)
    ),
    Route(
        "POST",
        "/auth/provider/finish",
        Action.SIGN_IN,
        oidc.finish_provider,
        SignInAnswer,
        rate=PROVIDER_RATE,
        errors=(401, 404, 503),
    ),
    Route("GET", "/me/provider", Action.MANAGE_ACCOUNT, oidc.provider_state, give.ProviderState),
    Route(
        "POST",
        "/me/provider",
        Action.MANAGE_ACCOUNT,
        oidc.begin_provider_link,
        give.ProviderAddress,
        rate=LINK_RATE,
        errors=(404, 409, 503),
        needs_proof=True,
    ),
    Route(
        "POST",
        "/me/provider/finish",
        Action.MANAGE_ACCOUNT,
        oidc.finish_provider_link,
        Nothing,
        rate=LINK_RATE,
        errors=(404, 409, 503),
        needs_proof=True,
    ),
    Route(
        "POST", "/me/provider/remove", Action.MANAGE_ACCOUNT, oidc.remove_provider, Nothing, errors=(404, 409), needs_proof=True
    ),
)
