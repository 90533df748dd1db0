"""A logo as it is kept: a PNG decoded and encoded again, or an SVG of shapes only, rebuilt from what is allowed in it.

Nothing in a logo is executed or fetched: an SVG with a script, a reference, an entity or an element that is not in the
list below is refused, and attributes that are not in the list are left out. What a style sheet says of classes becomes
attributes; one that says anything else is refused.
"""

import base64
import binascii
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from models.locale import Text
from resolvers.papers.pictures import rgba

MAX_BYTES = 200_000
MAX_SIDE = 4_000  # pixels of a PNG
# Of what is kept: 9 mm high at 600 dpi is 213 pixels.
KEPT_SIZE = (1_500, 400)
MAX_ELEMENTS = 5_000
MAX_DEPTH = 40
MAX_SLOW = 300  # elements of a logo with gradients or opacity, which take milliseconds for each shape
MAX_STOPS = 20  # of a gradient
GRADIENTS = {"linearGradient", "radialGradient"}
SLOW = {*GRADIENTS, "opacity"}
PNG = "image/png"
SVG = "image/svg+xml"

SVG_SPACE = "http://www.w3.org/2000/svg"
DRAWN = {
    "svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "defs", "linearGradient",
    "radialGradient", "stop", "clipPath",
}  # fmt: skip
LEFT_OUT = {"title", "desc", "metadata"}
PROPERTIES = {
    "fill", "fill-opacity", "fill-rule", "stroke", "stroke-opacity", "stroke-width", "stroke-linecap",
    "stroke-linejoin", "stroke-miterlimit", "stroke-dasharray", "stroke-dashoffset", "opacity", "stop-color",
    "stop-opacity", "clip-path", "clip-rule", "color", "display", "visibility",
}  # fmt: skip
ATTRIBUTES = PROPERTIES | {
    "id", "viewBox", "width", "height", "preserveAspectRatio", "transform", "d", "points", "x", "y", "x1", "y1", "x2",
    "y2", "cx", "cy", "r", "rx", "ry", "fx", "fy", "offset", "gradientUnits", "gradientTransform", "clipPathUnits",
}  # fmt: skip
# Not spreadMethod: a gradient that is repeated is drawn as often as it fits, without an end if it is tiny.
OWN_REFERENCE = re.compile(r"url\(\s*(['\"]?)#([\w.-]+)\1\s*\)(\s+[\w#(),.%\s-]*)?", re.ASCII)
# A rule of a style sheet as drawing programs write them.
RULE = re.compile(r"\s*((?:\.[\w-]+\s*,\s*)*\.[\w-]+)\s*\{([^{}]*)\}\s*", re.ASCII)
LENGTH = re.compile(r"\d{1,6}(\.\d{1,6})?(px|mm|cm|in|pt)?", re.ASCII)

TOO_LARGE = Text("A logo has at most {most:,} bytes, not {size:,}.", "ロゴは{most:,}バイト以内にしてください。")
NOT_BASE64 = Text("This is not Base64.", "Base64形式で指定してください。")
NOT_A_LOGO = Text("A logo is a PNG or an SVG: {why}.", "ロゴはPNGまたはSVGで指定してください（{why}）。")


class LogoError(ValueError):
    """A logo that cannot be taken. `text`, with `values`: why."""

    def __init__(self, text: Text, **values: object) -> None:
        super().__init__(text.en.format(**values))
        self.text, self.values = text, values


@dataclass(frozen=True, slots=True)
class CleanLogo:
    media_type: str
    data: bytes

    @property
    def digest(self) -> str:
        return sha256(self.data).hexdigest()


