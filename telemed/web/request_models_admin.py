"""Bodies of an admin's requests (protocol section 1.2). Unknown fields are refused; every text has a length."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field as Limits
from pydantic import StringConstraints

from telemed.care.notify.catalogue import Template
from telemed.care.notify.records import Medium
from telemed.care.policies import Policy
from telemed.web.request_models import ONE_LINE, Body, CommandId

ClinicName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=ONE_LINE)]
Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9][0-9 ()/.-]{1,30}$", max_length=32)]
NoPhone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^(\+?[0-9][0-9 ()/.-]{1,30})?$", max_length=32)]
ShortNumber = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9][0-9 ]{1,18}$", max_length=20)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
Subject = Annotated[str, StringConstraints(max_length=500)]
Text = Annotated[str, StringConstraints(max_length=8000)]  # `wording.check_wording` says what fits


class EditClinicBody(Body):
    """`PATCH /admin/clinic`: what is absent stays."""

    name: ClinicName | None = None
    phone: Phone | None = None
    emergency_number: ShortNumber | None = None


class CreateSiteBody(Body):
    """`POST /admin/sites`."""

    name: ClinicName
    phone: NoPhone = ""
    command_id: CommandId


class EditSiteBody(Body):
    """`PATCH /admin/sites/{site_id}`: what is absent stays."""

    name: ClinicName | None = None
    phone: NoPhone | None = None
    closed: bool | None = None


class SetPolicyBody(Body):
    """`PUT /admin/policies`: null goes back to the default."""

    name: Policy
    value: Annotated[str, StringConstraints(max_length=40)] | Annotated[int, Limits(strict=True, ge=0, le=2**31)] | None


class WhichTemplateBody(Body):
    """`POST /admin/templates/reset`."""

    name: Template
    language: Language
    medium: Medium


class TemplateBody(WhichTemplateBody):
    """`PUT /admin/templates` and `POST /admin/templates/preview`."""

    subject: Subject = ""
    body: Text
