"""A plugin of ariadne-codegen: an enum value that a newer server added becomes a new member, not a ValidationError."""

import ast

from ariadne_codegen.plugins.base import Plugin
from graphql import GraphQLEnumType

MISSING = '''
@classmethod
def _missing_(cls, value: object) -> "{name}":
    """A value that the server has got since this client was generated."""
    member = str.__new__(cls, str(value))
    member._name_ = member._value_ = str(value)
    return member
'''


class TolerantEnums(Plugin):
    def generate_enum(self, class_def: ast.ClassDef, enum_type: GraphQLEnumType) -> ast.ClassDef:
        class_def.body.extend(ast.parse(MISSING.format(name=enum_type.name)).body)
        return class_def
