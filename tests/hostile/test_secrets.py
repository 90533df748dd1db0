"""Whatever fails, no secret is in logs, answers, the output of `orders doctor` or stored errors."""

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from exports.relay.transports import SmtpTransport, SmtpUrlError
from graph.cli.main import main
from graph.settings.environment import from_environment
from graph.settings.errors import SettingsError
from graph.telemetry.logs import NOISY, JsonLines, PlainLines
from models.database.engines import DatabaseUrlError
from models.database.sessions import Database
from tests.support.client import SECRET, Client, id_of, serving
from tests.support.clock import Clock
from tests.support.factories import NOON, make_order, make_shop
from tests.support.ports import free_port

PASSWORD = "hunter2-correct-horse"
REJECT = """mutation ($id: ID!) { rejectOrder(input: {orderId: $id, notify: true, body: "A secret wish"}) {
            userErrors { code } } }"""


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[Any]:
    """Everything logged so far, at every level, exceptions included, in both of our log formats."""

    def told() -> str:
        # httpx2 is the client of these tests.
        kept = [record for record in caplog.records if not record.name.startswith((*NOISY, "httpx2", "httpcore"))]
        return "\n".join(form.format(record) for record in kept for form in (JsonLines(), PlainLines()))

    with caplog.at_level(logging.DEBUG):
        yield told


async def test_no_token_and_no_link_is_logged_or_answered(database: Database, api: Client, logged: Any) -> None:
    shop = await make_shop(database)
    order = await make_order(database, shop)
    member = api.as_(shop.member())
    token = member.headers["Authorization"].removeprefix("Bearer ")
    url = (await member.data("query ($id: ID!) { order(id: $id) { excel { url } } }", id=id_of(order)))["order"]
    link = url["excel"]["url"].rsplit("/", 1)[1]
    answers = [await api.http.get(f"/downloads/{each}") for each in (link, link[:-2], f"{link}x", f"%0A{link}")]
    key = {"X-Merchant-API-Key": f"key_{PASSWORD}"}
    for headers in ({"Authorization": f"Bearer {token[:-3]}"}, {"Authorization": f"Basic {PASSWORD}"}, key):
        answers.append(await api.http.post("/graphql", json={"query": "{ viewer { name } }"}, headers=headers))
        assert answers[-1].status_code == 401
    answers.append(await api.http.post("/graphql", content=b"{", headers=member.headers))
    told = logged() + "".join(f"{answer.text}{answer.headers}" for answer in answers if answer.status_code != 200)
    for secret in (token, token[:-3], token.rsplit(".", 1)[1], link, link[:-2], PASSWORD, SECRET):
        assert secret not in told


async def test_a_fault_of_the_database_shows_no_values(database: Database, api: Client, logged: Any) -> None:
    shop = await make_shop(database)
    order = await make_order(database, shop)
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql("DROP TABLE outbox_messages")
    answer = await api.as_(shop.member()).execute(REJECT, id=id_of(order))
    assert answer["errors"][0]["extensions"]["code"] == "INTERNAL_ERROR"
    told = logged()
    assert "outbox_messages" in told
    assert "A secret wish" not in told + str(answer)
    assert "buyer@example.com" not in told


class Refusing:
    """An SMTP server that refuses every password, and repeats it in its answer."""

    def __call__(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=False, handled=False, message=f"535 5.7.8 no such login: {data.password.decode()}")


async def test_a_refused_login_shows_no_password(database: Database, logged: Any, tmp_path: Path) -> None:
    shop = await make_shop(database)
    order = await make_order(database, shop)
    controller = Controller(
        None, hostname="127.0.0.1", port=free_port(), authenticator=Refusing(), auth_require_tls=False
    )
    controller.start()
    try:
        url = f"smtp://user:{PASSWORD}@127.0.0.1:{controller.port}"
        async with serving(
            database.url.set(drivername=database.url.get_backend_name()).render_as_string(False),
            tmp_path,
            Clock(),
            smtp_url=url,
        ) as api:
            member = api.as_(shop.member())
            await member.data(REJECT, id=id_of(order))
            query = "query ($id: ID!) { order(id: $id) { notifications { status lastError } } }"
            for _ in range(1_200):
                found = (await member.data(query, id=id_of(order)))["order"]["notifications"]
                if found[0]["lastError"]:
                    break
                await asyncio.sleep(0.05)
    finally:
        controller.stop()
    assert "login refused: 535" in found[0]["lastError"]
    assert PASSWORD not in found[0]["lastError"] + logged()


