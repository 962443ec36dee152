"""Finding people by names as they are typed: spelling, accents, order, sound, and birth dates in any form."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telemed.care.patients.names import fold, grams
from telemed.care.patients.search_dates import BirthDates, take_dates
from telemed.care.patients.search_edit import likeness, slips
from telemed.care.patients.search_phonetic import cologne
from telemed.care.patients.search_rank import ENOUGH, Candidate, is_duplicate, name_likeness, parse, rank

TODAY = date(2026, 11, 22)
BORN = date(1956, 3, 12)
PEOPLE = {
    "Katharina Weiß": BORN,
    "Karl Weise": date(2001, 1, 2),
    "Jürgen Müller-Lüdenscheidt": date(1950, 5, 5),
    "Anna Meyer": BORN,
    "Anna Meier": date(1990, 9, 9),
    "John Smith": date(1970, 1, 1),
    "Søren Ångström": date(1960, 6, 6),
    "Ivan O'Neill": None,
    "Иван Петров": date(1985, 2, 3),
    "Peter Kowalczyk": date(1949, 12, 31),
}
CANDIDATES = [Candidate(name, fold(name), born) for name, born in PEOPLE.items()]


def found(text: str) -> list[str]:
    return [candidate.id for candidate, _ in rank(parse(text, TODAY), CANDIDATES)]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("katharina weiß", "Katharina Weiß"),
        ("WEISS KATARINA", "Katharina Weiß"),
        ("Catarina Weis", "Katharina Weiß"),
        ("mueller", "Jürgen Müller-Lüdenscheidt"),
        ("muller ludenscheidt", "Jürgen Müller-Lüdenscheidt"),
        ("luedenscheid juergen", "Jürgen Müller-Lüdenscheidt"),
        ("jon smiht", "John Smith"),
        ("smith john", "John Smith"),
        ("soren angstrom", "Søren Ångström"),
        ("oneill", "Ivan O'Neill"),
        ("o'neil", "Ivan O'Neill"),
        ("петров", "Иван Петров"),
        ("петроф иван", "Иван Петров"),
        ("kovaltschik", "Peter Kowalczyk"),
        ("kowalcyzk", "Peter Kowalczyk"),
        ("kowa", "Peter Kowalczyk"),
        ("1949-12-31", "Peter Kowalczyk"),
    ],
)
def test_the_person_meant_comes_first(typed: str, meant: str) -> None:
    assert found(typed)[0] == meant


def test_an_equal_spelling_goes_before_an_equal_sound() -> None:
    assert found("anna meyer") == ["Anna Meyer", "Anna Meier"]
    assert found("anna meier") == ["Anna Meier", "Anna Meyer"]


def test_a_birth_date_narrows_and_one_that_fits_nobody_does_not_hide_the_name() -> None:
    assert found("anna maier 12.3.1956") == ["Anna Meyer"]
    assert found("anna maier 1990") == ["Anna Meier"]
    assert set(found("anna meyer 1.1.1931")) == {"Anna Meyer", "Anna Meier"}
    assert set(found("12.03.1956")) == {"Katharina Weiß", "Anna Meyer"}


def test_strangers_are_not_found() -> None:
    for text in ("xaver qualtinger", "zzzz", "bernd"):
        assert found(text) == []


@pytest.mark.parametrize(
    "text",
    ["12.3.1956", "12.03.1956", "12.03.56", "12/3/1956", "12-3-1956", "12. 3. 1956", "1956-03-12", "1956.3.12", "12031956",
     "12. März 1956", "12 Maerz 1956", "12 mar 1956", "March 12, 1956", "Mar 12 1956", "12th March 1956"],
)  # fmt: skip
def test_birth_dates_in_the_forms_people_write(text: str) -> None:
    rest, dates = take_dates(f"Anna {text} Meyer", TODAY)
    assert BORN in dates.dates and rest.split() == ["Anna", "Meyer"]


@pytest.mark.parametrize("text", ["12 Maier 1856", "99.99.9999", "123456789", "Anna Mai", "12.3", "1700"])
def test_what_is_no_birth_date_stays_part_of_the_name(text: str) -> None:
    assert take_dates(text, TODAY) == (text, BirthDates())


def test_the_year_of_an_impossible_day_still_narrows() -> None:
    assert take_dates("31.2.1956", TODAY)[1] == BirthDates(year=1956)


@pytest.mark.parametrize(
    ("word", "code"),
    [("muller", "657"), ("wikipedia", "3412"), ("breschnew", "17863"), ("meyer", "67"), ("maier", "67"), ("schmidt", "862"),
     ("", ""), ("иван", "")],
)  # fmt: skip
def test_the_sound_of_names(word: str, code: str) -> None:
    assert cologne(word) == code


def test_slips_of_the_finger() -> None:
    assert [slips("smith", other, 2) for other in ("smith", "smiht", "smth", "smyth", "smithe", "jones")] == [0, 1, 1, 1, 1, 3]


def test_people_alike_are_shown_before_a_second_record_is_made() -> None:
    weiss = CANDIDATES[0]
    assert is_duplicate("Catharina Weiss", BORN, weiss)
    assert not is_duplicate("Catharina Weiss", date(1956, 3, 13), weiss)
    assert is_duplicate("Katharina Weiss", None, weiss) and not is_duplicate("Karl Weiss", None, weiss)


NAMES = st.text(st.characters(codec="utf-8", categories=("L", "M", "Zs", "Pd", "N")), max_size=40)


@given(NAMES)
def test_folding_again_changes_nothing_and_case_never_matters(name: str) -> None:
    folded = fold(name)
    assert fold(folded) == folded
    assert all(len(gram) == 3 for gram in grams(folded))


@given(st.lists(st.sampled_from(sorted(PEOPLE)), min_size=1, max_size=1), st.randoms(use_true_random=False))
def test_the_order_of_names_never_matters(names: list[str], chance: object) -> None:
    words = fold(names[0]).split()
    shuffled = sorted(words, key=lambda _: chance.random())  # type: ignore[attr-defined]
    assert name_likeness(tuple(shuffled), tuple(words)) == pytest.approx(1.0)


WORDS = st.text("abcdeghiklmnoprstuvwz", min_size=4, max_size=12)


@given(WORDS, st.data())
def test_one_slip_in_a_name_of_six_letters_still_finds_it(word: str, data: st.DataObject) -> None:
    name = word + "er"  # six letters at least
    at = data.draw(st.integers(1, len(name) - 2))
    slip = data.draw(st.sampled_from((name[:at] + name[at + 1 :], name[:at] + name[at + 1] + name[at] + name[at + 2 :])))
    assert name_likeness((slip,), (name,)) >= ENOUGH


@given(st.text(max_size=12), st.text(max_size=12))
def test_likeness_is_a_share_and_the_same_both_ways(first: str, second: str) -> None:
    assert likeness(first, second) == likeness(second, first)
    assert 0.0 <= likeness(first, second) <= 1.0 and (likeness(first, second) == 1.0) == (first == second)


@given(st.text(max_size=120))
def test_nothing_typed_breaks_the_search(text: str) -> None:
    query = parse(text, TODAY)
    assert len(query.words) <= 8
    rank(query, CANDIDATES)
