"""`./run chaos`: kills servers, database, mail server and receivers of webhooks under load, and counts what is lost."""

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.chaos.campaign import Campaign, Report
from tests.support.postgres import DURABLE, start_postgres


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="./run chaos", description=__doc__)
    parser.add_argument("--rounds", type=int, default=200, help="kills on each database (default 200)")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], help="only on this one")
    parser.add_argument("--seed", type=int, default=None, help="for the same order of kills again")
    chosen = parser.parse_args(arguments)
    seed = chosen.seed if chosen.seed is not None else random.randrange(1_000_000)
    reports = []
    for database in [chosen.database] if chosen.database else ["sqlite", "postgresql"]:
        with campaign(database, chosen.rounds, seed) as ready:
            print(f"{ready.report.database}: {chosen.rounds} rounds, some seconds each …", file=sys.stderr)
            reports.append(asyncio.run(ready.run()))
        print(table(reports[-1], seed), flush=True)
    return 1 if any(report.violations for report in reports) else 0


@contextmanager
def campaign(database: str, rounds: int, seed: int) -> Iterator[Campaign]:
    """A campaign on a new database. Its folder, with the servers' logs, is kept if a check fails."""
    folder, chance = Path(tempfile.mkdtemp(prefix="chaos-")), random.Random(seed)
    if database == "sqlite":
        made = Campaign(f"sqlite:///{folder / 'orders.db'}", folder, None, rounds, chance, Report("SQLite"))
        yield made
    else:
        with start_postgres(*DURABLE) as postgres:
            url = postgres.create_database("chaos")
            made = Campaign(url, folder, postgres, rounds, chance, Report("PostgreSQL"))
            yield made
    if made.report.violations:
        print(f"The servers' logs are in {folder}.")
    else:
        shutil.rmtree(folder)


def table(report: Report, seed: int) -> str:
    repeats = sum(report.mails.values()) - len(report.mails)
    rows: list[tuple[str, object]] = [
        ("rounds", report.rounds),
        ("kills", sum(report.kills.values())),
        *((f"  {what}", count) for what, count in sorted(report.kills.items())),
        ("orders asked for", report.asked),
        ("retries by clients", report.retries),
        *((f"  answered: {what}", count) for what, count in sorted(report.answers.items())),
        ("rejections in the database", report.rejected),
        ("mails promised", report.promised),
        ("mails arrived, by Message-ID", len(report.mails)),
        ("  of which the mail server never answered", len(report.dropped)),
        ("  shown as possibly delivered", report.unclear),
        ("  the same one again", repeats),
        ("  at most", f"{max(report.mails.values(), default=0)} times"),
        *((f"events at the receiver {name}", count) for name, count in report.events.items()),
        *((f"  the same ones again, at {name}", count) for name, count in report.repeated.items()),
        ("webhooks resumed after 410", report.resumed),
        ("violations", len(report.violations)),
    ]
    width = max(len(name) for name, _ in rows)
    lines = [f"\n{report.database}, seed {seed}, {report.seconds:.0f} s"]
    lines += [f"{name:<{width}}  {value}" for name, value in rows]
    return "\n".join([*lines, *(f"  ! {each}" for each in report.violations[:20])])


if __name__ == "__main__":
    sys.exit(main())
