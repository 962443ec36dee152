"""Everything patients and carers do themselves, in one value for the handlers."""

from __future__ import annotations

from dataclasses import dataclass

from telemed.care.notify.ports import Notifier
from telemed.care.patients.channels import region_of
from telemed.care.ports import Store
from telemed.clock import Clock
from telemed.web.persons.channel_checks import ChannelChecks
from telemed.web.persons.errands import Errands
from telemed.web.persons.home import PersonHome
from telemed.web.persons.passkeys import PersonPasskeys
from telemed.web.persons.sign_in import PersonSignIn


@dataclass(frozen=True, slots=True)
class PersonDesk:
    """The parts; `errands` are ended with the application."""

    errands: Errands
    sign_in: PersonSignIn
    home: PersonHome
    checks: ChannelChecks
    passkeys: PersonPasskeys
    region: str

    @classmethod
    def build(cls, store: Store, clock: Clock, notifier: Notifier, clinic_phone: str) -> PersonDesk:
        """Wire the parts; numbers typed without a country code are of the clinic's country."""
        errands, region = Errands(), region_of(clinic_phone)
        sign_in = PersonSignIn(store, clock, notifier, errands, region)
        checks, passkeys = ChannelChecks(store, clock, notifier), PersonPasskeys(store, clock, notifier, sign_in)
        return cls(errands, sign_in, PersonHome(store, clock), checks, passkeys, region)
