"""A short crash loop on each database; `./run chaos` is the long one."""

import asyncio
import random
from dataclasses import replace
from pathlib import Path

import pytest

from tests.chaos.campaign import ANY_MOMENT, BOTH, DATABASE, MAIL_SERVER, RECEIVERS, Campaign, Report
from tests.chaos.server import STEPS
from tests.support.postgres import DURABLE, start_postgres

ROUNDS = 6


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_after_crashes_nothing_is_lost_or_done_twice(database: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'orders.db'}"
    campaign = Campaign(url, tmp_path, None, ROUNDS, random.Random(1), Report(database), speed=30)
    if database == "sqlite":
        report = asyncio.run(campaign.run())
    else:
        with start_postgres(*DURABLE) as postgres:
            url = postgres.create_database("chaos")
            report = asyncio.run(replace(campaign, url=url, postgres=postgres).run())
    assert report.violations == []
    assert report.rounds == sum(report.kills.values()) == ROUNDS
    assert report.kills["server: step not reached"] == 0
    assert report.rejected == report.promised > report.unclear
    assert report.promised - report.unclear <= len(report.mails) <= report.promised
    assert report.dropped
    assert len(set(report.events.values())) == 1
    assert min(report.events.values()) > 0


def test_a_crash_is_survived_at_every_step_of_a_rejection_and_its_mail() -> None:
    campaign = Campaign("", Path(), None, 2 * 25, random.Random(1), Report(""))
    others = {ANY_MOMENT, BOTH, DATABASE, MAIL_SERVER, RECEIVERS}
    assert set(campaign.plan()) == {step.name for step in STEPS} | others
    assert not {step.name for step in STEPS} & others
