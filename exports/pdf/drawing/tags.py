"""Makes the tags of a PDF say what a screen reader needs: one table for each table, heads of its cells, artifacts.

WeasyPrint tags a table once for each page that it is on, and what repeats on the pages as content.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pydyf

Element = Any  # a pydyf.Dictionary: S, its kind; K, its children: references, or numbers of content on the page Pg


def write_tags(pdf: Any) -> None:
    root = _object(pdf, pdf.catalog["StructTreeRoot"])
    document = _object(pdf, root["K"][0])
    _join_tables(pdf, document)
    ids: list[tuple[str, Any]] = []
    for element in [document, *_inside(pdf, document)]:
        if element["S"] == "/Table":
            ids += _Table(pdf, element).write()
    if ids:
        tree = pydyf.Dictionary({"Names": pydyf.Array()})
        for id, reference in sorted(ids):
            tree["Names"] += [pydyf.String(id), reference]
        pdf.add_object(tree)
        root["IDTree"] = tree.reference
    _make_artifacts(pdf, root, document)


def _object(pdf: Any, reference: Any) -> Any:
    return pdf.objects[int(reference.split()[0])]


def _children(pdf: Any, element: Element) -> list[Element]:
    found = [_object(pdf, each) for each in element["K"] if not isinstance(each, int)]
    return [each for each in found if each.get("Type") == "/StructElem"]


def _inside(pdf: Any, element: Element) -> Iterator[Element]:
    for child in _children(pdf, element):
        yield child
        yield from _inside(pdf, child)


def _join_tables(pdf: Any, document: Element) -> None:
    """No template has two tables beside each other, so a table after a table is its next page."""
    kept: list[Any] = []
    table = None
    for reference in document["K"]:
        element = _object(pdf, reference)
        if element["S"] != "/Table":
            table = None
        elif table is None:
            table = element
        else:
            for part in _children(pdf, element):
                if part["S"] != "/THead":  # that of the first page is there already
                    part["P"] = table.reference
                    table["K"].append(part.reference)
            continue
        kept.append(reference)
    document["K"][:] = kept


@dataclass
class _Table:
    """Each head gets a name and a scope, each cell the names of its heads, those of columns first."""

    pdf: Any
    table: Element
    columns: dict[int, str] = field(default_factory=dict)
    ids: list[tuple[str, Any]] = field(default_factory=list)

    def write(self) -> list[tuple[str, Any]]:
        for part in _children(self.pdf, self.table):
            rows = [part] if part["S"] == "/TR" else _children(self.pdf, part)
            group: dict[int, list[str]] = {}  # heads in the body are those of the rows after them
            for row in rows:
                self._row(row, group, is_head=part["S"] == "/THead")
        return self.ids

    def _row(self, row: Element, group: dict[int, list[str]], *, is_head: bool) -> None:
        cells = [each for each in _children(self.pdf, row) if each["S"] in ("/TH", "/TD")]
        heads = [cell for cell in cells if cell["S"] == "/TH"]
        is_of_columns = is_head or len(heads) > 1
        if is_of_columns and not is_head:
            group.clear()
        own: list[str] = []
        column = 0
        for cell in cells:
            span = range(column, column + cell["A"].get("ColSpan", 1))
            column = span.stop
            if cell["S"] == "/TH":
                id = f"{self.table.number}-{len(self.ids)}"
                self.ids.append((id, cell.reference))
                cell["ID"] = pydyf.String(id)
                cell["A"]["Scope"] = "/Column" if is_of_columns else "/Row"
                if is_head:
                    self.columns |= dict.fromkeys(span, id)
                elif is_of_columns:
                    for each in span:
                        group.setdefault(each, []).append(id)
                else:
                    own.append(id)
            else:
                found = [self.columns[each] for each in span if each in self.columns]
                found += [id for each in span for id in group.get(each, [])]
                cell["A"]["Headers"] = pydyf.Array([pydyf.String(id) for id in dict.fromkeys(found + own)])


def _make_artifacts(pdf: Any, root: Element, document: Element) -> None:
    """What repeats on the pages: it has tags that belong to nothing."""
    used: dict[Any, set[int]] = {}
    reached = set()
    for element in [document, *_inside(pdf, document)]:
        reached.add(element.number)
        for kid in element["K"]:
            if isinstance(kid, int):
                used.setdefault(element["Pg"], set()).add(kid)
    parents = _object(pdf, root["ParentTree"])["Nums"]
    for place, page in enumerate(pdf.page_references):
        parts = _object(pdf, _object(pdf, page)["Contents"]).stream
        of_page = parents[2 * place + 1]
        for at, part in enumerate(parts):
            number = part.get("MCID") if isinstance(part, dict) else None
            if number is not None and number not in used.get(page, ()):
                parts[at - 1 : at + 2] = ["/Artifact", b"", b"BMC"]
                of_page[number] = "null"
    for each in pdf.objects:
        if isinstance(each, pydyf.Dictionary) and each.get("Type") == "/StructElem" and each.number not in reached:
            each.clear()
