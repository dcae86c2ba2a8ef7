"""Destinations from settings: what they may say, and what is said of a slip."""

from __future__ import annotations

import base64
import re
import sys
import tomllib
from email.headerregistry import Address
from pathlib import Path

import pytest

from lifecycle_dsl.delivery import (
    Destination,
    DestinationError,
    FileDestination,
    Limits,
    Smtp,
    Webhook,
    configured,
)
from lifecycle_dsl.delivery.smtp import Encryption, Server
from tests.unit.delivery.receivers import HOUR, SECOND

SECRET = base64.b64encode(bytes(range(32))).decode()
ENVIRONMENT = {"SECRET": SECRET, "PASSWORD": "sesame", "EMPTY": "", "SHORT": "YWJj"}
WEBHOOK = 'to = "webhook"\nurl = "https://crm.example/hook"\n'
SMTP = 'to = "smtp"\nhost = "mail.example"\nfrom = "shop@example.org"\ntemplates = "letters"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "letters").mkdir()
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    (tmp_path / "nothing").write_text("\n")
    return tmp_path


def made(text: str, folder: Path) -> dict[str, Destination]:
    """The destinations of lcr.toml."""
    return configured(tomllib.loads(text)["deliver"], folder, ENVIRONMENT)


def one(text: str, folder: Path) -> Destination:
    (found,) = made(f"[deliver.email]\n{text}", folder).values()
    return found


def slip(text: str, folder: Path) -> str:
    with pytest.raises(DestinationError) as caught:
        one(text, folder)
    return str(caught.value)


def test_a_webhook(folder: Path) -> None:
    text = f"""{WEBHOOK}secret_env = "SECRET"
    token_file = "secret"
    headers = {{ X-Team = "growth" }}
    rate = "50 per 1s"
    workers = 4
    timeout = "2s"
    attempts = 5
    age = "12h"
    stale = "2d"
    backoff = "500ms"
    backoff_most = "10min"
    failures = 3
    pause = "1min"
    """
    found = one(text, folder)
    assert isinstance(found, Webhook)
    assert found.keys == (bytes(range(32)),)
    assert found.headers == {"X-Team": "growth", "authorization": f"Bearer {SECRET}"}
    assert found.limits == Limits(
        workers=4,
        rate=(50, SECOND),
        timeout=2 * SECOND,
        attempts=5,
        age=12 * HOUR,
        stale=48 * HOUR,
        backoff=SECOND // 2,
        backoff_most=600 * SECOND,
        failures=3,
        pause=60 * SECOND,
    )


def test_a_mail_server(folder: Path) -> None:
    found = one(SMTP.replace("shop@example.org", "Shop <shop@example.org>"), folder)
    assert isinstance(found, Smtp)
    assert found.server == Server("mail.example", 587, Encryption.STARTTLS)
    assert found.sender == Address("Shop", "shop", "example.org")
    assert (found.recipient, found.limits.timeout) == ("customer", 30 * SECOND)
    more = (
        'encryption = "tls"\nuser = "shop"\npassword_env = "PASSWORD"\nrecipient = "trait.mail"\n'
    )
    found = one(f'{SMTP}{more}headers = {{ List-Unsubscribe = "<{{{{ customer }}}}>" }}', folder)
    assert isinstance(found, Smtp)
    assert found.server == Server("mail.example", 465, Encryption.TLS, "shop", "sesame")
    assert found.recipient == "trait.mail"
    assert found.headers == {"List-Unsubscribe": "<{{ customer }}>"}


def test_a_file_lies_beside_its_settings(folder: Path) -> None:
    found = one('to = "file"\npath = "calls.jsonl"', folder)
    assert isinstance(found, FileDestination)
    assert found.path == folder / "calls.jsonl"


def test_names_of_actions_have_dots(folder: Path) -> None:
    file = 'to = "file"\npath = "x"\n'
    text = f'[deliver.crm.notify]\n{file}[deliver.crm.close]\n{file}[deliver."a.b"]\n{file}'
    assert sorted(made(f"{text}[deliver.sms]\n{file}", folder)) == [
        "a.b",
        "crm.close",
        "crm.notify",
        "sms",
    ]


