"""The wordings of a brand's mails, as types of the API."""

from datetime import datetime

import strawberry
from strawberry import UNSET

from graph.core.context import or_none
from models.locale import Locale
from models.messages.mail import MailKind
from resolvers.core.notices import MAX_BODY_LENGTH, Wording
from resolvers.papers.wordings import KNOWN, MAX_LINE_LENGTH, NewWording, WordingRow

VARIABLES = f"Variables: {KNOWN}."


@strawberry.type(description="What the brand says in its mails of one kind and language instead of the standard texts.")
class MailWording:
    kind: MailKind = strawberry.field(description="Kind of mail.")
    locale: Locale = strawberry.field(description="Language of the mail.")
    version: int = strawberry.field(description="Number of the version, from 1. The newest is in use.")
    subject: str | None = strawberry.field(description=f"Subject line. Null: the standard one. {VARIABLES}")
    heading: str | None = strawberry.field(description=f"Heading in the mail. Null: the standard one. {VARIABLES}")
    body: str | None = strawberry.field(
        description=f"Message if none was typed. Null: the brand's rejection text, or else the standard text. "
        f"{VARIABLES}"
    )
    created_at: datetime = strawberry.field(description="When this version was saved.")
    created_by: str = strawberry.field(description="Name of the person or app that saved this version.")

    @classmethod
    def of(cls, row: WordingRow) -> "MailWording":
        return cls(
            kind=row.kind,
            locale=row.locale,
            version=row.version,
            subject=row.wording.subject,
            heading=row.wording.heading,
            body=row.wording.body,
            created_at=row.created_at,
            created_by=row.created_by,
        )


@strawberry.input(
    description="The wording of the mails of one kind and language, as a new version. A text that is left out, null or "
    f"blank is the standard one. {VARIABLES}"
)
class MailWordingInput:
    kind: MailKind = strawberry.field(description="Kind of mail.")
    locale: Locale = strawberry.field(description="Language of the mail.")
    subject: str | None = strawberry.field(
        default=UNSET, description=f"Subject line, at most {MAX_LINE_LENGTH} characters."
    )
    heading: str | None = strawberry.field(
        default=UNSET, description=f"Heading in the mail, at most {MAX_LINE_LENGTH} characters."
    )
    body: str | None = strawberry.field(
        default=UNSET, description=f"Message if none was typed, at most {MAX_BODY_LENGTH:,} characters."
    )

    def read(self) -> NewWording:
        return NewWording(
            self.kind, self.locale, Wording(or_none(self.subject), or_none(self.heading), or_none(self.body))
        )
