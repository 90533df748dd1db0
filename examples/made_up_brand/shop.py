"""What made-up orders need: buyers of very different size, catalogs, models in sizes, tags, and who works there."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate
from typing import Any
from uuid import UUID

from examples.made_up_brand.ids import made_id
from models.actor import ActorKind

BUYERS = 400
MODELS = 400
SIZES = ("XS", "S", "M", "L", "XL")
# Catalog code and name.
CATALOGS = (
    ("SS25", "Spring/Summer 2025"),
    ("AW25", "Autumn/Winter 2025"),
    ("SS26", "Spring/Summer 2026"),
    ("AW26", "Autumn/Winter 2026"),
)
# Country, currency, language, and how many of a hundred buyers.
COUNTRIES = (
    ("Japan", "JPY", "ja", 55),
    ("United Kingdom", "GBP", "en", 15),
    ("Germany", "EUR", "en", 12),
    ("France", "EUR", "en", 8),
    ("United States", "USD", "en", 10),
)
# Minor units of a currency that 1,000 yen come to.
RATES = {"JPY": 1000, "GBP": 520, "EUR": 610, "USD": 660}
TAGS = (
    ("vip", "Important customer", "#7A3AD8"),
    ("sample", "Samples", "#2E7D32"),
    ("late", "Late", "#D83A3A"),
    ("exhibition", "From the exhibition", "#00838F"),
    ("split", "Deliver in parts", "#EF6C00"),
)
GARMENTS = ("Linen shirt", "Wool coat", "Denim jacket", "Cotton dress", "Silk scarf", "Canvas tote", "Knit cardigan")
SHOPS = ("Boutique", "Select Shop", "Department Store", "Concept Store", "Atelier", "Outfitters", "Trading")
TOWNS = ("Aoyama", "Kobe", "Sapporo", "Fukuoka", "Leeds", "Bristol", "Lyon", "Hamburg", "Berlin", "Portland", "Austin")


@dataclass(frozen=True, slots=True)
class Person:
    """Who acted, as the audit writes it down."""

    kind: ActorKind
    id: str
    name: str


MEMBERS = [
    Person(ActorKind.MEMBER, f"member-{n}", name)
    for n, name in enumerate(("佐藤 美奈", "田中 健", "Mina Sato", "鈴木 愛", "Will Carter", "高橋 涼"), 1)
]
OPERATOR = Person(ActorKind.OPERATOR, "operator-1", "Olga Petrov")
ERP = Person(ActorKind.APP, "app-erp", "ERP Connector")


@dataclass(frozen=True, slots=True)
class MadeBuyer:
    """Ids are in hex, as in all rows of orders."""

    id: str
    name: str
    currency: str
    locale: str
    is_offline: bool
    emails: tuple[str, ...]
    user: Person


@dataclass(frozen=True, slots=True)
class MadeSku:
    """`prices`: currency → minor units."""

    id: str
    prices: dict[str, int]


@dataclass(slots=True)
class MadeShop:
    """Weights are cumulative, for random.choices. A model is its SKUs, smallest size first."""

    brand_id: UUID
    code: str
    buyers: list[MadeBuyer] = field(default_factory=list)
    buyer_weights: list[float] = field(default_factory=list)
    catalogs: list[str] = field(default_factory=list)
    models: list[list[list[MadeSku]]] = field(default_factory=list)
    model_weights: list[float] = field(default_factory=list)
    tags: list[tuple[str, str]] = field(default_factory=list)


def zipf(number: int, exponent: float) -> list[float]:
    """Cumulative weights: a few are large, most are small."""
    return list(accumulate(1 / rank**exponent for rank in range(1, number + 1)))


def make_shop(rng: random.Random, code: str, at: datetime) -> tuple[MadeShop, dict[str, list[dict[str, Any]]]]:
    """The shop, and its rows by table."""
    brand_id = made_id(rng, at)
    shop = MadeShop(brand_id, code, buyer_weights=zipf(BUYERS, 0.9))
    brand = {"id": brand_id, "code": code, "name": f"{code.title()} Wholesale", "address": "東京都渋谷区神宮前1-2-3",
             "locale": "ja", "time_zone": "Asia/Tokyo", "currency": "JPY"}  # fmt: skip
    rows: dict[str, list[dict[str, Any]]] = {"brands": [brand]}
    rows["buyers"], rows["buyer_recipients"] = _buyers(rng, shop, at)
    rows["catalogs"] = []
    for catalog_code, name in CATALOGS:
        id = made_id(rng, at)
        shop.catalogs.append(id.hex)
        rows["catalogs"].append({"brand_id": brand_id, "id": id, "code": catalog_code, "name": name})
    rows["skus"] = _skus(rng, shop, at)
    rows["tags"] = []
    for tag, name, color in TAGS:
        id = made_id(rng, at)
        shop.tags.append((id.hex, tag))
        rows["tags"].append({"brand_id": brand_id, "id": id, "code": tag, "name": name, "color": color})
    return shop, rows


def _buyers(rng: random.Random, shop: MadeShop, at: datetime) -> Sequence[list[dict[str, Any]]]:
    buyers: list[dict[str, Any]] = []
    recipients: list[dict[str, Any]] = []
    weights = list(accumulate(country[-1] for country in COUNTRIES))
    for number in range(1, BUYERS + 1):
        country, currency, locale, _ = rng.choices(COUNTRIES, cum_weights=weights)[0]
        name = f"{rng.choice(TOWNS)} {rng.choice(SHOPS)} {number}"
        is_offline = rng.random() < 0.15
        # Addresses that can belong to nobody (RFC 2606).
        emails = () if is_offline else tuple(f"buyer-{number}-{n}@example.com" for n in range(rng.choice((1, 1, 2))))
        id = made_id(rng, at)
        user = Person(ActorKind.BUYER, f"buyer-{number}", name)
        shop.buyers.append(MadeBuyer(id.hex, name, currency, locale, is_offline, emails, user))
        buyers.append(
            {"brand_id": shop.brand_id, "id": id, "unique_code": f"B{number:04}", "name": name, "country": country,
             "address": f"{number} High Street", "locale": locale, "is_offline": is_offline}
        )  # fmt: skip
        recipients += [{"brand_id": shop.brand_id, "buyer_id": id, "email": email} for email in emails]
    return buyers, recipients


def _skus(rng: random.Random, shop: MadeShop, at: datetime) -> list[dict[str, Any]]:
    """Each model belongs to one catalog."""
    rows = []
    shop.models = [[] for _ in CATALOGS]
    for number in range(1, MODELS + 1):
        yen = rng.randrange(2, 60) * 1000
        prices = {currency: yen * rate // 1000 for currency, rate in RATES.items()}
        name = rng.choice(GARMENTS)
        model = []
        for size in SIZES:
            id = made_id(rng, at)
            model.append(MadeSku(id.hex, prices))
            rows.append(
                {"brand_id": shop.brand_id, "id": id, "number": f"M{number:04}-{size}",
                 "model_number": f"M{number:04}", "name": f"{name} {number} {size}", "price_minor": yen,
                 "currency": "JPY"}
            )  # fmt: skip
        shop.models[number % len(CATALOGS)].append(model)
    shop.model_weights = zipf(MODELS // len(CATALOGS), 0.7)
    return rows
