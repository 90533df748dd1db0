"""Texts of users in files that other programs open."""

import sys

import pytest

from exports.texts import UNPRINTABLE, in_csv


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@A1", "＝1+1", "＋1", "－1", "＠A1", " =1", "\t=1", "\n=1", "\x00=1"]
)
def test_a_cell_of_a_csv_file_is_never_a_formula(text: str) -> None:
    assert in_csv(text) == "'" + text.strip(" \t\n\x00")


@pytest.mark.parametrize("text", ["", "Harbour", "a=1", "青山織物", "'quoted'"])
def test_other_cells_of_a_csv_file_stay_as_they_are(text: str) -> None:
    assert in_csv(text) == text


def test_a_printable_text_has_nothing_that_is_removed() -> None:
    printable = "".join(filter(str.isprintable, map(chr, range(sys.maxunicode + 1))))
    assert UNPRINTABLE.search(printable) is None
