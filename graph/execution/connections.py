"""The fields of a connection: nodes, edges, pageInfo and totalCount."""

from collections.abc import Callable
from typing import Any

from graphql import FieldNode, get_named_type

from graph.execution.levels import Level
from graph.execution.pieces import Piece, json_object
from graph.execution.selection import Undeclared

ObjectOf = Callable[[Level, Any, list[FieldNode]], Piece]  # graph/execution/fields.py


class Connection:
    """Its views are the nodes' JSON, one for each selection of nodes or edges.

    The pieces use the variables out0, out1 …, cursors, total.
    """

    def __init__(self, level: Level, kind: Any, nodes: list[FieldNode], object_of: ObjectOf) -> None:
        self._level, self._object_of = level, object_of
        self._selections = level.draft.selections
        self.views: list[Piece] = []
        self.edges = self.ends = self.counts = self.has_page_info = False
        self._members: list[tuple[str, Callable[[str, str], Piece]]] = []
        for key, each in self._selections.fields(kind, nodes).items():
            self._members.append((key, self._member(kind, each)))

    @property
    def cursors(self) -> bool:
        return self.edges or self.ends

    @property
    def rows(self) -> bool:
        """Whether anything of the page's rows is asked for."""
        return bool(self.views) or self.edges or self.has_page_info

    def piece(self, has_next: str, has_previous: str) -> Piece:
        return json_object((key, make(has_next, has_previous)) for key, make in self._members)

    def _member(self, kind: Any, nodes: list[FieldNode]) -> Callable[[str, str], Piece]:
        name = nodes[0].name.value
        inner = get_named_type(kind.fields[name].type) if name != "__typename" else None
        match name:
            case "__typename":
                return lambda *_: Piece(f'"{kind.name}"')
            case "nodes":
                out = self._view(inner, nodes)
                return lambda *_: Piece("[%s]", [f"comma({out})"])
            case "edges":
                return self._edges(inner, nodes)
            case "pageInfo":
                return self._page_info(inner, nodes)
            case "totalCount":
                self.counts = True
                return lambda *_: Piece("%s", ["total"])
        raise Undeclared("field")

    def _view(self, inner: Any, nodes: list[FieldNode]) -> str:
        self.views.append(self._object_of(self._level, inner, nodes))
        return f"out{len(self.views) - 1}"

    def _edges(self, kind: Any, nodes: list[FieldNode]) -> Callable[[str, str], Piece]:
        members: list[tuple[str, Piece]] = []
        used: list[tuple[str, str]] = []
        for key, each in self._selections.fields(kind, nodes).items():
            match each[0].name.value:
                case "__typename":
                    members.append((key, Piece(f'"{kind.name}"')))
                case "node":
                    variable = f"n{len(used)}"
                    used.append((variable, self._view(get_named_type(kind.fields["node"].type), each)))
                    members.append((key, Piece("%s", [variable])))
                case "cursor":
                    members.append((key, Piece("%s", ["k"])))
                case _:
                    raise Undeclared("field")
        self.edges = True
        used.append(("k", "cursors"))
        variables, lists = (", ".join(each) for each in zip(*used, strict=True))
        piece = json_object(members)
        return lambda *_: Piece("[%s]", [f"comma([{piece} for {variables}, in zip({lists}, strict=True)])"])

    def _page_info(self, kind: Any, nodes: list[FieldNode]) -> Callable[[str, str], Piece]:
        fields = self._selections.fields(kind, nodes)
        names = {each[0].name.value for each in fields.values()}
        if names - {"__typename", "hasNextPage", "hasPreviousPage", "startCursor", "endCursor"}:
            raise Undeclared("field")
        self.ends = self.ends or bool(names & {"startCursor", "endCursor"})
        self.has_page_info = True

        def make(has_next: str, has_previous: str) -> Piece:
            known = {
                "__typename": Piece(f'"{kind.name}"'),
                "hasNextPage": Piece("%s", [f"('true' if {has_next} else 'false')"]),
                "hasPreviousPage": Piece("%s", [f"('true' if {has_previous} else 'false')"]),
                "startCursor": Piece("%s", ["(cursors[0] if cursors else 'null')"]),
                "endCursor": Piece("%s", ["(cursors[-1] if cursors else 'null')"]),
            }
            return json_object((key, known[each[0].name.value]) for key, each in fields.items())

        return make
