"""Long passwords nobody tries first are taken, the others refused, and nothing about composition is asked."""

from __future__ import annotations

import secrets

import pytest

from telemed.care.staff.password_rules import MAX_LENGTH, check_password
from telemed.errors import InvalidInput

OWN = ("Clara Amsel", "clara.amsel@demo.example", "Demo Clinic")


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaaaaaaaaa",
        "abcabcabcabcabcabc",
        "qwertyuiopasdfghjkl",
        "ytrewqytrewqytrewq",
        "123456789012345678",
        "Password-Admin-2026!",
        "correct horse battery staple",
        "Correct Horse Battery Staple1",
        "P@ssw0rdP@ssw0rd!!",
        "clara.amsel@demo.example",
        "Clara Amsel 1984!!",
        "Demo Clinic Demo Clinic 1",
        "amsel-clinic-2026-2027",
    ],
)
def test_what_is_tried_first_is_refused(password: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_password(password, OWN)
    assert (refused.value.code, refused.value.field) == ("password_common", "password")
    assert password not in refused.value.message


@pytest.mark.parametrize("password", ["short", "14 characters!", "x" * (MAX_LENGTH + 1), ""])
def test_length_counts(password: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_password(password)
    assert refused.value.code == "password_length"


@pytest.mark.parametrize(
    "password",
    [
        "lamp river seven cotton",
        "Zug7 fährt übern Fluss",
        "alllowercaseletterswork",
        "tE9-4kq-Vmw-22c-Pp",
        "日本語の長い合言葉を十五文字以上書く",
    ],
)
def test_others_are_taken(password: str) -> None:
    check_password(password, OWN)


def test_random_passwords_are_never_refused() -> None:
    for _ in range(2000):
        check_password(secrets.token_urlsafe(12), OWN)
