"""Settings: a wrong one is told in one sentence that names it; the keys that we make ourselves are kept safe."""

import secrets
import stat
from pathlib import Path

import pytest

from graph.cli.settings_page import settings_page
from graph.settings.environment import (
    ROOT,
    VARIABLES,
    Settings,
    database_url,
    from_environment,
)
from graph.settings.errors import SettingsError
from graph.settings.oidc import OidcClient, OidcProvider
from graph.settings.secret_key import PUBLISHED, is_weak

KEY = secrets.token_hex(16)


def test_nothing_needs_to_be_set(tmp_path: Path) -> None:
    settings = from_environment({}, data_folder=tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path}/orders.db"
    assert settings.smtp_url is None
    assert settings.mail_folder == tmp_path / "mail"


def test_the_key_is_created_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    first = from_environment({}, data_folder=tmp_path)
    assert from_environment({}, data_folder=tmp_path).secret_key == first.secret_key
    assert len(first.secret_key) >= 32
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600


def test_the_demo_has_a_database_and_a_key_of_its_own(tmp_path: Path) -> None:
    real, demo = from_environment({}, data_folder=tmp_path), from_environment({}, demo=True, data_folder=tmp_path)
    assert demo.database_url != real.database_url
    assert demo.secret_key != real.secret_key


def test_everything_can_be_set(tmp_path: Path) -> None:
    environment = {
        "ORDERS_DATABASE_URL": "postgresql://user:secret@db:5432/orders",
        "ORDERS_SMTP_URL": "smtps://user:secret@mail:465",
        "ORDERS_MAIL_FROM": "Northlight <orders@northlight.example>",
        "ORDERS_SECRET_KEY": KEY,
        "ORDERS_PUBLIC_URL": "https://orders.northlight.example/",
        "PATH": "/bin",
    }
    settings = from_environment(environment, data_folder=tmp_path)
    assert settings.database_url == environment["ORDERS_DATABASE_URL"]
    assert settings.smtp_url == environment["ORDERS_SMTP_URL"]
    assert settings.mail_from == "orders@northlight.example"
    assert settings.secret_key == KEY
    assert settings.public_url == "https://orders.northlight.example"
    assert not list(tmp_path.iterdir())


def test_the_data_folder_can_be_set(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    settings = from_environment({"ORDERS_DATA_FOLDER": str(folder)}, data_folder=tmp_path / "var")
    assert settings.data_folder == folder
    assert settings.database_url == f"sqlite:///{folder / 'orders.db'}"
    assert {each.name for each in tmp_path.rglob("*")} == {"data", "secret.key"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ORDERS_DATABASE_URL", "mysql://host/orders"),
        ("ORDERS_DATABASE_URL", "sqlite://"),
        ("ORDERS_DATABASE_URL", "orders.db"),
        ("ORDERS_DATABASE_URL", "postgresql://u:p@db:abc/orders"),
        ("ORDERS_DATABASE_URL", "postgresql://u:p@db:99999/orders"),
        ("ORDERS_DATABASE_URL", "postgresql://u:p@db/orders?what=1"),
        ("ORDERS_SMTP_URL", "http://mail"),
        ("ORDERS_SMTP_URL", "smtp://"),
        ("ORDERS_SMTP_URL", "smtp://mail:port"),
        ("ORDERS_MAIL_FROM", "nobody"),
        ("ORDERS_MAIL_FROM", "a@b.example\nBcc: x@y.example"),
        ("ORDERS_MAIL_FROM", "a@b.example, c@d.example"),
        ("ORDERS_MAIL_FROM", "orders@north light.example"),
        ("ORDERS_STOREFRONT_URL", "shop.example"),
        ("ORDERS_STOREFRONT_URL", "javascript://shop.example/{code}"),
        ("ORDERS_STOREFRONT_URL", "https://u:p@shop.example"),
        ("ORDERS_STOREFRONT_URL", "https://shop.example/{order}"),
        ("ORDERS_STOREFRONT_URL", "https://shop.example/{code"),
        ("ORDERS_STOREFRONT_URL", "https://{code}.shop.example"),
        ("ORDERS_STOREFRONT_URL", "https://shop.example?lang=en"),
        ("ORDERS_STOREFRONT_URL", "https://shop.example/orders?lang=en"),
        ("ORDERS_SECRET_KEY", "short"),
        ("ORDERS_SECRET_KEY", "a" * 64),
        ("ORDERS_SECRET_KEY", "abcdefgh1" * 8),
        ("ORDERS_SECRET_KEY", "q7Zp-x2Lm" * 8),
        ("ORDERS_SECRET_KEY", "0123456789abcdef0123456789abcdef"),
        ("ORDERS_SECRET_KEY", "please-change-me-to-something-random-1"),
        ("ORDERS_SECRET_KEY", "django-insecure-9f2c7d41e8b05a36c1d4f7e2"),
        ("ORDERS_SECRET_KEY", "a-string-secret-at-least-256-bits-long"),
        *(("ORDERS_SECRET_KEY", published) for published in PUBLISHED),
        ("ORDERS_DATA_FOLDER", "var"),
        ("ORDERS_DATA_FOLDER", "/dev/null"),
        ("ORDERS_PUBLIC_URL", "orders.example"),
        ("ORDERS_PUBLIC_URL", "ftp://orders.example"),
        ("ORDERS_PUBLIC_URL", "https://user:password@orders.example"),
        ("ORDERS_PUBLIC_URL", "https://orders.example:0"),
        ("ORDERS_PUBLIC_URL", "https://orders.example:99999"),
        ("ORDERS_PUBLIC_URL", "https://orders.example/a b"),
        ("ORDERS_PUBLIC_URL", "https://orders.example//orders"),
        ("ORDERS_PUBLIC_URL", "https://orders.example/orders/.."),
        ("ORDERS_PUBLIC_URL", "https://orders.example/or%64ers"),
        ("ORDERS_PUBLIC_URL", 'https://orders.example/"><script>'),
        ("ORDERS_PUBLIC_URL", "https://orders.example/graphql"),
        ("ORDERS_PUBLIC_URL", "https://orders.example/orders?x=1"),
        ("ORDERS_PUBLIC_URL", "https://orders.example/orders#x"),
        ("ORDERS_DATABSE_URL", "sqlite:///orders.db"),
    ],
)
def test_a_wrong_setting_is_reported_by_name(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name) as caught:
        from_environment({"ORDERS_MAIL_FROM": "orders@example.com", name: value}, data_folder=tmp_path)
    assert "\n" not in str(caught.value).replace(value, "")


