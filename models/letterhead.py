"""The letterhead of a brand: what its documents say of it; and its logos."""

from enum import StrEnum

from sqlalchemy import Enum, ForeignKeyConstraint, Integer, LargeBinary, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.registration import MAX_LENGTH, RegistrationKind
from models.scope import BrandOwned
from models.tax import Rounding, TaxKind


class Paper(StrEnum):
    A4 = "A4"
    LETTER = "LETTER"


class Letterhead(BrandOwned, Base):
    """One row for each brand that has set some of it. None: nothing is printed, or the product's default."""

    __tablename__ = "brand_letterheads"
    __table_args__ = (
        ForeignKeyConstraint(["brand_id"], ["brands.id"]),
        ForeignKeyConstraint(["brand_id", "logo_digest"], ["brand_logos.brand_id", "brand_logos.digest"]),
    )

    registration_kind: Mapped[RegistrationKind | None] = mapped_column(
        Enum(RegistrationKind, native_enum=False, length=16)
    )
    registration_number: Mapped[str | None] = mapped_column(String(MAX_LENGTH))
    logo_digest: Mapped[str | None] = mapped_column(String(64))
    accent_color: Mapped[str | None] = mapped_column(String(7))
    bank_details: Mapped[str | None] = mapped_column(Text)
    payment_days: Mapped[int | None] = mapped_column(Integer)
    payment_terms_en: Mapped[str | None] = mapped_column(Text)
    payment_terms_ja: Mapped[str | None] = mapped_column(Text)
    footer_en: Mapped[str | None] = mapped_column(Text)
    footer_ja: Mapped[str | None] = mapped_column(Text)
    greeting_en: Mapped[str | None] = mapped_column(Text)
    greeting_ja: Mapped[str | None] = mapped_column(Text)
    paper: Mapped[Paper | None] = mapped_column(Enum(Paper, native_enum=False, length=8))
    # The tax of new orders whose lines name none, and how tax is rounded.
    default_tax_kind: Mapped[TaxKind | None] = mapped_column(Enum(TaxKind, native_enum=False, length=16))
    default_tax_rate: Mapped[int | None] = mapped_column(Integer)
    prices_include_tax: Mapped[bool] = mapped_column(default=False, server_default=false())
    tax_rounding: Mapped[Rounding | None] = mapped_column(Enum(Rounding, native_enum=False, length=8))


class Logo(BrandOwned, Base):
    """A logo, named by the SHA-256 of its bytes. It is neither changed nor deleted: issued documents show it."""

    __tablename__ = "brand_logos"
    __table_args__ = (ForeignKeyConstraint(["brand_id"], ["brands.id"]),)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(32))
    data: Mapped[bytes] = mapped_column(LargeBinary)


def rounding_of(kind: RegistrationKind | None, chosen: Rounding | None) -> Rounding:
    """Without a choice: cut off in Japan, as is usual there, half up elsewhere."""
    return chosen or (Rounding.DOWN if kind is RegistrationKind.JP_INVOICE else Rounding.HALF_UP)
