"""The key that signs tokens and download links: checked when it is given, else made once and kept in a file."""

import os
import re
import secrets
from pathlib import Path

from graph.settings.errors import SettingsError

MIN_KEY_LENGTH = 32
REAL_KEY, DEMO_KEY = "secret.key", "demo.key"
# What stands in examples and tutorials; by chance, one random key in millions has such a word in it.
PLACEHOLDERS = re.compile(
    "change.?me|example|secret|password|default|insecure|placeholder|your.?key|0123456789|abcdefgh", re.IGNORECASE
)
# A public key or a certificate: everybody may have it.
PUBLIC = re.compile(r"-----BEGIN |---- BEGIN |^(ssh|ecdsa)-")
# Keys that stood in this repository.
PUBLISHED = ("a key that is only good for tests: 0123456789", "9f2c7d41e8b05a36c1d4f7e2a8b39c60")


def is_weak(key: str) -> bool:
    """Too short, of too few characters, the same over and over, a public key, or taken from an example."""
    repeats = any(key == (key[:length] * len(key))[: len(key)] for length in range(1, len(key) // 2 + 1))
    known = key in PUBLISHED or bool(PLACEHOLDERS.search(key) or PUBLIC.search(key))
    return len(key) < MIN_KEY_LENGTH or len(set(key)) < 8 or repeats or known


def strong_key(text: str) -> str:
    """Raises ValueError for a weak key."""
    if is_weak(text):
        raise ValueError
    return text


def secret_key(given: str | None, folder: Path, *, demo: bool, make: bool = True) -> str:
    """The given key, or the one in a file of `folder`, which only its owner can read.

    When there is no file it is made, or with `make` False the answer is empty. Raises SettingsError. A real server
    never takes the demo's key, whose tokens everybody may have seen.
    """
    if given is not None:
        if not demo and _is_in(folder / DEMO_KEY, given):
            raise SettingsError("ORDERS_SECRET_KEY is the demo's key, which is no secret: make a new one.")
        return given
    path = folder / (DEMO_KEY if demo else REAL_KEY)
    try:
        if not path.exists():
            if not make:
                return ""
            _make(path)
        key = path.read_text().strip()
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be written or read ({error.strerror}); check the permissions of the folder."
        ) from None
    if is_weak(key) or (not demo and _is_in(folder / DEMO_KEY, key)):
        raise SettingsError(
            f"{path} holds no usable key. Remove the file: a new key is made, and the tokens issued so far expire."
        )
    return key


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Complete before it has its name: another process may be starting too.
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_urlsafe(48))
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _is_in(path: Path, key: str) -> bool:
    try:
        return path.read_text().strip() == key
    except (OSError, ValueError):
        return False