SLIPS = [
    ("", "`to` is missing; it is one of webhook, smtp, file"),
    ('to = "webhok"', "`to` cannot be `webhok`; did you mean `webhook`?"),
    ('to = "pigeon"', "`to` cannot be `pigeon`; it is one of webhook, smtp, file"),
    ("to = 5", "`to` must be a text of one line"),
    ('to = "webhook"', '`url` is missing, as in url = "https://receiver.example/hooks"'),
    (WEBHOOK + 'urll = "x"', "no setting is called `urll`; did you mean `url`?"),
    (WEBHOOK + "qqq = 1", "no setting is called `qqq`; it knows to, url, secret_env, secret_file"),
    ('to = "webhook"\nurl = "crm.example"', "`url` must begin with https:// or http://"),
    ('to = "webhook"\nurl = "file:///etc/passwd"', "`url` must begin with https:// or http://"),
    ('to = "webhook"\nurl = "https://"', "`url` must begin with https:// or http://"),
    ('to = "webhook"\nurl = "http://x:99999999"', "`url`: "),
    ('to = "webhook"\nurl = "http://x:y"', "`url`: "),
    ('to = "webhook"\nurl = "https://u:p@x.example"', "`url` holds a password; use token_env"),
    ('to = "webhook"\nurl = "https://x.example/\\r\\nX: y"', "`url` must be a text of one line"),
    (
        WEBHOOK + f'secret = "{SECRET}"',
        'the environment variable that holds it, secret_env = "NAME"',
    ),
    (WEBHOOK + 'secret_env = "NONE"', "the environment variable `NONE` of `secret_env` is not set"),
    (
        WEBHOOK + 'secret_env = "EMPTY"',
        "the environment variable `EMPTY` of `secret_env` is not set",
    ),
    (WEBHOOK + 'secret_env = "PASSWORD"', "the secret is no Base64; make one with: openssl rand"),
    (WEBHOOK + 'secret_env = "SHORT"', "the secret has 3 bytes, and needs 16"),
    (WEBHOOK + 'secret_file = "none"', "none: No such file or directory"),
    (WEBHOOK + 'secret_file = "nothing"', "nothing is empty"),
    (WEBHOOK + 'secret_file = "letters"', "letters: Is a directory"),
    (WEBHOOK + 'secret_file = "secret"\nsecret_env = "SECRET"', "are both there; one is enough"),
    (WEBHOOK + 'headers = "x"', "`headers` must be a table of texts: [deliver.email.headers]"),
    (WEBHOOK + 'headers = { "X: y" = "z" }', "`X: y` is no name of a header"),
    (WEBHOOK + 'headers = { X = "a\\nb" }', "`headers` must be a table of texts"),
    (WEBHOOK + 'rate = "fast"', "`rate` must be such as 50 per 1s or 1000 per 1h, not `fast`"),
    (WEBHOOK + 'rate = "0 per 1s"', "`rate` must be such as"),
    (WEBHOOK + 'timeout = "soon"', "`timeout` must be a duration such as 10s, 5min or 1h"),
    (WEBHOOK + "timeout = 5", "`timeout` must be a text"),
    (WEBHOOK + 'timeout = "0s"', "`timeout` must be a duration"),
    (WEBHOOK + "workers = 0", "`workers` must be a whole number from 1"),
    (WEBHOOK + "workers = true", "`workers` must be a whole number from 1"),
    (SMTP + 'password_env = "PASSWORD"', "`user` and `password_env` or `password_file` belong"),
    (SMTP + 'user = "shop"', "`user` and `password_env` or `password_file` belong together"),
    (SMTP + 'password = "sesame"', "a secret does not stand in the settings"),
    (
        SMTP + 'user = "s"\npassword_env = "PASSWORD"\nencryption = "none"',
        "a password is not sent in the clear",
    ),
    (SMTP + 'encryption = "startls"', "did you mean `starttls`?"),
    (
        SMTP + 'recipient = "mail"',
        "`recipient` must be customer, data.NAME or trait.NAME, not `mail`",
    ),
    (SMTP + 'headers = { BCC = "x@y.example" }', "the header `BCC` cannot be set"),
    (SMTP.replace("letters", "none"), "`templates`: there is no folder"),
    (
        SMTP.replace('templates = "letters"', ""),
        '`templates` is missing, as in templates = "letters"',
    ),
    (SMTP.replace("shop@example.org", "Shop"), "`from`: `Shop` is no e-mail address"),
    (SMTP.replace('from = "shop@example.org"', ""), "`from` is missing"),
    ('to = "file"', '`path` is missing, as in path = "calls.jsonl"'),
    ('to = "file"\npath = "none/x"', "`path`: there is no folder"),
]


@pytest.mark.parametrize(("text", "said"), SLIPS, ids=lambda each: each[-40:])
def test_slips_are_named_with_what_would_be_right(folder: Path, text: str, said: str) -> None:
    told = slip(text, folder)
    assert told.startswith("[deliver.email]: ")
    assert said in told
    assert "sesame" not in told
    assert SECRET not in told


def test_what_is_no_table_is_said(folder: Path) -> None:
    with pytest.raises(DestinationError, match=r"`email` of `deliver` must be a table"):
        configured({"email": "smtp"}, folder, {})
    with pytest.raises(DestinationError, match=r"\[deliver.a.b\]: `to` is missing"):
        made("[deliver.a.b]\n", folder)


@pytest.mark.parametrize(
    ("text", "package"),
    [
        (WEBHOOK, "aiohttp"),
        (SMTP, "aiosmtplib"),
        (SMTP, "jinja2"),
        ('to = "file"\npath = "x"\nrate = "1 per 1s"', "aiolimiter"),
    ],
)
def test_a_package_that_is_missing_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, text: str, package: str
) -> None:
    for room in ("webhook", "smtp", "templates"):
        monkeypatch.delitem(sys.modules, f"lifecycle_dsl.delivery.{room}", raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    told = slip(text, folder)
    assert f"needs {package}: pip install 'lifecycle-dsl[deliver]'" in told


def test_the_destinations_of_the_example_can_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    page = Path(__file__).parents[3] / "examples" / "07-delivery" / "README.md"
    (text,) = re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    text = text.replace("/run/secrets/crm", "lcr.secret")
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: "token")
    environment = {"CRM_SECRET": f"{SECRET} whsec_{SECRET}", "MAIL_PASSWORD": "sesame"}
    found = configured(tomllib.loads(text)["deliver"], page.parent, environment)
    assert sorted(found) == ["crm.notify", "email", "phone"]
    email = found["email"]
    assert isinstance(email, Smtp)
    letter = email.templates.letter("thank_you", {"customer": "Ada & Co"})
    assert letter.subject == "Thank you for your order"
    assert "<p>Thank you, Ada &amp; Co.</p>" in (letter.html or "")
    assert "Thank you, Ada & Co." in (letter.text or "")
