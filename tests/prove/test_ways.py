"""The ways through firewalls, measured for docs/networks.md. The suite has each as well, see `tests/net` and `tests/turn`."""

from __future__ import annotations

import pathlib

import pytest

from telemed.turn.client import Way
from tests.net.conditions.record import Finding, write
from tests.net.conditions.verdict import Verdict
from tests.net.test_udp_blocked import SET_UP, set_up_by_tcp
from tests.turn import test_coturn as coturn
from tests.turn.conftest import Cable, cable
from tests.turn.test_calls import BACK, both_relayed, set_up_by_one_port

__all__ = ["cable"]

pytestmark = [pytest.mark.prove, pytest.mark.netns, pytest.mark.timeout(300)]


def keep(verdict: Verdict) -> None:
    """Write it down, and fail if a figure was missed."""
    write(verdict.finding())
    assert not verdict.missed


@pytest.mark.browser
@pytest.mark.parametrize("browser", ["chromium", "firefox"])
async def test_udp_blocked(tmp_path: pathlib.Path, browser: str) -> None:
    took, late, ways = await set_up_by_tcp(tmp_path, browser == "firefox")
    verdict = Verdict(f"UDP blocked, {browser}", "call set up <= 5 s, the way is shown")
    verdict.seconds("from admission to media both ways", took, SET_UP)
    verdict.holds(f"shown as {ways[0]}", ways[0].startswith("tcp "))
    verdict.tell(f"machine late {late:.2f} s")
    keep(verdict)


@pytest.mark.browser
@pytest.mark.coturn
async def test_only_port_443(tmp_path: pathlib.Path) -> None:
    took, patient, _ = await set_up_by_one_port(tmp_path, 443)
    verdict = Verdict("only TCP 443 to coturn with TLS", "call set up <= 5 s, the way is shown")
    verdict.seconds("from admission to media both ways", took, SET_UP)
    verdict.holds(f"shown as {patient}", patient == "tls relay")
    keep(verdict)


@pytest.mark.browser
@pytest.mark.coturn
async def test_forced_relay(tmp_path: pathlib.Path) -> None:
    took, back, kinds = await both_relayed(tmp_path)
    verdict = Verdict("coturn forced on both sides; coturn restarted", "call works, back <= 5 s")
    verdict.seconds("set up", took, SET_UP)
    verdict.seconds("back after its return", back, BACK)
    verdict.holds("both by relay", kinds == {"relay"})
    keep(verdict)


@pytest.mark.coturn
def test_peer_matrix(cable: Cable, tmp_path: pathlib.Path) -> None:
    for way in (Way.UDP, Way.TCP):
        coturn.test_nobody_is_reached_but_the_media_by_ipv4(cable, tmp_path, way)
    coturn.test_nobody_is_reached_but_the_media_by_ipv6(cable, tmp_path)
    coturn.test_only_credentials_of_ours_that_have_not_ended(cable, tmp_path)
    asked = (2 * (len(coturn.PEERS4) + len(coturn.PEERS6)) + len(coturn.PEERS6) + 1) * 2
    figures = f"{asked} of {asked} permissions and channels refused (v4, v6, mapped, metadata, special), media addresses allowed"
    wanted = "100 % refused, only our media addresses; ended and foreign credentials refused"
    write(Finding("coturn peer matrix", wanted, True, f"{figures}; 5 of 5 foreign credentials refused"))
