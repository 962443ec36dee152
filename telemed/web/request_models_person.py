"""Bodies of requests of patients and carers themselves (protocol section 1.5)."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from telemed.web.request_models import ONE_LINE, Body
from telemed.web.request_models_identity import Credential, Token

# A number or an address, as typed; the longest address has 254 characters.
Contact = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=254, pattern=ONE_LINE)]
Step = Annotated[str, StringConstraints(pattern=r"^chc_[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]{22}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
OwnerId = Annotated[str, StringConstraints(pattern=r"^(pat|car)_[A-Za-z0-9_-]{1,36}$")]
ChannelId = Annotated[str, StringConstraints(pattern=r"^chn_[A-Za-z0-9_-]{1,36}$")]


class AskCodeBody(Body):
    """`POST /person/code`."""

    contact: Contact


class DemoCodeBody(Body):
    """`POST /demo/code`."""

    contact: Contact


class ConfirmCodeBody(Body):
    """`POST /person/confirm`."""

    step: Step
    code: Code


class ChoosePersonBody(Body):
    """`POST /person/choose`."""

    step: Step
    person: OwnerId


class NewPersonPasskeyBody(Body):
    """`POST /home/passkeys`."""

    token: Token
    credential: Credential


class OwnChannelBody(Body):
    """`POST /home/channel/code`."""

    channel_id: ChannelId


class VerifyOwnChannelBody(Body):
    """`POST /home/channel/verify`."""

    channel_id: ChannelId
    code: Code


class VerifyChannelBody(Body):
    """`POST /patients/{patient_id}/channels/{channel_id}/verify`."""

    code: Code
