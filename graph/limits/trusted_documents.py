"""Trusted documents: registered when a client is built, and requested by id instead of by text."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from graph.limits.error_codes import ErrorCode


class DocumentRefused(Exception):
    """The requested document may not be executed. The message is for the client's developer."""

    def __init__(self, status: int, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class TrustedDocuments:
    """Texts by id: each has the id "sha256:…" and, from a JSON file, its id there. `only`: reject all other texts."""

    texts: Mapping[str, str] = field(default_factory=dict)
    only: bool = False

    @classmethod
    def read(cls, path: Path, *, only: bool) -> "TrustedDocuments":
        """Reads a folder of .graphql files, or a JSON file {id: text}. Raises ValueError with a sentence for people."""
        texts: dict[str, str] = {}
        for id, text in _read(path):
            texts[f"sha256:{digest(text)}"] = text
            if id is not None:
                texts[id] = text
        if not texts:
            raise ValueError(f"{path} contains no documents; it must be a folder of .graphql files or a JSON file.")
        return cls(texts, only)

    def allowing(self, texts: Iterable[str]) -> "TrustedDocuments":
        """With texts that may be executed also when all others are rejected."""
        if not self.only:
            return self
        return TrustedDocuments({**self.texts, **{f"sha256:{digest(text)}": text for text in texts}}, self.only)

    def text_of(self, query: str | None, document_id: str | None, extensions: Mapping[str, Any]) -> str | None:
        """The text to execute; None when the request names no document. Raises DocumentRefused."""
        if document_id is not None:
            if query is not None:
                raise DocumentRefused(400, ErrorCode.BAD_REQUEST, "Send query or documentId, not both.")
            return self._known(document_id, ErrorCode.DOCUMENT_NOT_FOUND, "No trusted document has this documentId.")
        persisted = extensions.get("persistedQuery")
        if isinstance(persisted, dict) and query is None:
            # Messages and codes of Apollo's persisted queries protocol: on them, its clients send the text as well.
            if not self.texts:
                raise DocumentRefused(400, ErrorCode.PERSISTED_QUERY_NOT_SUPPORTED, "PersistedQueryNotSupported")
            id = f"sha256:{persisted.get('sha256Hash')}"
            return self._known(id, ErrorCode.PERSISTED_QUERY_NOT_FOUND, "PersistedQueryNotFound")
        if self.only and query is not None and f"sha256:{digest(query)}" not in self.texts:
            raise DocumentRefused(403, ErrorCode.DOCUMENT_NOT_TRUSTED, "This server executes trusted documents only.")
        return query

    def _known(self, id: str, code: ErrorCode, message: str) -> str:
        text = self.texts.get(id)
        if text is None:
            raise DocumentRefused(400, code, message)
        return text


def _read(path: Path) -> list[tuple[str | None, str]]:
    try:
        if path.is_dir():
            return [(None, each.read_text(encoding="utf-8")) for each in sorted(path.rglob("*.graphql"))]
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{path} cannot be read: {error}.") from None
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        raise ValueError(f"{path} must be a JSON object: {{id: text of the document}}.")
    return list(found.items())
