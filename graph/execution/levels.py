"""A level: the rows of one statement, the columns they need, and the function that makes JSON of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from graph.execution.declared import Source, Viewer
from graph.execution.draft import Draft
from graph.execution.pieces import Piece
from graph.execution.selection import Undeclared

MAX_KEPT = 512  # combinations of a level's values, for each role and language


class Kept(dict[Any, Any]):
    """Pieces of JSON by the driver's values that they follow from."""

    def __init__(self, make: Callable[..., tuple[str, ...]]) -> None:
        self._make = make

    def __missing__(self, key: tuple[Any, ...]) -> tuple[str, ...]:
        if len(self) >= MAX_KEPT:
            self.clear()
        self[key] = made = self._make(*key)
        return made


@dataclass
class Level:
    """`columns`: of the rows' own statement. `apart`: those that rules look at, of one more statement, for buyers.

    `before`: lines that run once, before the loop over the rows; `lists`: names of lists that they make for the loop.
    """

    draft: Draft
    source: Source
    has_parent: bool = False  # a last column, which names it
    columns: list[str] = field(default_factory=list)
    apart: list[str] = field(default_factory=list)
    pure: list[tuple[Callable[..., Any], Callable[[Any], str], dict[str, Any], list[str]]] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        has_buyer = self.draft.preparing.has_buyer
        self.all_columns = {**self.source.columns, **(self.source.for_buyers if has_buyer else {})}

    def at(self, column: str) -> str:
        """The variable of a column in the loop over the level's rows."""
        if column not in self.all_columns:
            raise Undeclared("column")
        is_apart = self.draft.preparing.has_buyer and column in self.source.whole_brand
        columns, letter = (self.apart, "a") if is_apart else (self.columns, "r")
        if column not in columns:
            columns.append(column)
        return f"{letter}{columns.index(column)}"

    def place(self, column: str) -> int:
        """Where a column is in the rows of the statement."""
        return int(self.at(column)[1:])

    # ---------------------------------------------------------------- statements

    def labelled(self) -> list[Any]:
        return [self.all_columns[each].label(f"r{n}") for n, each in enumerate(self.columns)]

    def joined(self, statement: Any, columns: Iterable[str] | None = None) -> Any:
        """With the joins that these columns need, or all of the level."""
        statement = self.source.base(statement.select_from(self.source.model))
        for start, add in self.source.joins.items():
            if any(each.startswith(start) for each in (self.columns if columns is None else columns)):
                statement = add(statement)
        return statement

    def rows_by_ids(self) -> Any:
        return self.joined(select(*self.labelled()).where(self.draft.preparing.among_ids(self.all_columns["id"])))

    # ---------------------------------------------------------------- the function

    def function(self, views: list[Piece]) -> str:
        """Writes the function that turns rows into lists of JSON texts, one list for each view."""
        lines = self._lines_apart() if self.apart else []
        names = [f"r{n}" for n in range(len(self.columns))] + ["parent"] * self.has_parent
        row = "".join(f"{each}, " for each in [*names, *(f"a{n}" for n in range(len(self.apart)))])
        row = f"({row})"
        lines += [line.replace("ROW", row) for line in self.before]
        texts = ""
        if self.pure:
            kept, texts = self._texts()
            lines.append(f"texts = {kept}")
        outs = [f"out{n}" for n in range(len(views))]
        lines += [f"{each} = []" for each in outs]
        if self.lists:
            elements = ", ".join(f"e{each}" for each in self.lists)
            lines.append(f"for {row}, {elements} in zip(rows, {', '.join(self.lists)}, strict=True):")
        else:
            lines.append(f"for {row} in rows:")
        lines += [f"    {texts}"] if texts else []
        lines += [f"    {out}.append({view.quick})" for out, view in zip(outs, views, strict=True)] or ["    pass"]
        lines.append(f"return {', '.join(outs)}," if outs else "return ()")
        empty = f"return {'[], ' * len(outs)}" if outs else "return ()"
        lines = ["if rows:", *(f"    {line}" for line in lines), empty]
        return self.draft.function("level", "v, kept, args, rows", lines)

    def _lines_apart(self) -> list[str]:
        columns = [self.all_columns[each].label(f"a{n}") for n, each in enumerate(self.apart)]
        id_ = self.all_columns["id"]
        asked = select(id_.label("of"), *columns).where(self.draft.preparing.among_ids(id_))
        key = self.place("id")
        return [
            f"ids_apart = ids_of([r[{key}] for r in rows])",
            f"apart = yield {self.draft.statement(asked, whole_brand=True)}, {{'given_ids': ids_apart}}",
            "apart = {r[0]: tuple(r)[1:] for r in apart}",
            f"rows = [(*r, *apart[r[{key}]]) for r in rows]",
        ]

    def _texts(self) -> tuple[str, str]:
        """What is kept, and the line that looks it up for a row: once for all pure fields of a level."""
        columns = list(dict.fromkeys(each for *_, names in self.pure for each in names))
        processors = [self.draft.processor(self.all_columns[each]) for each in columns]
        tasks = [
            (make, write, arguments, [columns.index(each) for each in names])
            for make, write, arguments, names in self.pure
        ]

        def make_texts(viewer: Viewer) -> Kept:
            def texts_of(*raw: Any) -> tuple[str, ...]:
                values = [processor(each) for processor, each in zip(processors, raw, strict=True)]
                return tuple(
                    write(make(viewer, *(values[n] for n in places), **arguments))
                    for make, write, arguments, places in tasks
                )

            return Kept(texts_of)

        names = "".join(f"t{n}, " for n in range(len(self.pure)))
        key = "".join(f"{self.at(each)}, " for each in columns)
        return self.draft.kept(make_texts), f"{names} = texts[({key})]"
