"""What `./run clients` and `./run bench peers` install is pinned, and named without the address of a registry."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TYPESCRIPT = ROOT / "examples" / "typescript"
PEERS = ROOT / "benchmarks" / "peers"
REGISTRY = re.compile(r"\bregistry\.|npmjs\.|pypi\.org|pythonhosted", re.IGNORECASE)


@pytest.mark.parametrize("folder", [TYPESCRIPT, PEERS])
def test_every_npm_package_has_a_hash_and_no_address(folder: Path) -> None:
    packages = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert len(packages) > 100
    for name, package in packages.items():
        if name:  # the first is the folder's own
            assert package["integrity"].startswith("sha512-"), name
            assert "resolved" not in package, name


@pytest.mark.parametrize("folder", [TYPESCRIPT, PEERS])
def test_npm_is_told_to_keep_addresses_out_and_to_run_no_scripts(folder: Path) -> None:
    settings = (folder / ".npmrc").read_text(encoding="utf-8").split()
    assert "omit-lockfile-registry-resolved=true" in settings
    assert "ignore-scripts=true" in settings


def test_no_file_names_a_registry() -> None:
    names = (".npmrc", "package.json", "package-lock.json", "pyproject.toml", "requirements.lock", "README.md")
    folders = (TYPESCRIPT, TYPESCRIPT.parent / "python", PEERS)
    files = [folder / name for folder in folders for name in names]
    files += [ROOT / "run", *(ROOT / ".ci").iterdir()]
    assert [file for file in files if file.is_file() and REGISTRY.search(file.read_text(encoding="utf-8"))] == []