def read_logo(encoded: str) -> CleanLogo:
    """`encoded`: Base64, also as a data URL. CPU-bound, some milliseconds to a second. Raises LogoError."""
    if len(encoded) > 2 * MAX_BYTES:
        raise LogoError(TOO_LARGE, most=MAX_BYTES, size=len(encoded) * 3 // 4)
    text = encoded.partition(",")[2] if encoded.startswith("data:") else encoded
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise LogoError(NOT_BASE64) from None
    return clean_logo(data)


def clean_logo(data: bytes) -> CleanLogo:
    """Raises LogoError."""
    if len(data) > MAX_BYTES:
        raise LogoError(TOO_LARGE, most=MAX_BYTES, size=len(data))
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return CleanLogo(PNG, _png(data))
    return CleanLogo(SVG, _svg(data))


def _refuse(why: str) -> LogoError:
    return LogoError(NOT_A_LOGO, why=why)


def _png(data: bytes) -> bytes:
    from PIL import Image  # with the first logo: most processes set none

    try:
        with Image.open(BytesIO(data), formats=["PNG"]) as image:
            if max(image.size) > MAX_SIDE or min(image.size) < 1:
                raise _refuse(f"its sides have 1 to {MAX_SIDE:,} pixels")
            image.verify()  # WeasyPrint lets Pillow accept files that end too soon, in the whole process
        with Image.open(BytesIO(data), formats=["PNG"]) as image:
            picture = rgba(image)
    except LogoError:
        raise
    except Exception:  # a damaged picture makes Pillow raise nearly anything
        raise _refuse("the picture is damaged") from None
    picture.thumbnail(KEPT_SIZE)
    while True:
        file = BytesIO()
        picture.save(file, "PNG", optimize=True)
        if file.tell() <= MAX_BYTES:
            return file.getvalue()
        picture = picture.resize((max(1, picture.width // 2), max(1, picture.height // 2)))


@dataclass
class _Rebuilding:
    """Writes the allowed part of an SVG while expat reads it. `classes`: of its style sheets."""

    classes: "dict[str, _Declared]" = field(default_factory=dict)
    parts: list[str] = field(default_factory=list)
    open_elements: list[str] = field(default_factory=list)
    size: int = 0  # letters of `parts`
    left_out: int = 0
    count: int = 0
    is_slow: bool = False
    stops: int = 0  # of the gradient that is read, with what is nested in it
    # Clip paths that are read: the id, and how many parts were written before; those read: letters by id.
    open_clips: list[tuple[str, int]] = field(default_factory=list)
    clips: dict[str, int] = field(default_factory=dict)
    clipped: Counter[str] = field(default_factory=Counter)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if self.count > MAX_ELEMENTS:
            raise _refuse(f"it has more than {MAX_ELEMENTS:,} elements")
        if len(self.open_elements) + self.left_out >= MAX_DEPTH:
            raise _refuse(f"its elements are nested deeper than {MAX_DEPTH}")
        space, _, local = name.rpartition(" ")
        is_sheet = (space, local) == (SVG_SPACE, "style")
        if self.left_out or local in LEFT_OUT or is_sheet or (space != SVG_SPACE and self.open_elements):
            self.left_out += 1
            return
        if (space, local) == ("", "svg") and not self.open_elements:
            raise _refuse(f'its svg element lacks xmlns="{SVG_SPACE}"')
        if space != SVG_SPACE or (local == "svg") != (not self.open_elements) or local not in DRAWN:
            raise _refuse(f"the element {local[:50]} is not allowed; convert everything to paths")
        kept = {key: value for key, value in self._kept(attributes) if value}
        if local == "svg":
            _check_size(kept)
            kept = {"xmlns": SVG_SPACE} | kept
        elif "clip-path" in kept and "clipPath" in (*self.open_elements, local):
            raise _refuse("a clip path in a clip path is not allowed")
        self.is_slow |= bool(SLOW & {local, *kept})
        self.stops += local == "stop"
        if self.stops > MAX_STOPS:
            raise _refuse(f"a gradient has more than {MAX_STOPS} stops")
        if reference := OWN_REFERENCE.fullmatch(kept.get("clip-path", "").strip()):
            self.clipped[reference[2]] += 1
        if local == "clipPath":
            self.open_clips.append((kept.get("id", ""), len(self.parts)))
        self.open_elements.append(local)
        self._write(f"<{local}{''.join(f' {key}={quoteattr(value)}' for key, value in kept.items())}>")

    def end(self, _: str) -> None:
        if self.left_out:
            self.left_out -= 1
        else:
            local = self.open_elements.pop()
            self._write(f"</{local}>")
            if not GRADIENTS & {*self.open_elements}:
                self.stops = 0
            if local == "clipPath":
                id, start = self.open_clips.pop()
                self.clips[id] = max(self.clips.get(id, 0), sum(map(len, self.parts[start:])))

    def _write(self, text: str) -> None:
        self.size += len(text)
        if self.size > MAX_BYTES:  # one class may stand for much
            raise _refuse(f"without its style sheet, it would have more than {MAX_BYTES:,} bytes")
        self.parts.append(text)

    def finished(self) -> bytes:
        """Each reference to a clip path draws it again. Raises LogoError."""
        if self.is_slow and self.count > MAX_SLOW:
            raise _refuse(f"with gradients or opacity, it has more than {MAX_SLOW} elements")
        if sum(count * self.clips.get(id, 0) for id, count in self.clipped.items()) > MAX_BYTES:
            raise _refuse("its clip paths are too large for the number of their uses")
        return "".join(self.parts).encode()

    def _kept(self, attributes: dict[str, str]) -> list[tuple[str, str]]:
        """As in CSS: a class goes before an attribute, and a style before a class."""
        found: list[tuple[str, str]] = []
        style: list[tuple[str, str]] = []
        declared: list[tuple[int, str, str]] = []
        for name, value in attributes.items():
            local = name.rpartition(" ")[2]
            if local == "href" or local.startswith("on"):
                raise _refuse(f"the attribute {local[:50]} is not allowed")
            if name == "style":
                style = _declarations(value)
            elif name == "class":
                for each in {*value.split()} & self.classes.keys():
                    declared += [(place, key, text) for key, (place, text) in self.classes[each].items()]
            elif name in ATTRIBUTES:
                found.append((name, _checked(value)))
        return [*found, *((key, text) for _, key, text in sorted(declared)), *style]


# Of a class: the property, its place in the style sheets, of which the last one counts, and its value.
_Declared = dict[str, tuple[int, str]]


@dataclass
class _Sheets:
    """Reads the style sheets of an SVG."""

    texts: list[str] = field(default_factory=list)
    is_open: bool = False

    def start(self, name: str, _: dict[str, str]) -> None:
        self.is_open = name == f"{SVG_SPACE} style"

    def end(self, _: str) -> None:
        self.is_open = False

    def text(self, text: str) -> None:
        if self.is_open:
            self.texts.append(text)

    def classes(self) -> dict[str, _Declared]:
        """Raises LogoError."""
        found: dict[str, _Declared] = {}
        text, *comments = "".join(self.texts).split("/*")
        sheet, at, place = "".join([text, *(each.partition("*/")[2] for each in comments)]).strip(), 0, 0
        while at < len(sheet):
            rule = RULE.match(sheet, at)
            if rule is None:
                raise _refuse("its style sheet has more than classes; export it with attributes instead")
            declared = dict(_declarations(rule[2]))
            for each in rule[1].split(","):
                of_class = found.setdefault(each.strip()[1:], {})
                for key, value in declared.items():
                    place += 1
                    of_class[key] = (place, value)
            at = rule.end()
        return found


def _declarations(style: str) -> list[tuple[str, str]]:
    """Raises LogoError."""
    declared = (each.partition(":") for each in style.split(";"))
    # Without “!important”, which an attribute does not have.
    values = ((name.strip(), value.partition("!")[0].strip()) for name, _, value in declared)
    return [(name, _checked(value)) for name, value in values if name in PROPERTIES]


def _checked(value: str) -> str:
    folded = value.casefold()
    if ("url" in folded or "\\" in value or "@" in value) and not OWN_REFERENCE.fullmatch(value.strip()):
        raise _refuse(f"the reference {value[:50]!r} is not allowed")
    return value


def _check_size(svg: dict[str, str]) -> None:
    """It needs a size, and a shape that a letterhead can hold. Raises LogoError."""
    box = re.split(r"[\s,]+", svg.get("viewBox", "").strip())
    sides = box[2:] if len(box) == 4 else [svg.get("width", ""), svg.get("height", "")]
    if not all(LENGTH.fullmatch(each) for each in sides):
        raise _refuse("it has neither a viewBox nor a width and a height")
    width, height = (float(re.sub(r"[a-z]", "", each)) for each in sides)
    if not height or not 1 / 20 <= width / height <= 20:
        raise _refuse("it is more than 20 times as wide as high, or as high as wide")
    for name in ("width", "height"):
        if not LENGTH.fullmatch(svg.get(name, "")):
            svg.pop(name, None)


def _svg(data: bytes) -> bytes:
    sheets = _Sheets()
    _parse(data, sheets.start, sheets.end, sheets.text)
    rebuilding = _Rebuilding(sheets.classes())
    _parse(data, rebuilding.start, rebuilding.end)
    return rebuilding.finished()


def _parse(
    data: bytes,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None] | None = None,
) -> None:
    """A document type that only names its DTD, as drawing programs write it, is allowed: expat does not fetch it."""

    def refuse_declaration(*_: object) -> None:
        raise _refuse("an entity, a processing instruction or a document type with declarations is not allowed")

    def see_document_type(_name: str, _system: object, _public: object, has_declarations: int) -> None:
        if has_declarations:
            refuse_declaration()

    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.StartDoctypeDeclHandler = see_document_type
    parser.EntityDeclHandler = refuse_declaration
    parser.SkippedEntityHandler = refuse_declaration
    parser.ProcessingInstructionHandler = refuse_declaration
    try:
        parser.Parse(data, True)
    except expat.ExpatError:
        raise _refuse("it is neither") from None
