"""What a brand offers: the lists of its catalogs and SKUs. Every buyer of the brand sees them."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, or_, select

from models.catalog import Catalog, Sku
from resolvers.core.context import Context
from resolvers.inputs import InputError, check_search, check_text
from resolvers.reading.pagination import Key, Listing, Page, PageRequest, by_id, read_page
from resolvers.reading.rows import CATALOG_COLUMNS, SKU_COLUMNS, CatalogRow, SkuRow
from resolvers.reading.search import has, terms_of

CATALOG_KEYS = [Key("code", Catalog.code, descending=False), by_id(Catalog.id, descending=False)]
SKU_KEYS = [Key("number", Sku.number, descending=False), by_id(Sku.id, descending=False)]
MAX_NUMBERS = 100
MAX_NUMBER_LENGTH = 64


async def catalogs(context: Context, search: str | None, request: PageRequest) -> Page[CatalogRow]:
    """By code."""
    statement = select(*CATALOG_COLUMNS).where(*_of_catalogs(search))
    async with context.read() as session:
        return await read_page(session, statement, CATALOG_KEYS, request, CatalogRow)


async def count_catalogs(context: Context, search: str | None) -> int:
    async with context.read() as session:
        return await session.scalar(select(func.count()).select_from(Catalog).where(*_of_catalogs(search))) or 0


def listing_of_catalogs(request: PageRequest) -> Listing:
    """The same page as `catalogs`, without a search. Raises InputError."""
    return Listing.of((), CATALOG_KEYS, request)


async def skus(
    context: Context, search: str | None, numbers: Sequence[str] | None, request: PageRequest
) -> Page[SkuRow]:
    """By number. `numbers`: only SKUs with one of these numbers; None: no such condition."""
    statement = select(*SKU_COLUMNS).where(*_of_skus(search, numbers))
    async with context.read() as session:
        return await read_page(session, statement, SKU_KEYS, request, SkuRow)


async def count_skus(context: Context, search: str | None, numbers: Sequence[str] | None) -> int:
    async with context.read() as session:
        return await session.scalar(select(func.count()).select_from(Sku).where(*_of_skus(search, numbers))) or 0


def listing_of_skus(numbers: Sequence[str] | None, request: PageRequest) -> Listing:
    """The same page as `skus`, without a search. Raises InputError."""
    return Listing.of(_of_skus(None, numbers), SKU_KEYS, request, numbers and tuple(numbers))


def _of_catalogs(search: str | None) -> list[ColumnElement[bool]]:
    """Raises InputError for words that cannot be searched. A brand has few catalogs: all are looked at."""
    check_search(search)
    return [has(term, Catalog.folded, Catalog.code, Catalog.name) for term in terms_of(search)]


def _of_skus(search: str | None, numbers: Sequence[str] | None) -> list[ColumnElement[bool]]:
    """Raises InputError for words that cannot be searched, and for too many numbers. All SKUs are looked at."""
    check_search(search)
    where: list[ColumnElement[bool]] = [
        or_(has(term, Sku.folded, Sku.number, Sku.model_number), has(term, Sku.folded_name, Sku.name))
        for term in terms_of(search)
    ]
    if numbers is not None:
        if len(numbers) > MAX_NUMBERS:
            raise InputError(f"numbers takes at most {MAX_NUMBERS}.", "numbers")
        for place, number in enumerate(numbers):
            check_text(number, MAX_NUMBER_LENGTH, "numbers", str(place))
        where.append(Sku.number.in_([number.strip() for number in numbers]))
    return where
