"""Reads the text of SQL statements: is each table of a brand bound to one brand, in the same SELECT?

`unbound` knows as much SQL as SQLAlchemy writes for this product. A table counts as bound when the WHERE or the ON of
its own SELECT demands `brand_id = <parameter>` of it (`id` for brands), joined by AND only.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event

from models.database.sessions import Database
from models.database.tables import metadata

# Table → the column that names its brand. Each table of this schema belongs to a brand; the test of scopes proves it.
BRAND_COLUMN = {name: "brand_id" if "brand_id" in table.c else "id" for name, table in metadata.tables.items()}
_TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|\$\d+|%\(\w+\)s|\w+|::|<>|!=|<=|>=|\S""")
_PARAMETER = re.compile(r"\?|\$\d+|%\(\w+\)s|:\w+")
_SET_OPERATORS = {"UNION", "EXCEPT", "INTERSECT"}
_ENDS_FROM = {"WHERE", "GROUP", "ORDER", "HAVING", "LIMIT", "OFFSET", "RETURNING", "SET", "SELECT", "FOR", "VALUES"}
_JOINS = {"JOIN", "LEFT", "RIGHT", "FULL", "INNER", "CROSS", "OUTER"}
# How SQLAlchemy writes `false()`, and an AND that has it: such a SELECT finds nothing.
_NOTHING = (["0", "=", "1"], ["false"])
_END = (-1, "")
_NO_ALIAS = _ENDS_FROM | _JOINS | _SET_OPERATORS | {"ON", "USING", ",", "(", ")", "AS", "INDEXED", "NOT"}


@dataclass
class _Level:
    """One SELECT, UPDATE or DELETE, without the SELECTs within it. Tokens with their depth of brackets."""

    tokens: list[tuple[int, str]] = field(default_factory=list)


def unbound(statement: str) -> list[str]:
    """The tables (with their aliases) that nothing binds to a brand where they are read or changed."""
    return [table for level in _levels(_TOKEN.findall(statement)) for table in _unbound_in(level.tokens)]


def tables_in(statement: str) -> set[str]:
    """The tables that the statement reads or changes; not those that it only inserts into."""
    return {table for level in _levels(_TOKEN.findall(statement)) for table, _ in _tables([*level.tokens, _END])}


@contextmanager
def statements_for_a_brand(database: Database) -> Iterator[set[str]]:
    """Collects the texts of all statements that run in a session of one brand, the relay's too."""
    seen: set[str] = set()

    def see(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        scope = connection.get_execution_options().get("scope")
        if scope is not None and scope.brand_id is not None and not statement.startswith("BEGIN"):
            seen.add(statement)

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", see)
    yield seen
    event.remove(engine, "before_cursor_execute", see)


def _levels(tokens: list[str]) -> Iterator[_Level]:
    """A bracket that begins with SELECT or WITH is a level of its own; others belong to the level around them."""
    level, open_, depth = _Level(), [], 0
    around: list[tuple[_Level, int]] = []
    for place, token in enumerate(tokens):
        following = tokens[place + 1].upper() if place + 1 < len(tokens) else ""
        if token == "(":
            starts = following in ("SELECT", "WITH")
            open_.append(starts)
            if starts:
                around.append((level, depth))
                level, depth = _Level(), 0
            else:
                level.tokens.append((depth, token))
                depth += 1
        elif token == ")":
            if open_.pop():
                yield level
                level, depth = around.pop()
                level.tokens.append((depth, "subquery"))
            else:
                depth -= 1
                level.tokens.append((depth, token))
        elif token.upper() in _SET_OPERATORS and depth == 0:
            yield level
            level = _Level()
        else:
            level.tokens.append((depth, token))
    yield level


def _tables(tokens: list[tuple[int, str]]) -> Iterator[tuple[str, str]]:
    """(table, alias) of each table in FROM, JOIN, UPDATE and DELETE."""
    from_depth: int | None = None
    expects_table = False
    for place, (depth, token) in enumerate(tokens[:-1]):
        word = token.upper()
        if word in ("FROM", "UPDATE"):
            from_depth, expects_table = depth, True
        elif from_depth is None:
            continue
        elif word in _ENDS_FROM and depth <= from_depth:
            from_depth, expects_table = None, False
        elif word == "JOIN" or (word == "," and depth == from_depth):
            expects_table = True
        elif word == "(" and expects_table:
            continue  # FROM (a JOIN b ON …)
        elif expects_table:
            expects_table = False
            name = token.strip('"')
            if name in BRAND_COLUMN:
                after = [each for _, each in tokens[place + 1 : place + 3]]
                if after[0].upper() == "AS":
                    after = after[1:]
                is_alias = re.fullmatch(r'"?\w+"?', after[0]) and after[0].upper() not in _NO_ALIAS
                yield name, (after[0] if is_alias else token)


def _unbound_in(tokens: list[tuple[int, str]]) -> Iterator[str]:
    tokens = [*tokens, _END]
    if any(
        token.upper() == "WHERE" and [*_clause(tokens[place + 1 :], depth)] in _NOTHING
        for place, (depth, token) in enumerate(tokens)
    ):
        return
    bound = set(_bound(tokens))
    for table, alias in _tables(tokens):
        if (alias, BRAND_COLUMN[table]) not in bound:
            yield table if alias == table else f"{table} AS {alias}"


def _bound(tokens: list[tuple[int, str]]) -> Iterator[tuple[str, str]]:
    """(alias, column) of each `alias.column = parameter` that is a condition of its own in a WHERE or an ON."""
    for start, (depth, token) in enumerate(tokens):
        if token.upper() in ("WHERE", "ON"):
            clause = list(_clause(tokens[start + 1 :], depth))
            if "OR" not in (each.upper() for each in clause):
                for place, each in enumerate(clause):
                    before = clause[place - 1].upper() if place else "AND"
                    if before == "AND" and clause[place + 1 : place + 2] == ["."] and len(clause) > place + 4:
                        column, sign, value = clause[place + 2 : place + 5]
                        if sign == "=" and _PARAMETER.fullmatch(value):
                            yield each, column


def _clause(tokens: list[tuple[int, str]], depth: int) -> Iterator[str]:
    """What stands at this depth until the clause ends."""
    for here, token in tokens:
        if here < depth or (here == depth and token.upper() in _ENDS_FROM | _JOINS | {"ON", ","}):
            return
        if here == depth:
            yield token