UNUSABLE = [
    f"postgresql://user:{PASSWORD}@127.0.0.1:1/orders",
    f"postgresql://user:{PASSWORD}@127.0.0.1:99999/orders",
    f"postgresql://user:{PASSWORD}@127.0.0.1:1/orders?nothing=1",
    f"postgresql://user:12/{PASSWORD}@127.0.0.1:1/orders",
    f"postgresql://user:12@{PASSWORD}@127.0.0.1:1/orders",
    f"mysql://user:{PASSWORD}@127.0.0.1/orders",
    f"user:{PASSWORD}",
]


@pytest.mark.parametrize("url", UNUSABLE)
@pytest.mark.parametrize("command", ["doctor", "migrate"])
def test_a_database_that_is_away_shows_no_password(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], logged: Any, command: str, url: str
) -> None:
    monkeypatch.setenv("ORDERS_DATABASE_URL", url)
    monkeypatch.setenv("ORDERS_SECRET_KEY", SECRET)
    monkeypatch.setattr("sys.argv", ["orders", command])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    said = "".join(capfd.readouterr())
    assert said
    assert PASSWORD not in said + logged()
    assert SECRET not in said + logged()


@pytest.mark.parametrize(
    "url",
    [
        f"smtp://user:{PASSWORD}@127.0.0.1:1",
        f"smtp://{PASSWORD}@127.0.0.1:1",
        f"smtp://user:{PASSWORD}@",
        f"smtp://user:12/{PASSWORD}@127.0.0.1",
        f"smtp://user:12#{PASSWORD}@127.0.0.1",
        f"smtp://user:12?{PASSWORD}@127.0.0.1",
        f"http://user:{PASSWORD}@127.0.0.1",
    ],
)
def test_a_mail_server_that_is_away_shows_no_password(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], logged: Any, tmp_path: Path, url: str
) -> None:
    for name, value in {
        "ORDERS_SMTP_URL": url,
        "ORDERS_MAIL_FROM": "orders@example.com",
        "ORDERS_SECRET_KEY": SECRET,
        "ORDERS_DATABASE_URL": f"sqlite:///{tmp_path / 'orders.db'}",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.argv", ["orders", "doctor"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    said = "".join(capfd.readouterr())
    assert PASSWORD not in said + logged()


def test_an_invalid_secret_is_not_repeated_in_the_error(tmp_path: Path) -> None:
    for name, value in (
        ("ORDERS_SECRET_KEY", "short"),
        ("ORDERS_SMTP_URL", PASSWORD),
        ("ORDERS_DATABASE_URL", PASSWORD),
    ):
        with pytest.raises(SettingsError) as refused:
            from_environment({name: value, "ORDERS_MAIL_FROM": "a@example.com"}, data_folder=tmp_path)
        assert value not in str(refused.value)
    for wrong in (
        lambda: SmtpTransport(f"smtp://u:1#{PASSWORD}@h"),
        lambda: Database(f"postgresql://u:1@{PASSWORD}@h/d"),
    ):
        with pytest.raises((SmtpUrlError, DatabaseUrlError)) as error:
            wrong()
        assert PASSWORD not in str(error.value)


def record(message: str, **more: Any) -> logging.LogRecord:
    made = logging.makeLogRecord({"msg": message, "name": "x", "levelname": "INFO", "created": NOON.timestamp()})
    made.__dict__.update(more)
    return made


def test_a_log_line_stays_one_line() -> None:
    hostile = "/x\r\n12:00:00 info forged\x1b[2J\x85\u2028\u202e\u061c\u200f"
    for form in (JsonLines(), PlainLines()):
        line = form.format(record(hostile, actor=hostile))
        assert not {"\r", "\n", "\x1b"} & set(line)
    assert not {"\x85", "\u2028", "\u202e", "\u061c", "\u200f"} & set(PlainLines().format(record(hostile)))
