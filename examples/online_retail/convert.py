"""Turns the Online Retail data set (UCI Machine Learning Repository) into an import file.

    python -m examples.online_retail.convert INPUT.csv.gz OUTPUT.csv.gz [--sample ORDERS]

See README.md beside this file for what becomes of each kind of row; every row is counted.
"""

import argparse
import csv
import gzip
import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, BinaryIO, cast
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
CATALOG = "GIFTS-2010"
# Stock codes of postage, fees, discounts and bookings: not goods.
CHARGES = {"POST", "DOT", "M", "D", "C2", "S", "CRUK", "PADS", "B", "AMAZONFEE", "BANK CHARGES"}
MODEL = re.compile(r"\d{5}")

COLUMNS = (
    "Order Code",
    "Buyer Unique Code",
    "Catalog Code",
    "Model Number",
    "SKU Number",
    "Quantity",
    "Unit Price",
    "Currency",
    "Placed At",
    "Buyer Name",
    "Buyer E-mail",
    "Buyer Country",
    "Product Name",
)

Source = dict[str, str]


def kind_of(row: Source) -> str:
    """What becomes of a row: "order line", or why it is none."""
    if row["InvoiceNo"].startswith("C"):
        return "cancellation of earlier lines"
    if row["StockCode"].upper() in CHARGES:
        return "charge, fee or discount"
    if int(row["Quantity"]) <= 0:
        return "stock adjustment"
    return "order line"


def converted(rows: Iterable[Source]) -> Iterator[dict[str, str]]:
    """Order lines in the layout of an import file. An invoice's first time counts for all of its lines."""
    placed: dict[str, str] = {}
    products: dict[str, str] = {}
    for row in rows:
        order, sku, customer = row["InvoiceNo"], row["StockCode"].upper(), row["CustomerID"]
        at = datetime.fromisoformat(row["InvoiceDate"]).replace(tzinfo=LONDON).isoformat()
        product = products.setdefault(sku, row["Description"].strip()) or row["Description"].strip()
        yield {
            "Order Code": order,
            "Buyer Unique Code": customer,
            "Catalog Code": CATALOG,
            "Model Number": found[0] if (found := MODEL.match(sku)) else sku,
            "SKU Number": sku,
            "Quantity": row["Quantity"],
            "Unit Price": row["UnitPrice"],
            "Currency": "GBP",
            "Placed At": placed.setdefault(order, at),
            "Buyer Name": f"Shop {customer}" if customer else "",
            # Every fifth shop is offline: it has no address.
            "Buyer E-mail": f"shop-{customer}@example.com" if customer and int(customer) % 5 else "",
            "Buyer Country": row["Country"],
            "Product Name": product,
        }


def sample(rows: list[dict[str, str]], orders: int) -> list[dict[str, str]]:
    """Whole orders with a buyer and at most 40 lines, evenly spread over the time of the data set."""
    by_order: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        by_order[row["Order Code"]].append(row)
    whole = [lines for lines in by_order.values() if lines[0]["Buyer Unique Code"] and len(lines) <= 40]
    step = max(1, len(whole) / orders)
    return [row for number in range(min(orders, len(whole))) for row in whole[int(number * step)]]


def open_text(path: Path, mode: str) -> IO[str]:
    if path.suffix != ".gz":
        return path.open(mode, encoding="utf-8", newline="")
    if mode == "r":
        return cast(IO[str], gzip.open(path, "rt", encoding="utf-8", newline=""))
    # Without a name and a time in it, the same rows make the same file.
    raw = gzip.GzipFile(filename="", mode="wb", fileobj=path.open("wb"), mtime=0)
    return io.TextIOWrapper(cast(BinaryIO, raw), encoding="utf-8", newline="")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--sample", type=int, metavar="ORDERS", help="only this many whole orders")
    arguments = parser.parse_args()
    counts: Counter[str] = Counter()
    lines: list[Source] = []
    left_out: list[Source] = []
    with open_text(arguments.input, "r") as file:
        for row in csv.DictReader(file):
            kind = kind_of(row)
            counts[kind] += 1
            (lines if kind == "order line" else left_out).append(row)
    rows = list(converted(lines))
    if arguments.sample:
        rows = sample(rows, arguments.sample)
    write(arguments.output, COLUMNS, rows)
    for kind, count in counts.most_common():
        print(f"{count:>8,} rows: {kind}")
    print(f"{len(rows):>8,} rows of {len({row['Order Code'] for row in rows}):,} orders in {arguments.output}")
    if left_out and not arguments.sample:
        beside = arguments.output.with_name(arguments.output.name.partition(".")[0] + ".left-out.csv")
        write(beside, tuple(left_out[0]), left_out)
        print(f"{len(left_out):>8,} rows, as they were, in {beside}")
    without = sum(not row["Buyer Unique Code"] for row in rows)
    if without:
        print(f"{without:>8,} rows have no customer: the import will refuse their orders and say so")


def write(path: Path, columns: tuple[str, ...], rows: Iterable[dict[str, str]]) -> None:
    with open_text(path, "w") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
