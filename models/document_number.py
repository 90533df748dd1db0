"""The numbers of delivery notes and invoices: consecutive per brand and kind of document."""

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


class DocumentNumber(Internal, BrandOwned, Base):
    """The last number that a brand's documents of one kind have. It is taken in the transaction of the new document."""

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
