"""Static files of the two pages, kept in memory: compressed once, and revalidated by a tag of their content."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

ALWAYS_REVALIDATED = "no-cache"
IMMUTABLE = "public, max-age=31536000, immutable"  # for files whose names carry their version
TEXTS = ("text/", "application/json", "application/javascript", "image/svg+xml")
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}


@dataclass(frozen=True, slots=True)
class Encoded:
    """A file in one encoding. `tag`: its ETag, which differs between encodings, as the bytes do."""

    body: bytes
    tag: str
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """`small` is None if compression does not make it smaller."""

    media_type: str
    plain: Encoded
    small: Encoded | None


def encoded(content: bytes, media_type: str) -> File:
    """The content as it is and compressed."""
    digest = hashlib.sha256(content).hexdigest()[:32]
    small = gzip.compress(content, mtime=0) if media_type.startswith(TEXTS) else content
    return File(
        media_type,
        Encoded(content, f'"{digest}"'),
        Encoded(small, f'"{digest}-gzip"', "gzip") if len(small) < len(content) else None,
    )


def answer(request: Request, file: File, caching: str) -> Response:
    """The file in the encoding that the request accepts, or 304 if the client has it already."""
    chosen = file.small if file.small and accepts_gzip(request.headers) else file.plain
    headers = {"Cache-Control": caching, "ETag": chosen.tag}
    if file.small:
        headers["Vary"] = "Accept-Encoding"
    known = [each.strip().removeprefix("W/") for each in request.headers.get("If-None-Match", "").split(",")]
    if chosen.tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    if chosen.encoding:
        headers["Content-Encoding"] = chosen.encoding
    return Response(chosen.body, headers=headers, media_type=file.media_type)


def accepts_gzip(headers: Headers) -> bool:
    """By RFC 9110, 12.5.3; a weight that is no number counts as 0."""
    weights: dict[str, float] = {}
    for each in ",".join(headers.getlist("Accept-Encoding")).lower().split(","):
        name, _, parameter = each.partition(";")
        key, _, weight = parameter.replace(" ", "").partition("=")
        try:
            weights[name.strip()] = float(weight) if key == "q" else 1.0
        except ValueError:
            weights[name.strip()] = 0.0
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0


def files(path: str, folder: Path, caching: str = ALWAYS_REVALIDATED) -> Route:
    """Serves the files that lie in the folder itself. A file is read when it is first asked for, or has changed."""

    @cache
    def load(name: str, _changed_at: int) -> File:
        kind = TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        return encoded((folder / name).read_bytes(), kind)

    def read(name: str) -> File:
        return load(name, (folder / name).stat().st_mtime_ns)

    names = frozenset(each.name for each in folder.iterdir() if each.is_file())

    async def get(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in names:
            raise HTTPException(404)
        return answer(request, await run_in_threadpool(read, name), caching)

    return Route(f"{path}/{{name:path}}", get)
