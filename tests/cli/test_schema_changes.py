"""`orders schema check OLD NEW`: what breaks clients, what may, and what does not."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from graph.cli.commands import orders
from graph.cli.schema_changes import Severity, read_schema, schema_changes
from graph.settings.environment import ROOT

RELEASED = ROOT / "docs" / "schema-released.graphql"
PRINTED = ROOT / "schema.graphql"
OLD = """
  scalar Time @specifiedBy(url: "https://old.example")
  directive @note(text: String = "a") on FIELD
  interface Node { id: ID! }
  "A dog."
  type Dog implements Node { id: ID!  name(short: Boolean! = false): String  age: Int! }
  type Cat { id: ID! }
  union Pet = Dog | Cat
  enum Size { SMALL LARGE }
  input Find { text: String = "x"  size: Size! = SMALL  need: Boolean }
  type Query { pet(find: Find): Pet  dog(id: ID!): Dog }
  type Mutation { feed(id: ID!): Dog }
"""
B, D, S = Severity.BREAKING, Severity.DANGEROUS, Severity.SAFE


def run(tmp_path: Path, old: str, new: str) -> tuple[int, str, str]:
    paths = [tmp_path / name for name in ("old.graphql", "new.graphql")]
    for path, text in zip(paths, (old, new), strict=True):
        path.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(orders, ["schema", "check", *map(str, paths)])
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("before", "after", "severity", "says"),
    [
        ("  age: Int! }", " }", B, "Dog.age was removed"),
        ("age: Int!", "age: Int", B, "Dog.age changed type from Int! to Int"),
        ("need: Boolean", "need: Boolean!", B, "Find.need changed type from Boolean to Boolean!"),
        ("need: Boolean", "need: Boolean  more: Int!", B, "required field Find.more was added"),
        ("dog(id: ID!)", "dog(id: ID!, at: Time!)", B, "required argument Query.dog(at:) was added"),
        ("dog(id: ID!)", "dog", B, "Argument Query.dog(id:) was removed"),
        ("SMALL LARGE", "SMALL", B, "Enum value Size.LARGE was removed"),
        ("Dog | Cat", "Dog", B, "Cat was removed from union type Pet"),
        ("Dog implements Node", "Dog", B, "Node"),
        ("type Mutation", "type Other", B, "The root type of mutation was removed"),
        ("size: Size! = SMALL", "size: Size!", B, "Find.size lost its default"),
        ("short: Boolean! = false", "short: Boolean!", B, "Dog.name(short:) lost its default"),
        (
            'text: String = "x"  size: Size! = SMALL  need: Boolean',
            "text: String size: Size",
            B,
            "Find.need was removed",
        ),
        ("on FIELD\n", "on QUERY\n", B, "FIELD was removed from @note"),
        ("SMALL LARGE", "SMALL LARGE HUGE", D, "HUGE was added"),
        ("Dog | Cat", "Dog | Cat | Query", D, "Query was added"),
        ("need: Boolean", "need: Boolean  more: Int", D, "optional field Find.more"),
        ("dog(id: ID!)", "dog(id: ID!, at: Time)", D, "optional argument Query.dog(at:)"),
        ('String = "x"', 'String = "y"', D, 'from "x" to "y"'),
        ("https://old.example", "https://new.example", D, "Time changed its specification"),
        ("age: Int!", "age: Int!  mood: String", S, "Dog.mood was added"),
        ("pet(find: Find): Pet", "pet(find: Find): Pet!", S, "Query.pet"),
        ("size: Size! = SMALL", "size: Size = SMALL", S, "Find.size"),
        ('"A dog."', '"A good dog."', S, "Description of"),
        ("age: Int!", 'age: Int! @deprecated(reason: "Use born.")', S, "Dog.age was deprecated: Use born."),
        ("need: Boolean", "need: Boolean @deprecated", S, "Find.need was deprecated"),
        ("SMALL LARGE", 'SMALL LARGE @deprecated(reason: "Too big.")', S, "Size.LARGE was deprecated: Too big."),
        ("type Mutation", "type Subscription { tick: Int } type Mutation", S, "root type of subscription was added"),
    ],
)
def test_each_change_is_listed_by_what_it_does_to_clients(
    tmp_path: Path, before: str, after: str, severity: Severity, says: str
) -> None:
    new = OLD.replace(before, after)
    assert new != OLD
    code, out, err = run(tmp_path, OLD, new)
    listed: dict[str, list[str]] = {}
    for line in out.splitlines():
        if line.startswith("  "):
            listed[next(reversed(listed))].append(line)
        else:
            listed[line.split(":")[0].lower()] = []
    assert [each for each in listed[severity] if says in each], out
    assert code == (1 if severity is B else 0)
    assert bool(err) == (severity is B)


def test_one_of_breaks_whoever_gives_two(tmp_path: Path) -> None:
    loose = "type Query { a(by: By!): Int }  input By { id: ID code: String }"
    strict = loose.replace("input By", "input By @oneOf")
    assert "By became @oneOf" in run(tmp_path, loose, strict)[1]
    assert run(tmp_path, loose, strict)[0] == 1
    assert run(tmp_path, strict, loose)[0] == 0


def test_the_same_schema_has_no_changes(tmp_path: Path) -> None:
    assert run(tmp_path, OLD, OLD) == (0, "Breaking: 0\nDangerous: 0\nSafe: 0\n", "")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"type Query {", "line 1: Syntax Error"),
        (b"\n\ntype Query { a: Int } }", "line 3"),
        (b"", "is no GraphQL schema"),
        (b"type Query { a: Missing }", "Missing"),
        (b"type A { a: Int }", "Query root type must be provided"),
        (b"\xff\xfe", "is not UTF-8"),
        (b"type Query { a: " + b"[" * 100_000, "is no GraphQL schema"),
        (b"{ viewer { name } }", "is no"),
    ],
)
def test_what_is_no_schema_is_not_compared(tmp_path: Path, text: bytes, says: str) -> None:
    good, bad = tmp_path / "good.graphql", tmp_path / "bad.graphql"
    good.write_text(OLD)
    bad.write_bytes(text)
    for arguments in ([good, bad], [bad, good], [good, tmp_path / "missing"], [good, tmp_path], [good]):
        done = CliRunner().invoke(orders, ["schema", "check", *map(str, arguments)])
        assert (done.exit_code, done.stdout) == (2, ""), done.output
        assert bad not in arguments or (says in done.stderr and len(done.stderr.splitlines()) == 1)


def test_clients_of_the_last_release_go_on_working() -> None:
    changes = schema_changes(read_schema(RELEASED), read_schema(PRINTED))
    assert changes[B] == [], "keep it and deprecate it first: see CONTRIBUTING.md"


def test_a_field_is_deprecated_before_it_goes(tmp_path: Path) -> None:
    """Once from end to end, with a field of ours: added, deprecated, removed."""
    released = PRINTED.read_text(encoding="utf-8")
    field = '  """Old name of the code."""\n  oldCode: String!'
    start = "type Order implements Node {\n"
    added = released.replace(start, f"{start}{field}\n\n")
    deprecated = released.replace(start, f'{start}{field} @deprecated(reason: "Use code.")\n\n')
    assert run(tmp_path, released, added)[0] == 0
    code, out, _ = run(tmp_path, added, deprecated)
    assert code == 0
    assert "Order.oldCode was deprecated: Use code." in out
    code, out, err = run(tmp_path, deprecated, released)
    assert code == 1
    assert "Order.oldCode was removed" in out
    assert "deprecate it first" in err
