"""The wordings of a brand's mails: checked, kept in versions, read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Unpack

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.brand import Brand
from models.events import BrandSettingsUpdated
from models.locale import Locale, Text
from models.mail_wording import VARIABLES, MailWording, miswritten_variables, unknown_variables
from models.messages.mail import MailKind
from models.permissions import Permission, permits
from resolvers.core.actions import Terms, act
from resolvers.core.context import Context
from resolvers.core.notices import MAX_BODY_LENGTH, Wording, typed
from resolvers.core.refusals import Outcome, Refusal, RefusalCode, Refused, invalid, refusal, wrong_text
from resolvers.core.work import Work

MAX_LINE_LENGTH = 200
MAX_WORDINGS = 20  # saved at a time
TOO_MANY = Text("At most {most} wordings are saved at a time.", "一度に保存できる文面は{most}件までです。")
KNOWN = ", ".join(f"{{{name}}}" for name in VARIABLES)
UNKNOWN_VARIABLE = Text(
    "There is no variable {unknown}. The variables are {known}.",
    "{unknown} という変数はありません。使用できる変数：{known}",
)
MISWRITTEN_VARIABLE = Text(
    "{found} is not written as a variable. The variables are {known}.",
    "{found} は変数として書かれていません（半角の {{ と }} で囲みます）。使用できる変数：{known}",
)
NO_WORDING = Text(
    "The brand has no wording of its own for {kind} in this language.", "{kind} のこの言語の文面は登録されていません。"
)


@dataclass(frozen=True, slots=True)
class NewWording:
    kind: MailKind
    locale: Locale
    wording: Wording


@dataclass(frozen=True, slots=True)
class WordingRow:
    kind: MailKind
    locale: Locale
    version: int
    wording: Wording
    created_at: datetime
    created_by: str


def check_wording(context: Context, new: NewWording, *at: str) -> list[Refusal]:
    """`at`: the path of the input. A text that is blank stands for the standard one."""
    found = []
    for name in ("subject", "heading", "body"):
        text = getattr(new.wording, name)
        longest = MAX_BODY_LENGTH if name == "body" else MAX_LINE_LENGTH
        found += wrong_text(context, text, longest, *at, name, is_one_line=name != "body")
        if unknown := unknown_variables(text or ""):
            shown = f"{{{unknown[0][:50]}}}"
            found.append(invalid(context, UNKNOWN_VARIABLE, *at, name, unknown=shown, known=KNOWN))
        elif miswritten := miswritten_variables(text or ""):
            found.append(invalid(context, MISWRITTEN_VARIABLE, *at, name, found=miswritten[0][:50], known=KNOWN))
    return found


async def change_wordings(work: Work, wordings: Sequence[NewWording]) -> list[str]:
    """Writes a new version of each that differs. The names of what changed. The brand's row is locked.

    Raises Refused.
    """
    if len(wordings) > MAX_WORDINGS:
        raise Refused(invalid(work.context, TOO_MANY, "mailWordings", most=MAX_WORDINGS))
    wrong = [
        refusal
        for place, new in enumerate(wordings)
        for refusal in check_wording(work.context, new, "mailWordings", str(place))
    ]
    if wrong:
        raise Refused(*wrong)
    changed = [f"mailWordings.{new.kind.value}.{new.locale.value}" for new in wordings if await _change(work, new)]
    return sorted(set(changed))


async def _change(work: Work, new: NewWording) -> bool:
    """Writes a new version if it differs from the newest one. Whether it does."""
    of_kind = (
        MailWording.brand_id == work.brand_id,
        MailWording.kind == new.kind.value,
        MailWording.locale == new.locale,
    )
    newest = await work.find(select(MailWording).where(*of_kind).order_by(MailWording.version.desc()).limit(1))
    wording = Wording(*(_cleaned(text) for text in (new.wording.subject, new.wording.heading, new.wording.body)))
    before = Wording(newest.subject, newest.heading, newest.body) if newest else Wording()
    if wording == before:
        return False
    row = MailWording(
        brand_id=work.brand_id,
        kind=new.kind.value,
        locale=new.locale,
        version=newest.version + 1 if newest else 1,
        subject=wording.subject,
        heading=wording.heading,
        body=wording.body,
        created_at=work.now,
        created_by=work.context.actor.name,
    )
    work.add(row)
    await work.save()
    return True


async def delete_wording(context: Context, kind: MailKind, locale: Locale, **terms: Unpack[Terms]) -> Outcome:
    """Back to the standard texts: a new version without any. The earlier ones stay readable."""

    async def change(work: Work) -> None:
        # As in update_brand_settings: versions are numbered under the brand's lock.
        await work.read(select(Brand.id).where(Brand.id == work.brand_id).with_for_update(key_share=True))
        if not await _change(work, NewWording(kind, locale, Wording())):
            raise Refused(refusal(context, RefusalCode.NOT_FOUND, NO_WORDING, "kind", kind=kind.value))
        names = (f"mailWordings.{kind.value}.{locale.value}",)
        work.record(BrandSettingsUpdated(brand_id=work.brand_id, at=work.now, names=names))

    return await act(context, change, needs=Permission.CHANGE_SETTINGS, **terms)


def _cleaned(text: str | None) -> str | None:
    return (typed(text) or "").strip() or None


async def wordings(context: Context, *, all_versions: bool) -> list[WordingRow]:
    """By kind and language, the newest version first. Empty for a viewer who may not read the settings.

    Without `all_versions`: those in use.
    """
    if not permits(context.actor.role, Permission.READ_SETTINGS):
        return []
    async with context.read() as session:
        rows = await _read(session)
    seen, found = set(), []
    for row in rows:
        if all_versions or ((row.kind, row.locale) not in seen and row.wording != Wording()):
            found.append(row)
        seen.add((row.kind, row.locale))
    return found


async def _read(session: AsyncSession) -> list[WordingRow]:
    newest_first = (MailWording.kind, MailWording.locale, MailWording.version.desc())
    return [
        WordingRow(
            MailKind(each.kind),
            each.locale,
            each.version,
            Wording(each.subject, each.heading, each.body),
            each.created_at,
            each.created_by,
        )
        for each in await session.scalars(select(MailWording).order_by(*newest_first))
    ]
