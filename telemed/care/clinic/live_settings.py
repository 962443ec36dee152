"""Details and policies of the organisation that runs the server (its first one) as they are now: one object for all readers.

There is one writer of the database, and it sets this right after its commit, so a change counts for the next request.
"""

from __future__ import annotations

from collections.abc import Callable

from telemed.care.policies import ClinicPolicies, policies_from
from telemed.care.records import OrganisationRecord
from telemed.care.repositories import Transaction
from telemed.errors import Unavailable


class LiveSettings:
    """Fulfils `care.staff.policies.SignInPolicies`. `on_clinic` is told the clinic's details when they have changed."""

    __slots__ = ("clinic", "on_clinic", "policies")

    def __init__(self, clinic: OrganisationRecord, policies: ClinicPolicies | None = None) -> None:
        self.clinic = clinic
        self.policies = policies or policies_from({}, clinic.is_demo)
        self.on_clinic: Callable[[OrganisationRecord], None] = lambda _: None

    @property
    def second_factor(self) -> str:
        """`required` or `offered`."""
        return self.policies.second_factor

    @property
    def idle_lock_minutes(self) -> int:
        """Minutes without a touch until pages are hidden; 0: never."""
        return self.policies.idle_lock_minutes

    @property
    def login_hours(self) -> int:
        """Hours a login lives."""
        return self.policies.login_hours

    @property
    def link_days(self) -> int:
        """Days a link works, counted from its visit's planned start."""
        return self.policies.link_days

    @property
    def video_codec(self) -> str:
        """The video codec of visits that begin now."""
        return self.policies.video_codec

    @property
    def recording(self) -> ClinicPolicies:
        """The policies of recordings, among the others; `care.recording.policy` reads them."""
        return self.policies

    def take(self, clinic: OrganisationRecord, policies: ClinicPolicies) -> None:
        """What was committed counts from now on."""
        is_new = clinic != self.clinic
        self.clinic, self.policies = clinic, policies
        if is_new:
            self.on_clinic(clinic)

    def take_other(self, clinic: OrganisationRecord) -> None:
        """Another organisation of this server has new details; its people are told, the server's own pages stay."""
        if clinic.id != self.clinic.id:
            self.on_clinic(clinic)


async def read_settings(tx: Transaction) -> LiveSettings:
    """Settings from the rows. Raises Unavailable when the installation has no clinic yet."""
    clinic = await tx.organisations.first()
    if clinic is None:
        raise Unavailable("This server has not been set up: run `telemed init`.")
    return LiveSettings(clinic, policies_from(await tx.policies.values(clinic.id), clinic.is_demo))
