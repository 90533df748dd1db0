"""rejectionReasons, createRejectionReason, updateRejectionReason: the brand's list of reasons for rejections."""

from typing import Annotated

import strawberry
from strawberry import ID, UNSET

from graph.core.command_inputs import CommandInput
from graph.core.context import Info, or_none
from graph.core.ids import Kind, from_id
from graph.order_actions import CommandPayload
from graph.rejection_types import RejectionReason
from resolvers import nodes
from resolvers import rejection_reasons as resolvers
from resolvers.core.refusals import Outcome
from resolvers.rejection_reasons import MAX_LABEL_LENGTH, MAX_REASONS

LABEL = f"1 to {MAX_LABEL_LENGTH} characters."


@strawberry.input(description=f"A new reason for rejections. A brand has at most {MAX_REASONS}, archived or not.")
class CreateRejectionReasonInput(CommandInput):
    code: str = strawberry.field(
        description="Code, unique in the brand and permanent: 1 to 64 of A–Z, 0–9 and _, starting with a letter."
    )
    label_en: str = strawberry.field(description=f"English label, {LABEL}")
    label_ja: str = strawberry.field(description=f"Japanese label, {LABEL}")


@strawberry.type(
    description="Result of createRejectionReason. The command succeeded if and only if userErrors is empty."
)
class CreateRejectionReasonPayload(CommandPayload):
    reason: RejectionReason | None = strawberry.field(description="The new reason. Null if refused.")


@strawberry.input(description="What to change of a reason. What is left out, or null, keeps its value.")
class UpdateRejectionReasonInput(CommandInput):
    reason_id: ID = strawberry.field(description="The reason.")
    label_en: str | None = strawberry.field(default=UNSET, description=f"New English label, {LABEL}")
    label_ja: str | None = strawberry.field(default=UNSET, description=f"New Japanese label, {LABEL}")
    is_archived: bool | None = strawberry.field(
        default=UNSET,
        description="True to archive the reason: it can no longer be given, and stays on the rejections that have it. "
        "False to make it available again. A brand that requires a reason keeps at least one.",
    )


@strawberry.type(
    description="Result of updateRejectionReason. The command succeeded if and only if userErrors is empty."
)
class UpdateRejectionReasonPayload(CommandPayload):
    reason: RejectionReason | None = strawberry.field(description="The reason after the command. Null if refused.")


async def rejection_reasons(
    info: Info,
    include_archived: Annotated[
        bool | None, strawberry.argument(description="Whether to include archived reasons. Default: no.")
    ] = UNSET,
) -> list[RejectionReason]:
    found = await resolvers.rejection_reasons(info.context, include_archived=bool(or_none(include_archived)))
    return [RejectionReason.of(row) for row in found]


async def create_rejection_reason(
    info: Info, input: Annotated[CreateRejectionReasonInput, strawberry.argument(description="The reason.")]
) -> CreateRejectionReasonPayload:
    labels = {"label_en": input.label_en, "label_ja": input.label_ja}
    outcome = await resolvers.create_reason(info.context, input.code, labels, **input.terms())
    return CreateRejectionReasonPayload.after(outcome, reason=await _reason(info, outcome))


async def update_rejection_reason(
    info: Info, input: Annotated[UpdateRejectionReasonInput, strawberry.argument(description="The changes.")]
) -> UpdateRejectionReasonPayload:
    values = {"label_en": input.label_en, "label_ja": input.label_ja, "is_archived": input.is_archived}
    changes = {name: value for name, value in values.items() if or_none(value) is not None}
    reason_id = from_id(Kind.REJECTION_REASON, input.reason_id)
    outcome = await resolvers.update_reason(info.context, reason_id, changes, **input.terms())
    return UpdateRejectionReasonPayload.after(outcome, reason=await _reason(info, outcome))


async def _reason(info: Info, outcome: Outcome) -> RejectionReason | None:
    made = outcome.made
    row = (await nodes.rejection_reasons(info.context, [made])).get(made) if made else None
    return RejectionReason.of(row) if row else None
