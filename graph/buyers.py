"""buyers, buyer, createBuyer, updateBuyer: the brand's buyers themselves."""

from typing import Annotated, Any, Unpack
from uuid import UUID

import strawberry
from strawberry import ID, UNSET

from graph.buyer_types import Buyer
from graph.core.command_inputs import CommandInput, same
from graph.core.context import Info, or_none
from graph.core.ids import Kind, from_id
from graph.core.pagination import (
    After,
    Before,
    Connection,
    First,
    Last,
    PageArguments,
    connection,
    page_request,
    selected_page,
    without_search,
)
from graph.limits.cost import COST_OF_A_FILTER
from graph.order_actions import CommandPayload
from models.actor import Viewpoint
from models.locale import Locale
from resolvers import buyer_erasure
from resolvers import buyers as resolvers
from resolvers.buyers import (
    MAX_ADDRESS_LENGTH,
    MAX_CODE_LENGTH,
    MAX_COUNTRY_LENGTH,
    MAX_NAME_LENGTH,
    MAX_RECIPIENTS,
)
from resolvers.core.idempotency import IdempotentRequest
from resolvers.inputs import MAX_SEARCH_LENGTH, MAX_WORDS
from resolvers.reading.pagination import Listing

# Field of the inputs → what resolvers/buyers.py calls it.
VALUES = {
    "unique_code": "unique_code",
    "name": "name",
    "email_recipients": "recipients",
    "locale": "locale",
    "has_own_locale": "has_own_locale",
    "country": "country",
    "address": "address",
    "delivery_address": "delivery_address",
    "is_offline": "is_offline",
}
# Null empties these; all others have no default to fall back to, and keep their value.
CAN_BE_NULL = ("country", "address", "delivery_address")
NAME = f"The shop's name, 1 to {MAX_NAME_LENGTH} characters."
COUNTRY = f"Country, at most {MAX_COUNTRY_LENGTH} characters."
ADDRESS = f"Postal address, in lines, at most {MAX_ADDRESS_LENGTH:,} characters: where invoices go."
DELIVERY_ADDRESS = (
    f"Where goods go: name and address, in lines, at most {MAX_ADDRESS_LENGTH:,} characters. Default: the postal "
    "address."
)
RECIPIENTS = f"At most {MAX_RECIPIENTS} e-mail addresses; those that differ only by case are one."


@strawberry.input(description="A new buyer of the brand.")
class CreateBuyerInput(CommandInput):
    unique_code: str = strawberry.field(
        description=f"The brand's code for the buyer, unique in the brand, 1 to {MAX_CODE_LENGTH} characters. It "
        "cannot be changed later."
    )
    name: str = strawberry.field(description=NAME)
    email_recipients: list[str] | None = strawberry.field(
        default=UNSET, description=f"{RECIPIENTS} Every mail to the buyer goes to all of them. Default: none."
    )
    locale: Locale | None = strawberry.field(
        default=UNSET,
        description="Language of the mails to the buyer. Default: Japanese for a buyer in Japan, English for one in "
        "another country; without a country the brand's, and it changes with it.",
    )
    country: str | None = strawberry.field(default=UNSET, description=COUNTRY)
    address: str | None = strawberry.field(default=UNSET, description=ADDRESS)
    delivery_address: str | None = strawberry.field(default=UNSET, description=DELIVERY_ADDRESS)
    is_offline: bool | None = strawberry.field(
        default=UNSET,
        description="Whether the buyer is only a record kept by the brand, without users and mails. Default: true if "
        "there are no e-mail addresses.",
    )
    allow_similar_code: bool = strawberry.field(
        default=False,
        description="Whether the code may differ from another buyer's only by case, width, leading zeros or "
        "characters that nobody sees. If false, such a code is refused.",
    )


@strawberry.type(description="Result of createBuyer. The command succeeded if and only if userErrors is empty.")
class CreateBuyerPayload(CommandPayload):
    buyer: Buyer | None = strawberry.field(description="The new buyer. Null if refused.")


@strawberry.input(
    description="What changes of a buyer. What is left out, or null, keeps its value; null empties country and "
    "the addresses. The code does not change."
)
class UpdateBuyerInput(CommandInput):
    buyer_id: ID = strawberry.field(description="The buyer.")
    name: str | None = strawberry.field(default=UNSET, description=NAME)
    email_recipients: list[str] | None = strawberry.field(
        default=UNSET,
        description=f"Replaces all e-mail addresses; an empty list removes them. {RECIPIENTS} Mails that wait to be "
        "sent keep the addresses that they have. The same addresses again confirm them: recipients.bouncedAt becomes "
        "null.",
    )
    locale: Locale | None = strawberry.field(
        default=UNSET,
        description="Language of the mails to the buyer, from the next mail on. It is the buyer's own then.",
    )
    has_own_locale: bool | None = strawberry.field(
        default=UNSET,
        description="False gives the buyer the language of its country, or without a country the brand's, which it "
        "then follows; locale is ignored.",
    )
    country: str | None = strawberry.field(default=UNSET, description=COUNTRY)
    address: str | None = strawberry.field(default=UNSET, description=ADDRESS)
    delivery_address: str | None = strawberry.field(default=UNSET, description=DELIVERY_ADDRESS)
    is_offline: bool | None = strawberry.field(
        default=UNSET,
        description="Whether the buyer is only a record kept by the brand, without users and mails. Default: an "
        "offline buyer that gets e-mail addresses becomes a connected one.",
    )


