"""The brand: a seller, i.e. one tenant."""

from uuid import UUID

from sqlalchemy import String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, new_id
from models.locale import Locale


class Brand(Base):
    __tablename__ = "brands"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(Text, default="")
    country: Mapped[str] = mapped_column(String(100), default="", server_default="")
    # The company's name in documents. None: the brand's name.
    legal_name: Mapped[str | None] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(50))
    locale: Mapped[Locale] = mapped_column(default=Locale.EN)
    time_zone: Mapped[str] = mapped_column(String(64), default="UTC")
    currency: Mapped[str] = mapped_column(String(3), default="JPY")
    mail_reply_to: Mapped[str | None] = mapped_column(String(320))
    # The address that mails name for questions. None: the one for replies.
    contact_email: Mapped[str | None] = mapped_column(String(320))
    archiving_enabled: Mapped[bool] = mapped_column(default=True)
    # The display name of the sender of mails. None: the brand's name.
    mail_sender_name: Mapped[str | None] = mapped_column(String(200))
    # The sender's address of mails, which the operator has set. None: the platform's.
    mail_sender_address: Mapped[str | None] = mapped_column(String(320))
    # Whether mails have the PDF of their order or document attached.
    mails_have_pdf: Mapped[bool] = mapped_column(default=False, server_default=false())
    # The message to the buyer of a rejected order if the member types none. None: the product's standard text.
    rejection_text_en: Mapped[str | None] = mapped_column(Text)
    rejection_text_ja: Mapped[str | None] = mapped_column(Text)
    rejection_reason_required: Mapped[bool] = mapped_column(default=False, server_default=false())
