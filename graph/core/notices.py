"""Notice: a side effect that a completed command could not have, e.g. a mail to the buyer."""

from typing import Self

import strawberry

from graph.core.enums import describe_enum
from resolvers.core import refusals
from resolvers.core.refusals import NoticeCode

describe_enum(
    NoticeCode,
    "Kinds of notices. New values may be added: a client must tolerate unknown values.",
    {
        "BUYER_IS_OFFLINE": "Returned if a mail was requested and the buyer is offline. Nobody is mailed.",
        "BUYER_HAS_NO_ADDRESS": "Returned if a mail was requested and the buyer has no e-mail address. Nobody is "
        "mailed.",
        "ADDRESS_BOUNCED": "Returned for each address of the buyer that a mail server has refused before. Mails still "
        "go to it.",
        "BRAND_HAS_NO_ADDRESS": "Returned if a mail to the brand was requested and the brand has set no address for "
        "questions or for replies. Nobody is mailed.",
    },
)

NOTICES = "Non-fatal notices about a completed command, e.g. the buyer has no e-mail address."
WARNINGS = "The messages of the notices."
USE_NOTICES = "Use `notices`, which have codes."


@strawberry.type(description="A non-fatal notice about a completed command or about a preview.")
class Notice:
    code: NoticeCode = strawberry.field(description="Machine-readable code.")
    message: str = strawberry.field(description="Message for people, in the viewer's language.")

    @classmethod
    def all_of(cls, notices: list[refusals.Notice]) -> list[Self]:
        return [cls(code=each.code, message=each.message) for each in notices]
