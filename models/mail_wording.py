"""What a brand says in its mails instead of the standard texts: by kind and language, with variables, in versions."""

import re
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.locale import Locale
from models.scope import BrandOwned, Internal

# What is between braces; a brace alone is a text.
_VARIABLE = re.compile(r"\{([^{}]*)\}")
VARIABLES = ("brand", "buyer", "buyerOrderNumber", "code", "total")
_NAMES = "|".join(VARIABLES)
# {code and code}, which lack a brace, and ｛code｝, as a Japanese keyboard writes it. They would be sent as they are.
_MISWRITTEN = re.compile(rf"[{{｛]\s*(?:{_NAMES})(?![A-Za-z])[}}｝]?|(?<![A-Za-z])(?:{_NAMES})\s*[}}｝]", re.IGNORECASE)


class MailWording(Internal, BrandOwned, Base):
    """One version. The newest of a kind and language is in use; rows are neither changed nor deleted.

    None: the standard text. All three None: the wording was deleted.
    """

    __tablename__ = "mail_wordings"
    __table_args__ = (ForeignKeyConstraint(["brand_id"], ["brands.id"]),)

    kind: Mapped[str] = mapped_column(String(64), primary_key=True)
    locale: Mapped[Locale] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    subject: Mapped[str | None] = mapped_column(Text)
    heading: Mapped[str | None] = mapped_column(Text)
    body: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(200))


def unknown_variables(text: str) -> list[str]:
    """What stands between braces and is no variable, in the order of the text."""
    return [found for found in _VARIABLE.findall(text) if found not in VARIABLES]


def miswritten_variables(text: str) -> list[str]:
    """What looks like a variable and is none, in the order of the text."""
    return _MISWRITTEN.findall(_VARIABLE.sub(" ", text))


def filled(text: str, values: Mapping[str, str]) -> str:
    """With the values for the variables. Braces in a value stay as they are."""
    return _VARIABLE.sub(lambda found: values.get(found[1], found[0]), text)
