"""Malicious import files: each is refused with a sentence, in little memory, before it is read completely."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from resolvers.importing.files import ImportFileError, open_file
from tests.hostile import bombs

MEGABYTE = 2**20
MAKE: dict[str, tuple[str, str, Callable[[Path], Path]]] = {
    # attack → name of the file, error message, function that makes the file
    "a sheet": ("a.xlsx", "inflates to more than", lambda at: bombs.workbook(at, sheet=bombs.rows(80))),
    "a row": ("a.xlsx", "has a row of more than 4 MB", lambda at: bombs.workbook(at, sheet=bombs.one_wide_row(8))),
    "a cell": ("a.xlsx", "has a row of more than 4 MB", lambda at: bombs.workbook(at, sheet=bombs.one_long_cell(8))),
    "texts": ("a.xlsx", "inflates to more than", lambda at: bombs.workbook(at, strings=bombs.shared_strings(40))),
    "entities": ("a.xlsx", "DOCTYPE", lambda at: bombs.workbook(at, sheet=bombs.ENTITIES)),
    "a local file": ("a.xlsx", "DOCTYPE", lambda at: bombs.workbook(at, sheet=bombs.LOCAL_FILE)),
    "styles": ("a.xlsx", "DOCTYPE", lambda at: bombs.workbook(at, more={"xl/styles.xml": bombs.ENTITIES})),
    "a sheet elsewhere": ("a.xlsx", "DOCTYPE", lambda at: bombs.workbook(at, more={"xl/a.dat": bombs.LOCAL_FILE})),
    "UTF-16": ("a.xlsx", "not UTF-8", lambda at: bombs.workbook(at, more={"xl/styles.xml": "\0<"})),
    "macros": ("a.xlsx", "has macros", lambda at: bombs.workbook(at, more={"xl/vbaProject.bin": "Sub Auto_Open()"})),
    "macros by name": ("a.xlsm", "is neither .xlsx nor .csv", lambda at: bombs.workbook(at)),
    "no workbook": ("a.xlsx", "damaged", lambda at: bombs.workbook(at, sheet="<worksheet", strings="<")),
    "many parts": (
        "a.xlsx",
        "parts inside",
        lambda at: bombs.workbook(at, more={f"xl/media/{n}.png": "" for n in range(10_001)}),
    ),
    "compressed rows": ("a.csv.gz", "inflates to more than", lambda at: bombs.gzipped(at, b"a,b\n" * 2**18, 20)),
    "a compressed line": ("a.csv.gz", "a line of more than", lambda at: bombs.gzipped(at, b"x" * MEGABYTE, 4)),
    "commas": ("a.csv.gz", "a line of more than", lambda at: bombs.gzipped(at, b"," * MEGABYTE, 4)),
    "an open quotation mark": (
        "a.csv.gz",
        "a quotation mark not closed",
        lambda at: bombs.gzipped(at, b'"' + b"a\n" * (MEGABYTE // 2), 2),
    ),
}


@pytest.mark.parametrize("what", MAKE)
def test_unsafe_files_are_refused_with_a_sentence(tmp_path: Path, what: str) -> None:
    name, says, make = MAKE[what]
    with pytest.raises(ImportFileError, match=says) as refused, open_file(make(tmp_path / name)) as opened:
        for _ in opened.rows:
            pass
    assert str(refused.value).startswith(str(tmp_path / name))
    assert len(str(refused.value)) < len(str(tmp_path)) + 250


def test_a_password_protected_workbook_is_reported(tmp_path: Path) -> None:
    path = bombs.workbook(tmp_path / "a.xlsx")
    content = bytearray(path.read_bytes())
    # Sets the flag "encrypted" of the first part, in the directory at the end of the archive.
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(ImportFileError, match="has a password"), open_file(path):
        pass


def test_a_file_of_one_gigabyte_without_a_line_break_takes_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("wb") as file:
        file.truncate(2**30)  # of zeros, which take no place on the disk
    program = """
import resource, sys
from pathlib import Path
from resolvers.importing.files import ImportFileError, open_file
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    with open_file(Path(sys.argv[1])) as opened:
        list(opened.rows)
except ImportFileError as error:
    print(error)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    command = [sys.executable, "-c", program, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    said, megabytes = done.stdout.splitlines()
    assert said == f"{path} has a line of more than 1,000,000 characters."
    assert int(megabytes) < 50


@pytest.mark.parametrize("name", ["../../etc/passwd.csv", "a\nb.csv", "\x1b[2J.csv", "CON.csv", "=cmd.csv"])
def test_unusual_file_names_are_taken_as_names(tmp_path: Path, name: str) -> None:
    with pytest.raises(ImportFileError, match="No such file"), open_file(tmp_path / name):
        pass
