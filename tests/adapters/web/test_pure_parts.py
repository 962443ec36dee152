"""The parts of the HTTP adapter that need no server: throttle, source, languages, templates, origin."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.web.languages import preferred_language
from telemed.web.origin import is_other_program, may_change_state
from telemed.web.source import UNKNOWN, source_key
from telemed.web.templates import TemplateMissing, Templates
from telemed.web.throttle import Rate, Throttle


def test_throttle_lets_a_burst_through_and_refills_evenly() -> None:
    throttle = Throttle(Rate(5, 60.0))
    assert [throttle.take("a", 0.0) for _ in range(5)] == [0.0] * 5
    assert throttle.take("a", 0.0) == pytest.approx(12.0)
    assert throttle.take("b", 0.0) == 0.0
    assert throttle.take("a", 11.9) > 0
    assert throttle.take("a", 12.1) == 0.0


def test_throttle_gives_back_honest_attempts_and_no_more() -> None:
    throttle = Throttle(Rate(2, 60.0))
    for _ in range(10):
        assert throttle.take("a", 0.0) == 0.0
        throttle.give_back("a")
    throttle.give_back("a")
    throttle.give_back("a")
    throttle.give_back("never seen")
    assert [throttle.take("a", 0.0) > 0 for _ in range(3)] == [False, False, True]


@given(st.lists(st.tuples(st.text(max_size=3), st.floats(0, 1e6)), max_size=200))
def test_throttle_table_stays_bounded(attempts: list[tuple[str, float]]) -> None:
    throttle = Throttle(Rate(3, 10.0), max_keys=5)
    for key, now in sorted(attempts, key=lambda attempt: attempt[1]):
        assert throttle.take(key, now) >= 0.0
    assert len(throttle) <= 5


@pytest.mark.parametrize(
    ("remote", "forwarded", "expected"),
    [
        ("198.51.100.7", None, "198.51.100.7"),
        ("198.51.100.7", "203.0.113.1", "198.51.100.7"),  # not a proxy of ours: the header is a lie
        ("10.0.0.1", "203.0.113.1", "203.0.113.1"),
        ("10.0.0.1", "1.2.3.4, 203.0.113.1", "203.0.113.1"),  # what the client wrote in front does not count
        ("10.0.0.1", "1.2.3.4, 203.0.113.1, 10.0.0.2", "203.0.113.1"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", "junk", UNKNOWN),
        ("2001:db8:1:2:3:4:5:6", None, "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", None, "2001:db8:1:2::"),
        ("::ffff:198.51.100.7", None, "198.51.100.7"),
        ("fe80::1%eth0", None, "fe80::"),
        ("::ffff:10.0.0.1", "203.0.113.1", "203.0.113.1"),  # our proxy, as a dual-stack socket shows it
        ("10.0.0.1", "203.0.113.1, ::ffff:10.0.0.2", "203.0.113.1"),
        ("10.0.0.1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        (None, None, UNKNOWN),
    ],
)
def test_source_is_the_last_address_we_can_trust(remote: str | None, forwarded: str | None, expected: str) -> None:
    assert source_key(remote, forwarded, frozenset({"10.0.0.1", "10.0.0.2"})) == expected


@given(st.text(), st.text())
def test_source_takes_any_text(remote: str, forwarded: str) -> None:
    assert source_key(remote, forwarded, frozenset({remote}))


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("fr,de;q=0.5,en;q=0.4", "de"),
        ("de;q=0", "en"),
        ("de;q=x", "en"),
        ("*", "en"),
        ("fr", "en"),
        (",;;,", "en"),
    ],
)
def test_language(header: str, language: str) -> None:
    assert preferred_language(header) == language


def test_only_offered_languages_count_and_the_first_is_the_default() -> None:
    assert preferred_language("en", ("de",)) == "de"
    assert preferred_language("fr", ("de", "en")) == "de"


@given(st.text())
def test_language_takes_any_header(header: str) -> None:
    assert preferred_language(header) in ("en", "de")


OURS = frozenset({"https://clinic.example", "http://localhost:8080"})


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"Origin": "https://clinic.example"}, True),
        ({"Origin": "https://clinic.example", "Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": "https://clinic.example", "Cookie": "a=b"}, True),
        ({"Origin": "https://clinic.example", "Sec-Fetch-Site": "same-site"}, False),
        ({"Origin": "https://clinic.example", "Sec-Fetch-Site": "cross-site"}, False),
        ({"Origin": "https://clinic.example", "Sec-Fetch-Site": "none"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "https://clinic.example.evil.example"}, False),
        ({"Origin": "http://clinic.example"}, False),
        ({"Origin": "https://clinic.example:444"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": ""}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Cookie": "telemed_staff=x"}, False),
        ({}, True),
        ({"Authorization": "Bearer x"}, True),
    ],
)
def test_origin_matrix(headers: dict[str, str], allowed: bool) -> None:
    assert may_change_state(headers, OURS) is allowed


def test_only_other_programs_get_a_token_to_read() -> None:
    assert is_other_program({"X-Telemed-Client": "1"})
    assert not is_other_program({})
    assert not is_other_program({"X-Telemed-Client": "1", "Origin": "https://clinic.example"})
    assert not is_other_program({"X-Telemed-Client": "1", "Sec-Fetch-Site": "same-origin"})


def test_templates_escape_reread_and_insist_on_the_banner(tmp_path: Path) -> None:
    templates = Templates(tmp_path)
    (tmp_path / "a.html").write_text("<body class='x'>{{name}} {{unknown}} {{ name }}</body>")
    values = {"name": "<b>'\"&", "demo_banner": "Demo: no real patients"}
    page = templates.render("a.html", values)
    assert "<b>" not in page and "&lt;b&gt;&#x27;&quot;&amp;" in page and "{{" not in page
    assert "<body class='x'><p class=\"demo-banner\">Demo: no real patients</p>" in page
    (tmp_path / "a.html").write_text("<body>{{demo_banner}}</body>, new")
    page = templates.render("a.html", values)
    assert page.endswith(", new") and page.count("Demo: no real patients") == 1
    (tmp_path / "a.html").unlink()
    with pytest.raises(TemplateMissing):
        templates.render("a.html", values)


def test_parts_are_filled_in_and_read_again(tmp_path: Path) -> None:
    templates = Templates(tmp_path)
    (tmp_path / "parts").mkdir()
    part = tmp_path / "parts" / "phone.html"
    part.write_text("<p>{{phone}}</p>\n")
    (tmp_path / "a.html").write_text("<body>\n  {{> phone}}\n{{> phone }}</body>")
    assert templates.render("a.html", {"phone": "1 & 2"}) == "<body>\n  <p>1 &amp; 2</p>\n<p>1 &amp; 2</p></body>"
    part.write_text("{{> phone}}")
    os.utime(part, ns=(1, 1))
    assert "&gt;" not in (page := templates.render("a.html", {})) and "{{> phone}}" in page, "parts name no parts"
    part.unlink()
    with pytest.raises(TemplateMissing):
        templates.render("a.html", {})


def test_a_value_cannot_become_a_placeholder(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("{{clinic_name}}")
    assert Templates(tmp_path).render("a.html", {"clinic_name": "{{lang}}", "lang": "x"}) == "{{lang}}"
