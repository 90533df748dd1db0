"""The numbers of delivery notes and invoices: consecutive per brand and kind of document.

An invoice gets its number when it is issued, and can then be voided but not deleted: its numbers have no gaps. A
delivery note goes out with its goods, so it has its number from the start. The number of a deleted one is not used
again; the audit log names it.
"""

from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ForeignKeyConstraint,
    String,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, insert_into
from models.scope import BrandOwned, Internal

# Codes that begin so are no numbers.
DRAFT = "DRAFT-"


class DocumentNumber(Internal, BrandOwned, Base):
    """The last number that a brand's documents of one kind have.

    It is taken in the transaction that gives the number: a rollback gives it back, and concurrent ones wait.
    """

    __tablename__ = "document_numbers"
    __table_args__ = (ForeignKeyConstraint(["brand_id"], ["brands.id"]),)

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    last: Mapped[int] = mapped_column(BigInteger)


async def next_code(session: AsyncSession, brand_id: UUID, kind: str) -> str:
    """The next code of this kind ("DN", "INV"), without gaps: DN-000001, DN-000002 …"""
    first = insert_into(session, DocumentNumber).values(brand_id=brand_id, kind=kind, last=1)
    taken = first.on_conflict_do_update(
        index_elements=[DocumentNumber.brand_id, DocumentNumber.kind], set_={"last": DocumentNumber.last + 1}
    )
    number = await session.scalar(taken.returning(DocumentNumber.last))
    return f"{kind}-{number:06}"


def draft_code(document_id: UUID) -> str:
    """What a document is called that has no number yet: DRAFT-1A2B3C4D."""
    return f"{DRAFT}{document_id.hex[-8:].upper()}"
