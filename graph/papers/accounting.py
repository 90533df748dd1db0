"""accountingExport: a link to the issued invoices and credit notes, for bookkeeping."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import strawberry
from strawberry import UNSET

from graph.core.context import Info, or_none
from graph.core.download_links import Download
from graph.core.enums import InLocale, describe_enum
from graph.core.ranges import checked_end
from graph.downloads import ACCOUNTING_CSV, ACCOUNTING_EXCEL, Issued
from models.permissions import Permission
from resolvers.core.refusals import require
from resolvers.viewer import brand_day


class AccountingFormat(StrEnum):
    XLSX = "XLSX"
    CSV = "CSV"


describe_enum(
    AccountingFormat,
    "File formats of accountingExport.",
    {"XLSX": "An Excel workbook, with the sums of each currency.", "CSV": "Comma-separated values, in UTF-8."},
)


async def accounting_export(
    info: Info,
    issued_from: Annotated[
        datetime | None, strawberry.argument(description="Only documents issued at or after this instant.")
    ] = UNSET,
    issued_before: Annotated[
        datetime | None, strawberry.argument(description="Only documents issued before this instant.")
    ] = UNSET,
    format: Annotated[AccountingFormat, strawberry.argument(description="File format.")] = AccountingFormat.XLSX,
    locale: InLocale = UNSET,
) -> Download:
    require(info.context, Permission.READ_INTERNAL)
    start = or_none(issued_from)
    wanted = Issued(start, checked_end("issued", start, issued_before, None))
    document = ACCOUNTING_EXCEL if format is AccountingFormat.XLSX else ACCOUNTING_CSV
    return info.context.links.to(document, wanted, info.context.actor, locale or None, await brand_day(info.context))
