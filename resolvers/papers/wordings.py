"""The wordings of a brand's mails: checked, kept in versions, read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.locale import Locale, Text
from models.mail_wording import VARIABLES, MailWording, unknown_variables
from models.messages.mail import MailKind, mail_texts
from models.permissions import Permission, permits
from resolvers.core.context import Context
from resolvers.core.notices import MAX_BODY_LENGTH, Wording
from resolvers.core.refusals import Refusal, Refused, invalid, wrong_text
from resolvers.core.work import Work

MAX_LINE_LENGTH = 200
MAX_WORDINGS = 20  # saved at a time
TOO_MANY = Text("At most {most} wordings are saved at a time.", "一度に保存できる文面は{most}件までです。")
KNOWN = ", ".join(f"{{{name}}}" for name in VARIABLES)
UNKNOWN_VARIABLE = Text(
    "There is no variable {unknown}. The variables are {known}.",
    "{unknown} という変数はありません。使用できる変数：{known}",
)
OF_THE_BRAND = Text(
    "This mail goes to the brand itself: its wording cannot be changed.", "ブランド宛てのメールの文面は変更できません。"
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
    if mail_texts(new.kind).to_brand:
        return [invalid(context, OF_THE_BRAND, *at, "kind")]
    found = []
    for name in ("subject", "heading", "body"):
        text = getattr(new.wording, name)
        longest = MAX_BODY_LENGTH if name == "body" else MAX_LINE_LENGTH
        found += wrong_text(context, text, longest, *at, name, is_one_line=name != "body")
        if unknown := unknown_variables(text or ""):
            shown = f"{{{unknown[0][:50]}}}"
            found.append(invalid(context, UNKNOWN_VARIABLE, *at, name, unknown=shown, known=KNOWN))
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
    changed = set()
    for new in wordings:
        of_kind = (
            MailWording.brand_id == work.brand_id,
            MailWording.kind == new.kind.value,
            MailWording.locale == new.locale,
        )
        newest = await work.find(select(MailWording).where(*of_kind).order_by(MailWording.version.desc()).limit(1))
        wording = Wording(*(_cleaned(text) for text in (new.wording.subject, new.wording.heading, new.wording.body)))
        before = Wording(newest.subject, newest.heading, newest.body) if newest else Wording()
        if wording == before:
            continue
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
        changed.add(f"mailWordings.{new.kind.value}.{new.locale.value}")
    return sorted(changed)


def _cleaned(text: str | None) -> str | None:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip() or None if text else None


async def wordings(context: Context, *, all_versions: bool) -> list[WordingRow]:
    """By kind and language, the newest version first. Empty for a viewer who may not read the settings."""
    if not permits(context.actor.role, Permission.READ_SETTINGS):
        return []
    async with context.read() as session:
        rows = await _read(session)
    seen, found = set(), []
    for row in rows:
        if all_versions or (row.kind, row.locale) not in seen:
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
