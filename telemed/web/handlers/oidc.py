"""Sign-in by the clinic's provider, and what joins an account with an identity there."""

from __future__ import annotations

from dataclasses import replace

from telemed.care.records import LoginRecord, UserRecord
from telemed.errors import NotSignedIn
from telemed.web.call import Call, NewCookie, Reply
from telemed.web.handlers.signed_in import opened_reply, words_of
from telemed.web.oidc.begun import BEGUN_LIFE
from telemed.web.oidc.desk import Departure


def _who(call: Call) -> tuple[UserRecord, LoginRecord]:
    if call.user is None or call.login is None:
        raise NotSignedIn("Please sign in.")
    return call.user, call.login


def _token(call: Call) -> str | None:
    return call.services.jar.provider_token(call.request.cookies)


def _departure(call: Call, departure: Departure) -> Reply:
    cookie = NewCookie(call.services.jar.provider_name, departure.token, int(BEGUN_LIFE.total_seconds()))
    return Reply({"url": departure.url}, (cookie,))


async def begin_provider(call: Call) -> Reply:
    """`POST /auth/provider`."""
    return _departure(call, await call.services.oidc.begin())


async def finish_provider(call: Call) -> Reply:
    """`POST /auth/provider/finish`."""
    reply = await opened_reply(call, await call.services.oidc.finish(_token(call), words_of(call)))
    return replace(reply, cleared=(call.services.jar.provider_name,))


async def provider_state(call: Call) -> Reply:
    """`GET /me/provider`."""
    return Reply(await call.services.oidc.state(_who(call)[0]))


async def begin_provider_link(call: Call) -> Reply:
    """`POST /me/provider`."""
    return _departure(call, await call.services.oidc.begin_link(*_who(call)))


async def finish_provider_link(call: Call) -> Reply:
    """`POST /me/provider/finish`."""
    await call.services.oidc.finish_link(*_who(call), _token(call))
    return Reply({}, cleared=(call.services.jar.provider_name,))


async def remove_provider(call: Call) -> Reply:
    """`POST /me/provider/remove`."""
    await call.services.oidc.unlink(_who(call)[0])
    return Reply({})
