"""Which encoding a text file is in. When two readings are possible the file is refused: a name is never guessed.

UTF-8 is recognised by itself, as hardly any other text is valid UTF-8 by chance. Else a Japanese brand's file may be
Shift_JIS, and any brand's file Windows-1252 when all of its text makes sense so.
"""

import codecs
import re
from collections.abc import Callable, Iterator

from models.locale import Locale
from models.messages import importing as texts
from models.translatable import joined, translatable

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Python's shift_jis lacks what Windows' Japanese text has besides.
NAMES = {"shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "ansi": "cp1252", "utf-8": "utf-8-sig"}
SAID = {"cp932": "shift_jis", "cp1252": "windows-1252", "cp1254": "windows-1254"}
LABELS = {
    "cp932": texts.SHIFT_JIS,
    "euc_jp": texts.EUC_JP,
    "cp1252": texts.WESTERN,
    "cp1254": texts.TURKISH,
}

# Sequences that no Western text has: three accented letters in a row (Cyrillic and half-width katakana read so), a
# capital accent after a small letter (Mac), quotation marks, daggers and symbols within words (DOS, Japanese).
_LETTERS = "A-Za-zÀ-ÖØ-öø-ÿŒœŠšŽžŸ"
_ACCENTED = "À-ÖØ-öø-ÿŒœŠšŽžŸ"
NOT_WESTERN = re.compile(
    f"[{_ACCENTED}ƒ]{{3}}|(?!äö|öä|øå)([{_ACCENTED}])(?<![çÇßðþÐÞ])(?!\\1|[ðþß])[{_ACCENTED}]"
    f"|[a-zß-öø-ÿ][À-ÖØ-ÞŒŠŽŸ]|[{_LETTERS}][‚„“‹†‡‰ˆ˜ƒ¡-©«¬¯±²³¶¹»-¿×÷][{_LETTERS}]|[{_ACCENTED}]µ|µ[{_ACCENTED}]"
    f"|[ƒ†‡ˆ˜‰¤¦¨¬¯¸]|[{_LETTERS}][“„‹][^{_LETTERS}\\s]|[‘“‚][^{_LETTERS}\\d\\s]|\u00ad|[\x00-\x08\x0e-\x1f\x7f]"
    # DOS (Caf‚, K”ln), Japanese of one character (“Œ), Chinese (°Ó©±).
    f"|[{_LETTERS}][‚„](?![{_LETTERS}])(?=[\\s\\S])|[{_LETTERS}][”•™ªº][{_LETTERS}]|(?<![{_LETTERS}])™[{_LETTERS}]"
    f"|[‘“„‚][{_ACCENTED}](?![{_LETTERS}])(?=[\\s\\S])|[¡-ª¬-º¼-¿][{_ACCENTED}][¡-ª¬-º¼-¿]"
    # Central European letters: Kuèera (č), Gdañsk (ń), Erdõs (ő), Nìmec (ě), Petroviæ (ć), Bãcãu (ă). No Western
    # language writes è before a vowel, ñ before none, ì and ù within a word; õ is Portuguese before e only.
    "|[èÈ][aeiouyáéíóúýAEIOUYÁÉÍÓÚÝ]|[ñÑ](?![aeiouáéíóúüAEIOUÁÉÍÓÚÜ])(?=[\\s\\S])|[õÕ](?![eE])(?=[\\s\\S])|[ìùÌÙ](?=[A-Za-z])|[iI]æ(?![a-zæøå])(?=[\\s\\S])"
    "|[ãÃ][b-df-hj-mp-rt-y]"
)
# The letters in which Turkish text (Windows-1254) differs from Western text; else they are Icelandic.
TURKISH = re.compile("[ÐÝÞðýþ]")
# Half-width katakana in Shift_JIS: a word of nothing but Windows-1252's symbols, e.g. ±²³.
SYMBOLS = re.compile('(?<![^,;\\t"\\s])[¡-¿]{3,}(?![^,;\\t"\\s])')
QUOTED = re.compile("[„“]([^„“”\n]*)[“”]")
SAMPLES = 3

Content = Callable[[], Iterator[bytes]]


class EncodingError(ValueError):
    """The message goes on after the file's name."""


def find_encoding(content: Content, locale: Locale, asked: str | None) -> tuple[str, str | None]:
    """A Python codec that reads the whole content, and what the user should know of it. `content()` starts again.

    Raises EncodingError.
    """
    start = next(content(), b"")
    found = next((codec for bom, codec in BOMS if start.startswith(bom)), None)
    if asked is not None:
        codec = _codec(asked)
        is_unicode = codec.startswith("utf")
        if not is_unicode and (found or (_decodes(content, "utf-8") and not _decodes(content, "ascii"))):
            name = "Unicode" if found else "UTF-8"
            raise EncodingError(translatable(texts.OTHER_UNICODE, found=name, asked=asked))
        codec = found if found and is_unicode else codec
        if not _decodes(content, codec):
            raise EncodingError(translatable(texts.NOT_THIS_ENCODING, asked=asked))
        return codec, None
    if found:
        if not _decodes(content, found):
            raise EncodingError(translatable(texts.DAMAGED_UNICODE))
        return found, None
    if b"\x00" in start[:4000] and _is_wide(start):
        raise EncodingError(translatable(texts.UNMARKED_UTF_16))
    if b"\x1b$" in start:
        raise EncodingError(translatable(texts.MAIL_TEXT))
    if _decodes(content, "utf-8"):
        return "utf-8", None
    return _legacy(content, locale)


def _legacy(content: Content, locale: Locale) -> tuple[str, str]:
    samples: list[str] = []
    possible = ["cp1252"] if _decodes(content, "cp1252", NOT_WESTERN, samples) else []
    if possible and not _decodes(content, "cp1252", TURKISH):
        possible.append("cp1254")
    if locale == Locale.JA:
        possible += [codec for codec in ("cp932", "euc_jp") if _decodes(content, codec)]
    if len(possible) == 1 and possible[0] != "euc_jp":
        label = LABELS[possible[0]]
        if possible[0] == "cp1252" and samples:
            return possible[0], translatable(texts.READ_AS_WORDS, encoding=label, words=", ".join(samples))
        return possible[0], translatable(texts.READ_AS, encoding=label)
    if possible:
        names = joined((translatable(LABELS[each]) for each in possible), texts.OR)
        options = joined((f"--encoding {SAID.get(each, each)}" for each in possible), texts.OR)
        raise EncodingError(translatable(texts.MAY_BE, names=names, options=options))
    raise EncodingError(translatable(texts.NO_ENCODING, line=_faulty_line(content)))


def _codec(asked: str) -> str:
    name = NAMES.get(asked.strip().casefold(), asked.strip())
    try:
        info = codecs.lookup(name)
        if not isinstance(b"".decode(info.name), str) or not getattr(info, "_is_text_encoding", True):
            raise LookupError
    except (LookupError, ValueError, TypeError):
        raise EncodingError(translatable(texts.UNKNOWN_ENCODING, asked=asked)) from None
    return info.name


def _is_wide(start: bytes) -> bool:
    """Whether every other byte is zero, as in UTF-16 text of Latin letters."""
    even, odd = start[0:2000:2].count(0), start[1:2000:2].count(0)
    return max(even, odd) * 8 > len(start[:2000]) and min(even, odd) * 10 < max(even, odd)


def _decodes(
    content: Content, codec: str, never: re.Pattern[str] | None = None, samples: list[str] | None = None
) -> bool:
    decoder = codecs.getincrementaldecoder(codec)()
    tail = ""
    try:
        for chunk in content():
            text = tail + decoder.decode(chunk)
            if never and not text.isascii():
                if never.search(QUOTED.sub(r"\1", text)) or SYMBOLS.search(text):
                    return False
                if samples is not None and len(samples) < SAMPLES:
                    _sample(text, samples)
            tail = text[-4:] if never else ""
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _faulty_line(content: Content) -> int:
    """The line with the first byte that is not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines = 1
    for chunk in content():
        pending = decoder.getstate()[0]
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            return lines + (pending + chunk)[: error.start].count(b"\n")
        lines += chunk.count(b"\n")
    return lines


def _sample(text: str, samples: list[str]) -> None:
    for found in re.finditer(r"[^\s,;\t\"]*[^\x00-\x7f][^\s,;\t\"]*", text):
        if found[0] not in samples and len(samples) < SAMPLES:
            samples.append(found[0][:30])
