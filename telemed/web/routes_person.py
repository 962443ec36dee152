"""Routes of patients and carers themselves: sign-in with codes and passkeys, Home; and the verification of channels."""

from __future__ import annotations

from telemed.care.permissions import Action
from telemed.web import request_models_person as ask
from telemed.web import response_models_person as give
from telemed.web.handlers import person
from telemed.web.handlers import person_passkeys as passkeys
from telemed.web.request_models_identity import PasskeySignInBody
from telemed.web.response_models import Nothing
from telemed.web.response_models_identity import PasskeyStep
from telemed.web.response_models_people import ChannelAnswer
from telemed.web.route import Route
from telemed.web.throttle import Rate

CODE_RATE = Rate(20, 900.0)  # of one source: a family or a ward behind one address; each number has its own, lower limit
CONFIRM_RATE = Rate(40, 600.0)
DEMO_RATE = Rate(120, 60.0)  # the page asks until the message is "sent"
SEND_RATE = Rate(20, 60.0)
JOIN_RATE = Rate(20, 60.0)

_CHANNEL = "/patients/{patient_id}/channels/{channel_id}"

PERSON_ROUTES: tuple[Route, ...] = (
    Route("POST", "/person/code", Action.SIGN_IN, person.ask_code, give.CodeAsked, ask.AskCodeBody, rate=CODE_RATE),
    Route(
        "POST",
        "/person/confirm",
        Action.SIGN_IN,
        person.confirm_code,
        give.PersonConfirmed,
        ask.ConfirmCodeBody,
        rate=CONFIRM_RATE,
        errors=(401,),
    ),
    Route(
        "POST",
        "/person/choose",
        Action.SIGN_IN,
        person.choose_person,
        give.PersonConfirmed,
        ask.ChoosePersonBody,
        rate=CONFIRM_RATE,
        errors=(401,),
    ),
    Route("POST", "/person/passkey/options", Action.SIGN_IN, passkeys.ask_person_passkey, PasskeyStep, rate=CONFIRM_RATE),
    Route(
        "POST",
        "/person/passkey",
        Action.SIGN_IN,
        passkeys.show_person_passkey,
        give.PersonSignedIn,
        PasskeySignInBody,
        rate=CONFIRM_RATE,
        errors=(401,),
    ),
    Route(
        "POST", "/demo/code", Action.SIGN_IN, person.demo_code, give.DemoCode, ask.DemoCodeBody, rate=DEMO_RATE, errors=(404,)
    ),
    Route("GET", "/home", Action.OPEN_HOME, person.home, give.Home, errors=(404,)),
    Route("GET", "/home/access", Action.READ_OWN_ACCESS, person.access, give.AccessLines, errors=(404,), pages=True),
    Route(
        "POST",
        "/home/visits/{id}/join",
        Action.JOIN_OWN_VISIT,
        person.join_visit,
        give.JoinPath,
        rate=JOIN_RATE,
        errors=(409, 410),
    ),
    Route("POST", "/home/sign-out", Action.OPEN_HOME, person.sign_out, Nothing),
    Route("POST", "/home/devices/end", Action.OPEN_HOME, person.end_logins, Nothing),
    Route("POST", "/home/devices/{person_login_id}/end", Action.OPEN_HOME, person.end_login, Nothing),
    Route(
        "POST",
        "/home/channel/code",
        Action.VERIFY_OWN_CHANNEL,
        person.own_channel_code,
        Nothing,
        ask.OwnChannelBody,
        rate=SEND_RATE,
        errors=(404,),
    ),
    Route(
        "POST",
        "/home/channel/verify",
        Action.VERIFY_OWN_CHANNEL,
        person.verify_own_channel,
        ChannelAnswer,
        ask.VerifyOwnChannelBody,
        errors=(404, 409),
    ),
    Route(
        "POST",
        "/home/passkeys/options",
        Action.KEEP_OWN_PASSKEYS,
        passkeys.offer_person_passkey,
        PasskeyStep,
        rate=SEND_RATE,
        errors=(404,),
    ),
    Route(
        "POST",
        "/home/passkeys",
        Action.KEEP_OWN_PASSKEYS,
        passkeys.add_person_passkey,
        give.PersonPasskeyAdded,
        ask.NewPersonPasskeyBody,
        rate=SEND_RATE,
        errors=(404, 409),
    ),
    Route(
        "POST",
        "/home/passkeys/{person_passkey_id}/remove",
        Action.KEEP_OWN_PASSKEYS,
        passkeys.remove_person_passkey,
        Nothing,
        errors=(404,),
    ),
    Route("POST", f"{_CHANNEL}/code", Action.EDIT_PATIENT, person.channel_code, Nothing, rate=SEND_RATE),
    Route(
        "POST",
        f"{_CHANNEL}/verify",
        Action.EDIT_PATIENT,
        person.verify_channel,
        ChannelAnswer,
        ask.VerifyChannelBody,
        errors=(409,),
    ),
)
