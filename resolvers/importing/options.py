"""How the person with the file wants it to be read and taken."""

from dataclasses import dataclass
from enum import StrEnum

from resolvers.importing.sku_pictures import PictureFolder


class DateOrder(StrEnum):
    """The order of day and month in dates such as 5/1/2026."""

    DMY = "dmy"
    MDY = "mdy"


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """`encoding` and `decimal_comma` None: found out from the file, or the file is refused.

    `allow_similar`: codes that look like known ones are new ones. `update_buyers`: what the file says of known buyers
    is taken over. `dry_run`: everything is checked and counted, nothing is written. `sheet`: the name of the only one
    of a workbook that is read. `decisions`: orders that the file calls rejected are made as rejected ones. `pictures`:
    where the files of the column Picture are; None: the column is left out. `update_skus`: what the file says of known
    SKUs is taken over.
    """

    encoding: str | None = None
    decimal_comma: bool | None = None
    dates: DateOrder | None = None
    allow_similar: bool = False
    update_buyers: bool = False
    dry_run: bool = False
    sheet: str | None = None
    decisions: bool = False
    pictures: PictureFolder | None = None
    update_skus: bool = False


AS_THE_FILE_SAYS = ImportOptions()