OIDC = {
    "ORDERS_OIDC_ISSUER": "https://login.northlight.example",
    "ORDERS_OIDC_AUDIENCE": "https://orders.northlight.example",
    "ORDERS_OIDC_JWKS_URL": "https://login.northlight.example/keys",
}


def test_an_oidc_provider_can_be_set(tmp_path: Path) -> None:
    issuer, audience, keys = OIDC.values()
    assert from_environment(OIDC, data_folder=tmp_path).oidc == OidcProvider(issuer, audience, keys)
    local = OIDC | {"ORDERS_OIDC_JWKS_URL": "http://127.0.0.1:8080/keys"}
    assert from_environment(local, data_folder=tmp_path).oidc
    pages = {
        "ORDERS_OIDC_CLIENT_ID": "console",
        "ORDERS_OIDC_AUTHORIZE_URL": "https://login.northlight.example/authorize?audience=x",
        "ORDERS_OIDC_TOKEN_URL": "https://login.northlight.example/token",
    }
    both = from_environment(OIDC | pages, data_folder=tmp_path).oidc
    assert both
    client_id, authorize, token = pages.values()
    assert both.console == OidcClient(client_id, authorize, token)
    for missing in (*OIDC, *pages):
        with pytest.raises(SettingsError, match=missing):
            from_environment({name: value for name, value in (OIDC | pages).items() if name != missing})
    assert from_environment({}, data_folder=tmp_path).oidc is None


@pytest.mark.parametrize("name", OIDC)
def test_a_provider_needs_all_of_its_settings(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match=f"so {name} must be too"):
        from_environment({each: value for each, value in OIDC.items() if each != name}, data_folder=tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        "http://login.northlight.example/keys",
        "login.northlight.example/keys",
        "https://user:pw@login.northlight.example/keys",
        "https:///keys",
        "https://login.northlight.example:99999/keys",
        "file:///etc/passwd",
        "https://[::1/keys",
    ],
)
def test_keys_come_from_a_safe_address_only(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="ORDERS_OIDC_JWKS_URL") as caught:
        from_environment(OIDC | {"ORDERS_OIDC_JWKS_URL": url}, data_folder=tmp_path)
    assert "pw" not in str(caught.value)


def test_the_demo_key_is_valid_for_the_demo_only(tmp_path: Path) -> None:
    demo = from_environment({}, demo=True, data_folder=tmp_path).secret_key
    assert from_environment({"ORDERS_SECRET_KEY": demo}, demo=True, data_folder=tmp_path).secret_key == demo
    with pytest.raises(SettingsError, match="is the demo's"):
        from_environment({"ORDERS_SECRET_KEY": demo}, data_folder=tmp_path)
    (tmp_path / "secret.key").write_text(demo)
    with pytest.raises(SettingsError, match="holds no usable key"):
        from_environment({}, data_folder=tmp_path)


