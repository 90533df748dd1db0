"""Signed tokens in their compact form (RFC 7515): the header of any of them, and those that one key signs (HS256).

A provider's tokens need joserfc. It is imported with a provider only (oidc.py): its cryptography takes 9 MB.
"""

import hmac
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)\.([A-Za-z0-9_-]*)")
HEADER = {"typ": "JWT", "alg": "HS256"}
NOT_UNDERSTOOD = {"crit", "b64"}  # header parameters that change how a token is to be read


def header_of(token: str) -> Any:
    """Not verified yet. Raises ValueError for a text that is no compact token."""
    return _read(_parts(token)[0])


def signed(claims: Mapping[str, Any], key: bytes) -> str:
    text = f"{_written(HEADER)}.{_written(claims)}"
    return f"{text}.{_signature(text, key)}"


def verified(token: str, key: bytes) -> dict[str, Any]:
    """The claims of a token that this key has signed. Raises ValueError or TypeError."""
    header, claims, signature = _parts(token)
    if not hmac.compare_digest(_signature(f"{header}.{claims}", key), signature):
        raise ValueError("another key, or another algorithm")
    parameters, found = _read(header), _read(claims)
    if parameters["alg"] != HEADER["alg"] or NOT_UNDERSTOOD & parameters.keys() or not isinstance(found, dict):
        raise ValueError("no token of ours")
    return found


def _parts(token: str) -> tuple[str, str, str]:
    found = COMPACT.fullmatch(token)
    if not found:
        raise ValueError("not header, claims and signature")
    header, claims, signature = found.groups()
    return header, claims, signature


def _signature(text: str, key: bytes) -> str:
    return _encoded(hmac.digest(key, text.encode(), "sha256"))


def _written(values: Mapping[str, Any]) -> str:
    return _encoded(json.dumps(values, separators=(",", ":")).encode())


def _read(part: str) -> Any:
    return json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def _encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
