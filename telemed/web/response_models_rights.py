"""Answers about emergency access as the OpenAPI document describes them (protocol section 1.5)."""

from __future__ import annotations

from telemed.care.roles import Role
from telemed.web.response_models import Answer, Time


class OwnGlass(Answer):
    """An emergency access as the one who opened it sees it."""

    id: str
    patient_id: str
    opened_at: Time
    ends_at: Time


class GlassOpened(Answer):
    """`POST /patients/{patient_id}/break-glass`."""

    access: OwnGlass


class OwnGlassAnswer(Answer):
    """`GET /patients/{patient_id}/break-glass`; null when none is open."""

    access: OwnGlass | None


class GlassUser(Answer):
    """Who broke the glass."""

    id: str
    name: str
    role: Role | None


class Glass(OwnGlass):
    """An emergency access as a privacy officer sees it."""

    reason: str
    open: bool
    closed_at: Time | None
    user: GlassUser
    patient_name: str
    reviewed_at: Time | None
    reviewed_by: str | None


class GlassAnswer(Answer):
    """`POST /break-glass/{break_glass_id}/review`."""

    access: Glass


class Glasses(Answer):
    """`POST /break-glass/search`; `next` is the `after` of the following page."""

    accesses: list[Glass]
    next: str | None