def test_a_key_made_by_random_is_never_weak() -> None:
    assert not any(is_weak(secrets.token_urlsafe(48)) or is_weak(secrets.token_hex(16)) for _ in range(2000))


def test_a_public_key_is_no_secret() -> None:
    assert is_weak("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=")
    assert is_weak("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKW4pX2vT9")


def test_no_secret_is_in_what_settings_print(tmp_path: Path) -> None:
    environment = {
        "ORDERS_SECRET_KEY": KEY,
        "ORDERS_DATABASE_URL": "postgresql://user:hidden-1@db/orders",
        "ORDERS_SMTP_URL": "smtps://user:hidden-2@mail:465",
        "ORDERS_MAIL_FROM": "orders@northlight.example",
    }
    printed = repr(from_environment(environment, data_folder=tmp_path))
    assert "orders@northlight.example" in printed
    assert not any(hidden in printed for hidden in (KEY, "hidden-1", "hidden-2"))


def test_the_page_of_the_settings_is_up_to_date() -> None:
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == settings_page(), "run ./run schema"


def test_a_slip_in_a_name_is_told_with_the_name_that_was_meant(tmp_path: Path) -> None:
    with pytest.raises(
        SettingsError, match=r"ORDERS_DATABSE_URL is not a setting\. Did you mean ORDERS_DATABASE_URL\?"
    ):
        from_environment({"ORDERS_DATABSE_URL": "sqlite:///orders.db"}, data_folder=tmp_path)


def test_the_defaults_are_those_of_the_table(tmp_path: Path) -> None:
    assert from_environment({"ORDERS_SECRET_KEY": KEY}, data_folder=tmp_path) == Settings(
        f"sqlite:///{tmp_path}/orders.db", KEY, tmp_path
    )
    names = {variable.name for variable in VARIABLES}
    assert all(need in names for variable in VARIABLES for need in variable.needs)


@pytest.mark.parametrize(
    ("database", "replica", "says"),
    [
        ("postgresql://u:p@db/orders", "sqlite:///x.db", "Only PostgreSQL has replicas"),
        ("sqlite:///x.db", "postgresql://u:p@db/orders", "needs a PostgreSQL in ORDERS_DATABASE_URL"),
        ("", "postgresql://u:p@db/orders", "so ORDERS_DATABASE_URL must be too"),
    ],
)
def test_only_postgresql_has_a_replica(tmp_path: Path, database: str, replica: str, says: str) -> None:
    environment = {"ORDERS_DATABASE_URL": database, "ORDERS_DATABASE_REPLICA_URL": replica}
    with pytest.raises(SettingsError, match=says):
        from_environment(environment, data_folder=tmp_path)


def test_asking_for_the_database_makes_nothing(tmp_path: Path) -> None:
    assert database_url({}, data_folder=tmp_path) == f"sqlite:///{tmp_path}/orders.db"
    assert database_url({}, demo=True, data_folder=tmp_path) == f"sqlite:///{tmp_path}/demo.db"
    given = {"ORDERS_DATABASE_URL": "sqlite:///other.db"}
    assert database_url(given, demo=True, data_folder=tmp_path) == "sqlite:///other.db"
    assert not list(tmp_path.iterdir())


def test_smtp_needs_a_sender(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="ORDERS_MAIL_FROM"):
        from_environment({"ORDERS_SMTP_URL": "smtp://mail:25"}, data_folder=tmp_path)


def test_an_unwritable_folder_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="cannot be written"):
        from_environment({}, data_folder=tmp_path / "file")


def test_an_empty_key_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("")
    with pytest.raises(SettingsError, match="holds no usable key"):
        from_environment({}, data_folder=tmp_path)


@pytest.mark.parametrize(
    ("storefront", "order"),
    [
        ("https://shop.example", "https://shop.example/orders/{code}"),
        ("https://shop.example/", "https://shop.example/orders/{code}"),
        ("https://shop.example/en/", "https://shop.example/en/orders/{code}"),
        ("https://shop.example/#/", "https://shop.example/#/orders/{code}"),
        ("https://shop.example/o?lang=en&id={code}", "https://shop.example/o?lang=en&id={code}"),
        ("https://{brand}.shop.example/{code}", "https://{brand}.shop.example/{code}"),
    ],
)
def test_where_buyers_see_an_order(tmp_path: Path, storefront: str, order: str) -> None:
    assert from_environment({"ORDERS_STOREFRONT_URL": storefront}, data_folder=tmp_path).storefront_url == order