@strawberry.type(description="Result of updateBuyer. The command succeeded if and only if userErrors is empty.")
class UpdateBuyerPayload(CommandPayload):
    buyer: Buyer | None = strawberry.field(description="The buyer after the command. Null if refused.")


@strawberry.input(description="The buyer whose personal data is erased.")
class EraseBuyerInput(CommandInput):
    buyer_id: ID = strawberry.field(description="The buyer.")


@strawberry.type(description="Result of eraseBuyer. The command succeeded if and only if userErrors is empty.")
class EraseBuyerPayload(CommandPayload):
    buyer: Buyer | None = strawberry.field(description="The buyer after the command. Null if refused.")


def listing(
    viewer: Viewpoint, *, search: str | None = UNSET, bounced: bool | None = UNSET, **page: Unpack[PageArguments]
) -> Listing:
    """Raises InputError, and Unexpected for a search."""
    without_search(search)
    return resolvers.listing(page_request(**page), viewer, bounced=or_none(bounced))


def id_of_buyer(id: str) -> UUID | None:
    return from_id(Kind.BUYER, id)


async def buyers(
    info: Info,
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
    search: Annotated[
        str | None,
        strawberry.argument(
            description="Search words; case, width (full or half), accents and kinds of dashes do not matter. Each "
            "word must occur in the buyer's code, its name or one of "
            f"its e-mail addresses. At most {MAX_SEARCH_LENGTH} characters and {MAX_WORDS} words.",
            directives=[COST_OF_A_FILTER],
        ),
    ] = UNSET,
    bounced: Annotated[
        bool | None,
        strawberry.argument(
            description="Only buyers with (true) or without (false) an address that a mail server has refused.",
            directives=[COST_OF_A_FILTER],
        ),
    ] = UNSET,
) -> Connection[Buyer]:
    words = or_none(search)
    request = selected_page(info, first, after, last, before)
    refused = or_none(bounced)
    page = await resolvers.buyers(info.context, words, request, bounced=refused)
    return connection(page, Buyer.of, lambda: resolvers.count_buyers(info.context, words, bounced=refused))


async def buyer(info: Info, id: Annotated[ID, strawberry.argument(description="The buyer.")]) -> Buyer | None:
    return await _buyer(info, id_of_buyer(id))


async def create_buyer(
    info: Info, input: Annotated[CreateBuyerInput, strawberry.argument(description="The buyer.")]
) -> CreateBuyerPayload:
    values, similar = _values(input), input.allow_similar_code
    as_sent = values | {"allow_similar_code": similar}
    arguments = {name: same(value) for name, value in as_sent.items() if value is not None}
    request = IdempotentRequest("createBuyer", arguments, or_none(input.idempotency_key), as_sent=as_sent)
    outcome = await resolvers.create_buyer(info.context, values, allow_similar_code=similar, request=request)
    return CreateBuyerPayload.after(outcome, buyer=await _buyer(info, outcome.made))


async def update_buyer(
    info: Info, input: Annotated[UpdateBuyerInput, strawberry.argument(description="The buyer and the changes.")]
) -> UpdateBuyerPayload:
    values, buyer_id = _values(input), from_id(Kind.BUYER, input.buyer_id)
    as_sent = values | {"buyer_id": buyer_id}
    arguments = {name: same(value) for name, value in as_sent.items()}
    request = IdempotentRequest("updateBuyer", arguments, or_none(input.idempotency_key), as_sent=as_sent)
    outcome = await resolvers.update_buyer(info.context, buyer_id, values, request=request)
    return UpdateBuyerPayload.after(outcome, buyer=await _buyer(info, outcome.made))


async def erase_buyer(
    info: Info, input: Annotated[EraseBuyerInput, strawberry.argument(description="The buyer.")]
) -> EraseBuyerPayload:
    buyer_id = from_id(Kind.BUYER, input.buyer_id)
    request = IdempotentRequest("eraseBuyer", {"buyer_id": buyer_id}, or_none(input.idempotency_key))
    outcome = await buyer_erasure.erase_buyer(info.context, buyer_id, request=request)
    return EraseBuyerPayload.after(outcome, buyer=await _buyer(info, outcome.made))


def _values(input: CreateBuyerInput | UpdateBuyerInput) -> dict[str, Any]:
    """Those that are given."""
    given = {name: getattr(input, field, UNSET) for field, name in VALUES.items()}
    return {
        name: value
        for name, value in given.items()
        if value is not UNSET and (value is not None or name in CAN_BE_NULL)
    }


async def _buyer(info: Info, buyer_id: UUID | None) -> Buyer | None:
    row = await info.context.loaders.buyer.load(buyer_id) if buyer_id else None
    return Buyer.of(row) if row else None
