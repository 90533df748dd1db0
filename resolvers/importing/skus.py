"""What an import file says of SKUs: of new ones, and what it says else of those that are known."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from models.base import insert_new, new_id
from models.brand import Brand
from models.catalog import Sku, SkuPicture
from models.events import SkuUpdated
from models.messages import importing as texts
from models.messages.history import SKU_COLUMNS
from models.prices import split
from models.translatable import joined, translatable
from resolvers.importing.rows import ImportRow
from resolvers.importing.sku_pictures import PictureFolder
from resolvers.papers.pictures import PictureError

# Of an ImportRow, as of Sku.
LOOKS = {"style": "style", "color": "color", "size": "size", "barcode": "barcode", "sku_position": "position"}
NOTHING = frozenset({"", None})
_looks = attrgetter(*LOOKS)


@dataclass(frozen=True, slots=True)
class SaidOfSku:
    """What a file's rows say of one SKU. `row`: the one with its name and price. `values`: by column, without blanks.

    `picture`: the name of a file, or "". `apart`: what rows say otherwise than earlier rows, which count.
    """

    row: ImportRow
    values: Mapping[str, Any]
    picture: str = ""
    apart: tuple[str, ...] = ()

    def and_row(self, row: ImportRow) -> "SaidOfSku":
        new = _values(row)
        said = [(column, self.values.get(column, value), value) for column, value in new.items()]
        if row.picture and self.picture:
            said.append(("picture_digest", self.picture, row.picture))
        apart = [
            translatable(texts.BUT_ALSO, name=SKU_COLUMNS[column], one=one, other=other)
            for column, one, other in said
            if one != other
        ]
        return SaidOfSku(
            self.row if self.row.product or not row.product else row,
            {**new, **self.values},
            self.picture or row.picture,
            (*self.apart, *(each for each in apart if each not in self.apart)),
        )

    def new_sku(self, brand: Brand) -> dict[str, Any]:
        row = self.row
        return {
            "id": new_id(),
            "brand_id": brand.id,
            "number": row.sku_number,
            "model_number": row.model_number,
            "name": row.product or row.sku_number,
            "price_minor": None if row.price is None else split(row.price)[0],
            "price_fraction": 0 if row.price is None else split(row.price)[1],
            "currency": (row.currency or brand.currency) if row.price is not None else None,
            "picture_digest": None,
        } | {column: self.values.get(column) for column in LOOKS.values()}


def _values(row: ImportRow) -> dict[str, Any]:
    return {column: value for column, value in zip(LOOKS.values(), _looks(row), strict=True) if value not in NOTHING}


def describes(row: ImportRow) -> bool:
    """Whether a row says anything that a known SKU can take over."""
    return bool(row.picture) or not NOTHING.issuperset(_looks(row))


def said_of_skus(rows: Iterable[ImportRow]) -> dict[str, SaidOfSku]:
    found: dict[str, SaidOfSku] = {}
    for row in rows:
        said = found.get(row.sku_number)
        if said is None:
            found[row.sku_number] = SaidOfSku(row, _values(row), row.picture)
        elif describes(row) or (row.product and not said.row.product):
            found[row.sku_number] = said.and_row(row)
    return found


@dataclass(frozen=True, slots=True)
class Otherwise:
    """What a file says else of a known SKU. `fills`: columns that were empty; `changes`: others."""

    sku: Any
    fills: Mapping[str, Any]
    changes: Mapping[str, Any]

    @property
    def filled(self) -> str:
        return self._said(translatable(SKU_COLUMNS[column]) for column in self.fills)

    @property
    def said_else(self) -> str:
        return self._said(
            translatable(SKU_COLUMNS[column])
            if column == "picture_digest"
            else translatable(texts.CHANGE, name=SKU_COLUMNS[column], old=getattr(self.sku, column), new=value)
            for column, value in self.changes.items()
        )

    def _said(self, parts: Iterable[str]) -> str:
        return translatable(texts.SAID_OF, code=self.sku.number, said=joined(parts, texts.COMMA))


def compare(sku: Any, said: SaidOfSku, picture_digest: str | None) -> Otherwise:
    values = dict(said.values) | ({"picture_digest": picture_digest} if picture_digest else {})
    fills = {column: value for column, value in values.items() if getattr(sku, column) is None}
    changes = {
        column: value for column, value in values.items() if column not in fills and getattr(sku, column) != value
    }
    return Otherwise(sku, fills, changes)


async def keep_pictures(
    session: AsyncSession, brand: Brand, folder: PictureFolder, names: Iterable[str], *, dry_run: bool
) -> dict[str, str]:
    """Keeps the pictures and gives the digest of each name."""
    found: dict[str, str] = {}
    for name in sorted(set(names)):
        try:
            picture = await asyncio.to_thread(folder.read, name)
        except PictureError:  # it was there when its row was read
            continue
        found[name] = picture.digest
        if not dry_run:
            row = {"brand_id": brand.id, "digest": picture.digest, "data": picture.data}
            await session.execute(insert_new(session, SkuPicture), [row])
    return found


async def change_sku(session: AsyncSession, brand: Brand, sku: Any, values: Mapping[str, Any]) -> None:
    if values:
        await session.execute(update(Sku).where(Sku.brand_id == brand.id, Sku.id == sku.id).values(**values))


def changed(brand: Brand, others: Iterable[Otherwise], source: str, now: datetime, *, all: bool) -> list[SkuUpdated]:
    """What the import has changed of known SKUs. `all`: not only what was empty."""
    values = ((each.sku, {**each.fills, **(each.changes if all else {})}) for each in others)
    return [
        SkuUpdated(
            brand_id=brand.id,
            at=now,
            number=sku.number,
            changes={column: (getattr(sku, column), value) for column, value in new.items()},
            source=source,
        )
        for sku, new in values
        if new
    ]
