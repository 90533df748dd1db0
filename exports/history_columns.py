"""The columns of the history's workbook, as data: the entries, the rejections among them, and the hash chain.

One statement, `select_entries`, reads all that the three sheets need.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select

from exports.order_columns import CODE, CURRENCY, is_rejected
from exports.xlsx.columns import CellKind, Column, Reader, Sql
from models.actor import ActorKind
from models.audit import AuditEntry, AuditHead, hashed_text
from models.brand import Brand
from models.buyer import Buyer
from models.locale import Text
from models.messages import history
from models.messages.history import EventKind
from models.messages.statuses import status_label
from models.order import Order
from models.policy import OrderStatus
from models.rejection import OrderRejection
from models.rejection_reason import GROUNDS_OF_REJECTION, RejectionGrounds

ACTOR_KINDS: dict[ActorKind, Text] = {
    ActorKind.MEMBER: Text("Member", "メンバー"),
    ActorKind.BUYER: Text("Buyer", "バイヤー"),
    ActorKind.APP: Text("Partner app", "連携アプリ"),
    ActorKind.OPERATOR: Text("Operator", "プラットフォーム運営者"),
}
YES, NO = Text("Yes", "はい"), Text("No", "いいえ")

_status_before = AuditEntry.details["status_before"].as_string()
_status_after = AuditEntry.details["status_after"].as_string()
_reason_code = AuditEntry.details["reason"].as_string()
_body_hash = AuditEntry.details["body_sha256"].as_string()


def _summary(row: Any, reader: Reader) -> str:
    return history.sentence(row.kind, row.details, reader.locale)


def _actor_kind(row: Any, reader: Reader) -> str:
    return ACTOR_KINDS[row.actor_kind].in_(reader.locale)


def _notified(row: Any, reader: Reader) -> str | None:
    return None if row.notified is None else (YES if row.notified else NO).in_(reader.locale)


def _before(row: Any, reader: Reader) -> str | None:
    return _label(row.status_before, reader)


def _after(row: Any, reader: Reader) -> str | None:
    return _label(row.status_after, reader)


def _reason(row: Any, reader: Reader) -> str | None:
    return history.reason_label(row.details, reader.locale)


def _label(status: str | None, reader: Reader) -> str | None:
    return status_label(OrderStatus(status), reader.locale) if status else None


def _hashed(row: Any, _: Reader) -> str | None:
    return hashed_text(row) if row.hash else None


TEXT, INTEGER, MONEY, INSTANT, DAY, _ = CellKind

# fmt: off
SEQUENCE = Column("sequence", Text("No.", "番号"), 10, INTEGER, AuditEntry.sequence)
AT = Column("at", Text("When", "日時"), 18, INSTANT, AuditEntry.at)
ACTOR = Column("actor_name", Text("Who", "実行者"), 24, TEXT, AuditEntry.actor_name)
ACTOR_KIND = Column("actor_kind", Text("Kind of user", "実行者の種類"), 26, TEXT, AuditEntry.actor_kind, _actor_kind)
ACTOR_ID = Column("actor_id", Text("User id", "実行者ID"), 20, TEXT, AuditEntry.actor_id)
BEFORE = Column("status_before", Text("Status before", "変更前のステータス"), 26, TEXT, _status_before, _before)
AFTER = Column(
    "status_after", Text("Status after", "変更後のステータス"), 26, TEXT, _status_after, _after, is_marked=is_rejected
)
NOTIFIED = Column(
    "notified", Text("Mail to the buyer", "バイヤーへのメール"), 22, TEXT, OrderRejection.notified, _notified
)
TIME_ZONE = Column("time_zone", Text("Time zone", "タイムゾーン"), 18, TEXT, Brand.time_zone)
BRAND = Column("brand_code", Text("Brand code", "ブランドコード"), 16, TEXT, Brand.code)

HISTORY_COLUMNS: tuple[Column, ...] = (
    SEQUENCE,
    AT,
    ACTOR,
    CODE,
    Column(
        "summary", Text("What", "内容"), 80, TEXT, AuditEntry.kind, _summary, is_marked=is_rejected,
        is_last_on_paper=True,
    ),
    Column("kind", Text("Kind", "種別"), 26, TEXT, AuditEntry.kind, is_marked=is_rejected),
    ACTOR_KIND,
    ACTOR_ID,
    BEFORE,
    AFTER,
    NOTIFIED,
    BRAND,
    TIME_ZONE,
)

# The rejections, for compliance.
REJECTION_COLUMNS: tuple[Column, ...] = (
    SEQUENCE,
    AT,
    ACTOR,
    CODE,
    Column("buyer", Text("Buyer", "バイヤー"), 28, TEXT, Buyer.name),
    Column("total", Text("Total", "合計"), 16, MONEY, Order.total_minor),
    Column("reason", Text("Reason", "却下理由"), 24, TEXT, _reason_code, _reason),
    replace(NOTIFIED, is_last_on_paper=True),
    ACTOR_KIND,
    ACTOR_ID,
    Column("buyer_code", Text("Buyer code", "バイヤーコード"), 16, TEXT, Buyer.unique_code),
    Column("placed_at", Text("Placed at", "注文日時"), 18, INSTANT, Order.placed_at),
    Column("total_quantity", Text("Total quantity", "合計数量"), 16, INTEGER, Order.total_quantity),
    CURRENCY,
    BEFORE,
    AFTER,
    Column("body", Text("Message", "メッセージ"), 60, TEXT, OrderRejection.body),
    Column("note", Text("Internal note", "社内メモ"), 40, TEXT, RejectionGrounds.note),
    BRAND,
    TIME_ZONE,
)

# The hash chain, to check that no entry was changed or removed.
CHAIN_COLUMNS: tuple[Column, ...] = (
    SEQUENCE,
    BRAND,
    Column("request_id", Text("Request id", "リクエストID"), 38, TEXT, AuditEntry.request_id),
    Column("body_hash", Text("SHA-256 of the message", "メッセージのSHA-256"), 66, TEXT, _body_hash),
    Column("previous_hash", Text("Hash before", "直前のハッシュ"), 66, TEXT, AuditEntry.previous_hash),
    Column("hash", Text("Hash", "ハッシュ"), 66, TEXT, AuditEntry.hash),
    Column("hashed", Text("What the hash is of (UTF-8)", "ハッシュの対象（UTF-8）"), 80, TEXT, AuditEntry.id, _hashed),
)

# Where the chains end. The line is one for `orders audit verify --anchors`.
HEAD_COLUMNS: tuple[Column, ...] = (
    BRAND,
    SEQUENCE,
    Column("hash", Text("Hash", "ハッシュ"), 66, TEXT, AuditHead.hash),
    Column("line", Text("Signed head", "署名済みの末尾"), 80, TEXT, AuditHead.hash),
)
# fmt: on

# Selected under their own names: the columns that the hash covers, and the status, by which is_rejected marks cells.
CONTEXT: dict[str, Sql] = {column.key: getattr(AuditEntry, column.key) for column in AuditEntry.__table__.columns} | {
    "status": _status_after
}


def select_entries(where: Iterable[ColumnElement[bool]]) -> Select[*tuple[Any, ...]]:
    """The audit entries that meet the conditions, newest first."""
    sources = {column.key: column.sql for column in (*HISTORY_COLUMNS, *REJECTION_COLUMNS, *CHAIN_COLUMNS)} | CONTEXT
    of_rejection = and_(
        AuditEntry.kind == EventKind.ORDER_REJECTED,
        OrderRejection.brand_id == AuditEntry.brand_id,
        OrderRejection.order_id == AuditEntry.order_id,
    )
    return (
        select(*(sql.label(key) for key, sql in sources.items()))
        .select_from(AuditEntry)
        .join_from(AuditEntry, Brand)
        .outerjoin(Order, and_(Order.brand_id == AuditEntry.brand_id, Order.id == AuditEntry.order_id))
        .outerjoin_from(Order, Buyer)
        .outerjoin(OrderRejection, of_rejection)
        .outerjoin(RejectionGrounds, GROUNDS_OF_REJECTION)
        .where(*where)
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    )
