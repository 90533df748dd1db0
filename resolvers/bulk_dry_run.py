"""Trying a command on many orders: how many it would act on, what keeps the others back, and a token."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from models import policy
from models.actor import Actor
from models.policy import Blocker, OrderAction
from resolvers.core.refusals import Blocked, DryRun
from resolvers.reading.verdicts import read_facts

FIRST = 100  # orders listed for each blocker
AT_ONCE = 500
NONCE_LENGTH = 16  # of a token, in hexadecimal; its last 48 characters are a hash

# The blockers of each order that the viewer has, in the order of the selection.
Judged = dict[UUID, list[Blocker]]


async def judge(session: AsyncSession, ids: Sequence[UUID], action: OrderAction, actor: Actor) -> Judged:
    found: Judged = {}
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        facts = await read_facts(session, some)
        found |= {id: policy.blockers(action, actor.role, facts[id], bulk=True) for id in some if id in facts}
    return found


def dry_run_of(operation: str, ids: Sequence[UUID], judged: Judged) -> DryRun:
    kept_back: dict[Blocker, list[UUID]] = {}
    for id, blockers in judged.items():
        for blocker in blockers:
            kept_back.setdefault(blocker, []).append(id)
    eligible = [id for id, blockers in judged.items() if not blockers]
    return DryRun(
        count=len(judged),
        eligible_count=len(eligible),
        not_found_count=len(ids) - len(judged),
        first_eligible=eligible[:FIRST],
        blocked=[Blocked(code, len(kept_back[code]), kept_back[code][:FIRST]) for code in Blocker if code in kept_back],
        token=_token(secrets.token_hex(NONCE_LENGTH // 2), operation, judged),
    )


def is_token_of(token: str, operation: str, judged: Judged) -> bool:
    """Whether the same orders are selected as for the dry run, and the command would act on the same of them."""
    expected = _token(token[:NONCE_LENGTH], operation, judged)
    return hmac.compare_digest(token.encode(errors="replace"), expected.encode(errors="replace"))


def _token(nonce: str, operation: str, judged: Judged) -> str:
    """The nonce makes each token serve one run: the table of runs has each once."""
    selection = sorted((id.hex, not blockers) for id, blockers in judged.items())
    return nonce + hashlib.sha256(json.dumps([nonce, operation, selection]).encode()).hexdigest()[:48]
