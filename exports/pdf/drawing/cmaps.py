"""CMaps: what the codes of a PDF's font are, as text or as glyphs."""

from collections.abc import Sequence

BATCH = 100  # entries of one block


def cmap(name: str, kind: int, operator: str, entries: Sequence[tuple[int, str]]) -> list[bytes]:
    """Its lines. `kind`: 1, to glyphs (operator cidchar), or 2, to text (bfchar)."""
    ordering = "UCS" if kind == 2 else "Identity"
    lines = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        f"/CIDSystemInfo << /Registry (Adobe) /Ordering ({ordering}) /Supplement 0 >> def",
        f"/CMapName /{name} def",
        f"/CMapType {kind} def",
        "1 begincodespacerange",
        "<0000> <ffff>",
        "endcodespacerange",
    ]
    for start in range(0, len(entries), BATCH):
        batch = entries[start : start + BATCH]
        lines.append(f"{len(batch)} begin{operator}")
        lines += [f"<{code:04x}> {value}" for code, value in batch]
        lines.append(f"end{operator}")
    lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
    return [line.encode() for line in lines]
