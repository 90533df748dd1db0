"""What an import file says of SKUs: barcode, position and picture; and what it says else of known ones."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from models import audit
from models.audit import AuditEntry
from models.barcode import is_barcode
from models.brand import Brand
from models.catalog import Sku, SkuPicture
from models.database.sessions import Database
from models.locale import Locale
from models.messages.history import sentence
from models.scope import EVERYTHING
from resolvers.importing.sku_pictures import PictureFolder
from resolvers.papers.pictures import KEPT_SIZE, PictureError, clean_picture
from tests.importing.importing import HEADING, places, run, write_csv, write_workbook
from tests.support.factories import make_shop

COLUMNS = ("Style", "Size", "Barcode", "Position", "Picture")


@pytest.fixture
async def brand(database: Database) -> Brand:
    return (await make_shop(database, currency="GBP")).brand


def row(order: str = "A-1", sku: str = "S-1", **looks: str) -> list[str]:
    return [order, "B-9", "SS27", "M-1", sku, "3", "10.05", *(looks.get(column, "") for column in COLUMNS)]


async def imported(database: Database, brand: Brand, path: Path, *rows: list[str], **options: Any) -> tuple[Any, Any]:
    return await run(database, brand, write_csv(path / "orders.csv", rows, [*HEADING, *COLUMNS]), **options)


async def sku(database: Database, number: str = "S-1") -> Sku:
    async with database.read(EVERYTHING) as session:
        return (await session.scalars(select(Sku).where(Sku.number == number, Sku.model_number == "M-1"))).one()


def a_picture(kind: str = "PNG", size: tuple[int, int] = (600, 900), color: str = "red") -> bytes:
    file = BytesIO()
    Image.new("RGB", size, color).save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize("code", ["96385074", "036000291452", "4006381333931", "00012345678905", "4901777018686"])
def test_codes_of_each_length(code: str) -> None:
    assert is_barcode(code)
    assert not any(is_barcode(code[:-1] + digit) for digit in "0123456789" if digit != code[-1])
    assert not is_barcode(code[1:-1])


async def test_a_sku_has_what_the_file_says(database: Database, brand: Brand, tmp_path: Path) -> None:
    summary, faults = await imported(
        database,
        brand,
        tmp_path,
        row(Barcode="490 1777-018686", Position="10"),
        row(sku="S-2", Barcode="９６３８５０７４"),
    )
    assert (summary.imported, faults) == (1, [])
    one, two = await sku(database), await sku(database, "S-2")
    assert (one.barcode, one.position, one.picture_digest) == ("4901777018686", 10, None)
    assert (two.barcode, two.position) == ("96385074", None)


@pytest.mark.parametrize(
    ("looks", "says"),
    [
        ({"Barcode": "4901777018687"}, "wrong check digit"),
        ({"Barcode": "49017770186"}, "has 11 digits"),
        ({"Barcode": "36000291452"}, "with zeros before it, it is a GTIN-12"),
        ({"Barcode": "4.90178E+12"}, "a spreadsheet made of a long number"),
        ({"Barcode": "ABC-123"}, "other characters than digits"),
        ({"Position": "-1"}, "whole number from 0 to 999,999"),
        ({"Position": "1.5"}, "whole number"),
        ({"Position": "first"}, "whole number"),
        ({"Position": "1000000"}, "whole number from 0 to 999,999"),
    ],
)
async def test_cells_at_fault_are_named(
    database: Database, brand: Brand, tmp_path: Path, looks: dict[str, str], says: str
) -> None:
    summary, faults = await imported(database, brand, tmp_path, row(**looks), row("A-2", "S-2", Position="1"))
    (column, value), *_ = looks.items()
    assert (summary.imported, summary.refused, places(faults)) == (1, 1, [(2, column)])
    assert value in faults[0].reason
    assert says in faults[0].reason


async def test_numbers_of_a_workbook_are_read_as_shown(database: Database, brand: Brand, tmp_path: Path) -> None:
    cells = ["A-1", "B-9", "SS27", "M-1", "S-1", 3, 10.05, 36000291452, 20]
    file = write_workbook(tmp_path / "a.xlsx", [cells], [*HEADING, "Barcode", "Position"], H2="000000000000")
    _, faults = await run(database, brand, file)
    assert faults == []
    assert ((await sku(database)).barcode, (await sku(database)).position) == ("036000291452", 20)


async def test_what_a_sku_has_stays_unless_it_is_to_be_updated(
    database: Database, brand: Brand, tmp_path: Path
) -> None:
    await imported(database, brand, tmp_path, row(Size="M", Position="1"))
    changed = row(Size="L", Position="2", Barcode="96385074")
    summary, _ = await imported(database, brand, tmp_path, changed)
    assert (summary.unchanged, summary.sku_differences.names) == (1, ["S-1: size M → L, position 1 → 2"])
    assert summary.sku_fills.names == ["S-1: barcode"]
    found = await sku(database)
    assert (found.size, found.position, found.barcode) == ("M", 1, "96385074")
    summary, _ = await imported(database, brand, tmp_path, changed, update_skus=True)
    assert summary.sku_updates.names == ["S-1: size M → L, position 1 → 2"]
    assert ((await sku(database)).size, (await sku(database)).position) == ("L", 2)


async def test_each_change_of_a_known_sku_is_in_the_history(database: Database, brand: Brand, tmp_path: Path) -> None:
    (tmp_path / "red.png").write_bytes(a_picture())
    await imported(database, brand, tmp_path, row(Size="M", Position="1"))
    changed = row(Size="L", Position="2", Barcode="96385074", Picture="red.png")
    for options in ({}, {"dry_run": True, "update_skus": True}, {"update_skus": True}, {"update_skus": True}):
        await imported(database, brand, tmp_path, changed, pictures=PictureFolder(tmp_path), **options)
    digest = (await sku(database)).picture_digest
    of_kind = select(AuditEntry).where(AuditEntry.kind == "SKU_UPDATED").order_by(AuditEntry.sequence)
    async with database.read(EVERYTHING) as session:
        entries = (await session.scalars(of_kind)).all()
    said = {"code": "S-1", "source": "orders.csv"}
    assert [each.details for each in entries] == [
        said | {"changes": {"barcode": [None, "96385074"], "picture_digest": [None, digest]}},
        said | {"changes": {"size": ["M", "L"], "position": [1, 2]}},
    ]
    assert {each.actor_name for each in entries} == {"Import"}
    assert all(each.hash == audit.digest(each) for each in entries)
    expected = {
        Locale.EN: (
            "barcode – → 96385074, picture",
            "SKU S-1 changed by the import of orders.csv: size M → L, position 1 → 2",
        ),
        Locale.JA: (
            "JANコード：– → 96385074、画像",
            "orders.csv の取り込みでSKU S-1 を変更しました：サイズ：M → L、並び順：1 → 2",
        ),
    }
    for locale, (first, last) in expected.items():
        older, newer = (sentence(each.kind, each.details, locale) for each in entries)
        assert newer == last
        assert older.endswith(first)


async def test_rows_that_say_different_things_are_reported(database: Database, brand: Brand, tmp_path: Path) -> None:
    summary, _ = await imported(database, brand, tmp_path, row(Barcode="96385074"), row("A-2", Barcode="4901777018686"))
    assert summary.imported == 2
    assert summary.skus_apart.names == ["S-1: barcode 96385074, but also 4901777018686"]
    assert (await sku(database)).barcode == "96385074"


async def test_pictures_come_from_the_folder_and_are_kept_once(
    database: Database, brand: Brand, tmp_path: Path
) -> None:
    (tmp_path / "red.png").write_bytes(a_picture())
    rows = [row(Picture="red.png"), row(sku="S-2", Picture="red.png"), row(sku="S-3")]
    summary, faults = await imported(database, brand, tmp_path, *rows)
    assert (faults, summary.notes[-1]) == ([], "left out without --pictures FOLDER: Picture")
    folder = PictureFolder(tmp_path)
    summary, faults = await imported(database, brand, tmp_path, *rows, pictures=folder, dry_run=True)
    assert (summary.unchanged, faults, (await sku(database)).picture_digest) == (1, [], None)
    assert summary.sku_fills.names == ["S-1: picture", "S-2: picture"]
    summary, faults = await imported(database, brand, tmp_path, *rows, pictures=folder)
    assert (faults, summary.sku_fills.names) == ([], ["S-1: picture", "S-2: picture"])
    async with database.read(EVERYTHING) as session:
        kept = (await session.scalars(select(SkuPicture))).one()
    with Image.open(BytesIO(kept.data)) as image:
        assert (image.format, image.size) == ("JPEG", (192, 288))
    digests = [(await sku(database, number)).picture_digest for number in ("S-1", "S-2", "S-3")]
    assert digests == [kept.digest, kept.digest, None]
    (tmp_path / "red.png").write_bytes(a_picture(color="blue"))
    summary, _ = await imported(database, brand, tmp_path, *rows, pictures=PictureFolder(tmp_path), update_skus=True)
    assert summary.sku_updates.names == ["S-1: picture", "S-2: picture"]
    assert (await sku(database)).picture_digest not in (None, kept.digest)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("none.png", "cannot be read"),
        ("../red.png", "no name of a file"),
        ("orders.csv", "no PNG or JPEG"),
        (".", "no name of a file"),
        ("large.png", "200,000 is the most"),
    ],
)
async def test_a_picture_that_cannot_be_taken_is_a_fault(
    database: Database, brand: Brand, tmp_path: Path, name: str, says: str
) -> None:
    (tmp_path / "large.png").write_bytes(b"\0" * 200_001)
    summary, faults = await imported(database, brand, tmp_path, row(Picture=name), pictures=PictureFolder(tmp_path))
    assert (summary.imported, places(faults)) == (0, [(2, "Picture")])
    assert says in faults[0].reason
    assert repr(name) in faults[0].reason


def test_pictures_are_made_small_upright_and_plain() -> None:
    file = BytesIO()
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "secret"
    Image.new("RGB", (400, 200), "red").save(file, "JPEG", exif=exif)
    kept = clean_picture(file.getvalue())
    assert b"secret" not in kept.data
    with Image.open(BytesIO(kept.data)) as image:
        assert image.size == (144, 288)
        assert image.size <= KEPT_SIZE
    assert clean_picture(file.getvalue()) == kept


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a", a_picture()[:-20], a_picture("JPEG")[:-20], a_picture("GIF"), a_picture(size=(4001, 1))]
)
def test_damaged_or_foreign_pictures_are_refused(data: bytes) -> None:
    with pytest.raises(PictureError):
        clean_picture(data)
