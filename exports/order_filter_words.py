"""The conditions of a list of orders in words, for the summary of its workbook."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from exports.xlsx.summary import time_zone_of_conditions
from models.buyer import Buyer
from models.catalog import Catalog
from models.locale import Locale, Text, moment
from models.messages.statuses import DELIVERY_STATUS_LABELS, status_label
from models.policy import DeliveryStatus, OrderStatus
from models.rejection_reason import RejectionReason
from models.tag import Tag

MOST_NAMED = 20  # values of one condition
AND_MORE = Text("{names} and {count:,} more", "{names} ほか{count:,}件")
YES, NO = Text("yes", "はい"), Text("no", "いいえ")
LABELS: dict[str, Text] = {
    "search": Text("Search", "検索"),
    "status": Text("Status", "ステータス"),
    "can_reject": Text("Can be rejected", "却下可能"),
    "buyer_ids": Text("Buyers", "バイヤー"),
    "tag_ids": Text("Tags", "タグ"),
    "placed_from": Text("Placed from", "注文日時（以降）"),
    "placed_to": Text("Placed before", "注文日時（より前）"),
    "include_archived": Text("With archived orders", "アーカイブ済みを含む"),
    "delivery_status": Text("Delivery status", "納品ステータス"),
    "updated_since": Text("Updated from", "更新日時（以降）"),
    "updated_before": Text("Updated before", "更新日時（より前）"),
    "catalog_ids": Text("Catalogs", "カタログ"),
    "invoiced": Text("Invoiced", "請求済み"),
    "only_archived": Text("Only archived orders", "アーカイブ済みのみ"),
    "without_tag": Text("Without a tag", "タグなし"),
    "assigned": Text("Assigned", "担当者あり"),
    "assignee_ids": Text("Assignees", "担当者"),
    "reason_ids": Text("Rejection reasons", "却下理由"),
}


async def conditions_in_words(
    session: AsyncSession, conditions: Mapping[str, Any], locale: Locale, *, for_buyer: bool
) -> list[tuple[str, str]]:
    """Label and value of each. `conditions`: the fields of an OrderFilter that say something, by their names."""
    zone = await time_zone_of_conditions(session)
    names: dict[str, tuple[Any, Any]] = {
        "buyer_ids": (Buyer.id, Buyer.name),
        "tag_ids": (Tag.id, Tag.name),
        "catalog_ids": (Catalog.id, Catalog.name),
        "reason_ids": (
            RejectionReason.id,
            RejectionReason.label_ja if locale is Locale.JA else RejectionReason.label_en,
        ),
    }
    found = []
    for name, value in conditions.items():
        if name in names:
            id, shown = names[name]
            rows = await session.scalars(select(shown).where(id.in_(value)).order_by(shown))
            words = _several([str(each) for each in rows], locale)
        elif isinstance(value, bool):
            words = (YES if value else NO).in_(locale)
        elif isinstance(value, datetime):
            words = f"{moment(value, locale, zone)} ({zone})"
        elif isinstance(value, str):
            words = value
        else:
            words = _several([_status(each, locale, for_buyer=for_buyer) for each in value], locale)
        found.append((LABELS[name].in_(locale), words))
    return found


def _status(value: object, locale: Locale, *, for_buyer: bool) -> str:
    if isinstance(value, OrderStatus):
        return status_label(value, locale, to_buyer=for_buyer, approval_asked=False)
    return DELIVERY_STATUS_LABELS[value].in_(locale) if isinstance(value, DeliveryStatus) else str(value)


def _several(names: Sequence[str], locale: Locale) -> str:
    shown = ", ".join(names[:MOST_NAMED])
    more = len(names) - MOST_NAMED
    return AND_MORE.in_(locale).format(names=shown, count=more) if more > 0 else shown or "–"
