"""The lock files and the look for known vulnerabilities (tests/lock.py), which ./run check runs."""

import json
from pathlib import Path

import pytest

from tests.lock import LockError, check_lock, told

ROOT = Path(__file__).resolve().parents[2]
HASH = "    --hash=sha256:" + "0" * 64


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_the_locks_are_pinned_and_hashed_and_name_no_address(name: str) -> None:
    assert check_lock(ROOT / name) > 50


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"httpx2>=1.0 \\\n{HASH}\n", "httpx2>=1.0 is not pinned with =="),
        ("httpx2==1.0\n", "httpx2==1.0 has no hash"),
        (f"httpx2==1.0 \\\n{HASH}\n--index-url https://example.com/simple\n", "names an address"),
        (f"httpx2 @ https://example.com/httpx2.whl \\\n{HASH}\n", "names an address"),
        (f"-e . \\\n{HASH}\n", "-e . is not pinned with =="),
        ("", "holds nothing"),
    ],
)
def test_a_lock_that_lets_anything_in_is_refused(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "some.lock"
    path.write_text(text)
    with pytest.raises(LockError, match=says):
        check_lock(path)


def audit(*dependencies: object) -> str:
    return json.dumps({"dependencies": dependencies, "fixes": []})


SKIPPED = {"name": "starlette", "skip_reason": "Dependency not found on the index"}
CLEAN = {"name": "starlette", "version": "1.10.0", "vulns": []}
VULNERABLE = {
    "name": "jinja2",
    "version": "3.1.0",
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.1.6"], "aliases": ["CVE-1"], "description": "…"}],
}


def test_a_vulnerability_is_named_with_its_cure() -> None:
    is_fine, said = told(audit(CLEAN, VULNERABLE))
    assert not is_fine
    assert said == "jinja2 3.1.0 has a known vulnerability, PYSEC-1: take 3.1.6."


def test_a_lock_without_any_look_up_is_not_reported_as_safe() -> None:
    is_fine, said = told(audit(SKIPPED, SKIPPED))
    assert is_fine
    assert said.startswith("The lock was NOT checked for known vulnerabilities")


def test_what_could_not_be_looked_up_is_counted() -> None:
    assert told(audit(CLEAN, SKIPPED)) == (True, "1 package has no known vulnerability; 1 could not be looked up.")


@pytest.mark.parametrize("output", ["", "no JSON", "[]", audit()])
def test_a_missing_or_malformed_answer_is_not_reported_as_safe(output: str) -> None:
    assert told(output)[1].startswith("The lock was NOT checked for known vulnerabilities")
