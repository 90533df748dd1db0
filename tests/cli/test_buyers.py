"""`orders buyer …` and `orders brand set`, as processes of their own."""

import sqlite3

import pytest

from tests.cli.test_command_line import orders


@pytest.fixture
def kumo(sqlite_url: str) -> str:
    """A database with one brand."""
    assert orders(sqlite_url, "brand", "add", "kumo", "Kumo", "--locale", "ja").returncode == 0
    return sqlite_url


def test_the_language_follows_the_currency_and_buyers_follow_the_brand(sqlite_url: str) -> None:
    made = orders(sqlite_url, "brand", "add", "kumo", "Kumo", "--currency", "JPY")
    assert "Mails to its buyers are in Japanese, because its currency is JPY." in made.stdout
    orders(sqlite_url, "buyer", "add", "A", "Follows")
    orders(sqlite_url, "buyer", "add", "B", "Has its own", "--language", "ja")
    orders(sqlite_url, "brand", "set", "--locale", "en")
    languages = [line.split("\t")[3] for line in orders(sqlite_url, "buyer", "list").stdout.splitlines()]
    assert languages == ["en", "ja"]
    assert orders(sqlite_url, "buyer", "set", "B", "--no-language").returncode == 0
    assert orders(sqlite_url, "buyer", "list").stdout.count("\ten\t") == 2


def test_buyers_are_added_listed_found_and_changed(kumo: str) -> None:
    made = orders(kumo, "buyer", "add", "NY-1", "Fifth Avenue", "--email", "b@x.example", "--email", "a@x.example")
    assert (made.stdout, made.returncode) == ("Buyer NY-1 is added.\n", 0), made.stderr
    assert orders(kumo, "buyer", "add", "OFF", "Offline shop").returncode == 0
    listed = orders(kumo, "buyer", "list").stdout
    assert (
        listed == "NY-1\tFifth Avenue\tconnected\tja\t\ta@x.example; b@x.example\nOFF\tOffline shop\toffline\tja\t\t\n"
    )
    changed = orders(kumo, "buyer", "set", "NY-1", "--email", "c@x.example", "--language", "en", "--country", "US")
    assert changed.stdout == "Buyer NY-1 is changed.\n", changed.stderr
    listed = orders(kumo, "buyer", "list", "--search", "c@x").stdout
    assert listed == "NY-1\tFifth Avenue\tconnected\ten\tUS\tc@x.example\n"
    assert orders(kumo, "buyer", "set", "NY-1", "--no-email", "--offline").returncode == 0
    assert orders(kumo, "buyer", "list", "--search", "ny-1").stdout == "NY-1\tFifth Avenue\toffline\ten\tUS\t\n"
    assert orders(kumo, "audit", "verify").returncode == 0


def test_refused_addresses_are_listed(kumo: str) -> None:
    orders(kumo, "buyer", "add", "GONE", "Gone", "--email", "b@x.example", "--email", "a@x.example")
    orders(kumo, "buyer", "add", "HERE", "Here", "--email", "a@x.example")
    with sqlite3.connect(kumo.removeprefix("sqlite:///")) as database:
        database.execute(
            "UPDATE buyer_recipients SET bounced_at = '2026-11-24 12:00:00', bounce_reason = '550 no such user'"
            " WHERE email = 'b@x.example'"
        )
    listed = orders(kumo, "buyer", "list", "--bounced").stdout
    told = "a@x.example; b@x.example (refused 2026-11-24: 550 no such user)"
    assert listed == f"GONE\tGone\tconnected\tja\t\t{told}\n"
    assert orders(kumo, "buyer", "list", "--not-bounced").stdout.startswith("HERE\t")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["buyer", "add", "N", "New", "--email", "nobody"], "emailRecipients.0: This is not an e-mail address."),
        (["buyer", "add", " ", "New"], "uniqueCode: This cannot be empty."),
        (["buyer", "set", "nobody", "--name", "New"], "has no buyer with the code nobody"),
        (["buyer", "set", "nobody"], "Name what changes"),
        (["buyer", "set", "nobody", "--email", "a@b.example", "--no-email"], "not both"),
        (["buyer", "list", "--search", "x" * 201], "search takes at most 200 characters"),
        (["brand", "set"], "Name what changes"),
        (["brand", "set", "--reply-to", "nobody"], "mailReplyTo: This is not an e-mail address."),
        (["brand", "set", "--contact", "nobody"], "contactEmail: This is not an e-mail address."),
        (["brand", "set", "--name", " "], "name: This cannot be empty."),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(kumo: str, arguments: list[str], says: str) -> None:
    done = orders(kumo, *arguments)
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_code_is_taken_once(kumo: str) -> None:
    assert orders(kumo, "buyer", "add", "N-1", "New").returncode == 0
    assert "exists already" in orders(kumo, "buyer", "add", "N-1", "New").stderr
    assert "looks like that of the buyer N-1" in orders(kumo, "buyer", "add", "n-1", "New").stderr
    assert orders(kumo, "buyer", "add", "n-1", "New", "--allow-similar").returncode == 0


def test_a_brands_name_and_address_are_set(kumo: str) -> None:
    said = ["--name", "Kumo Inc.", "--address", "1 Mill Lane", "--reply-to", "sales@kumo.example"]
    said += ["--legal-name", "Kumo K.K.", "--country", "JP", "--phone", "+81 3 1", "--contact", "help@kumo.example"]
    done = orders(kumo, "brand", "set", *said)
    assert (done.stdout, done.returncode) == ("The brand is changed.\n", 0), done.stderr
    assert orders(kumo, "brand", "list").stdout == "kumo\tKumo Inc.\n"
