"""`python -m tests.lock`, a step of ./run check: the lock files are strict, and nothing in them is vulnerable.

The first needs no network. For the second pip-audit asks the package index that pip is set up with; where that knows
nothing of vulnerabilities, pip-audit itself would say that there are none.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock", "examples/python/requirements.lock", ".ci/node.lock")
PINNED = re.compile(r"[A-Za-z0-9._-]+(\[[a-z0-9,._-]+\])?==[A-Za-z0-9.!+_-]+( ;.*)?")
NOT_CHECKED = (
    "The lock was NOT checked for known vulnerabilities: there is no package index in reach that knows them. "
    "Run this where there is one before a release."
)


class LockError(Exception):
    """A lock that does not hold us to what was tested; the message names the line."""


def check_lock(path: Path) -> int:
    """How many packages it pins. Raises LockError."""
    entries = re.sub(r"\\\n\s*", " ", path.read_text(encoding="utf-8")).splitlines()
    requirements = [entry for entry in entries if entry.strip() and not entry.lstrip().startswith("#")]
    if not requirements:
        raise LockError(f"{path.name} holds nothing.")
    for entry in requirements:
        requirement, *hashes = entry.split(" --hash=")
        if "://" in entry or entry.startswith("--"):
            raise LockError(f"{path.name} names an address or an option: {entry[:100]}")
        if not PINNED.fullmatch(requirement.strip()):
            raise LockError(f"{path.name}: {requirement.strip()} is not pinned with ==.")
        if not hashes or not all(re.fullmatch(r"sha256:[0-9a-f]{64}\s*", each) for each in hashes):
            raise LockError(f"{path.name}: {requirement.strip()} has no hash.")
    return len(requirements)


def audit(path: Path) -> str:
    """What pip-audit finds, as JSON; empty when it cannot."""
    asked = [sys.executable, "-m", "pip_audit", "--requirement", str(path), "--disable-pip", "--no-deps"]
    options = ["--progress-spinner", "off", "--format", "json"]
    return subprocess.run([*asked, *options], capture_output=True, text=True, check=False, timeout=300).stdout


def told(output: str) -> tuple[bool, str]:
    """Whether it is fine, and a sentence on it, from the JSON of pip-audit."""
    try:
        dependencies = json.loads(output)["dependencies"]
    except (ValueError, TypeError, KeyError):
        return True, NOT_CHECKED
    looked_up = [each for each in dependencies if "skip_reason" not in each]
    found = [(each, one) for each in looked_up for one in each["vulns"]]
    if found:
        return False, "\n".join(
            f"{each['name']} {each['version']} has a known vulnerability, {one['id']}: "
            f"{'take ' + ' or '.join(one['fix_versions']) if one['fix_versions'] else 'there is no cure yet'}."
            for each, one in found
        )
    if not looked_up:
        return True, NOT_CHECKED
    have = f"{len(looked_up)} package{' has' if len(looked_up) == 1 else 's have'} no known vulnerability"
    skipped = len(dependencies) - len(looked_up)
    return True, f"{have}; {skipped} could not be looked up." if skipped else f"{have}."


def main() -> int:
    try:
        for name in LOCKS:
            check_lock(ROOT / name)
    except LockError as error:
        sys.stderr.write(f"{error} Make it anew with ./run lock.\n")
        return 1
    is_fine, said = told(audit(ROOT / LOCKS[0]))
    sys.stderr.write(f"{said}\n")
    return 0 if is_fine else 1


if __name__ == "__main__":
    sys.exit(main())
