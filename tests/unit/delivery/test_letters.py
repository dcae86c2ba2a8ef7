"""Letters: templates, what they may not reach, and what stays one line."""

from __future__ import annotations

import email
from collections.abc import Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lifecycle_dsl.delivery import RefusedError
from lifecycle_dsl.delivery.letters import address, envelope
from lifecycle_dsl.delivery.templates import Letter, Templates
from tests.unit.delivery.receivers import SECOND, key

SENDER = Address("Shop", "hello", "shop.example")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    letters = tmp_path / "letters"
    letters.mkdir()
    (tmp_path / "secret.txt").write_text("the secret of the house")
    write(
        letters, "hello", "Hello {{ data.name }}", "Dear {{ data.name }}", "<p>{{ data.name }}</p>"
    )
    return letters


def write(folder: Path, name: str, subject: str, text: str | None, html: str | None = None) -> None:
    for ending, content in ((".subject", subject), (".txt", text), (".html", html)):
        if content is not None:
            path = folder / f"{name}{ending}"
            path.parent.mkdir(exist_ok=True)
            path.write_text(content, encoding="utf-8")


def refusal(folder: Path, name: str, data: Mapping[str, Any] | None = None) -> str:
    """The reason and the detail, in one."""
    with pytest.raises(RefusedError) as caught:
        Templates(folder).letter(name, data or {"data": {}})
    return f"{caught.value.reason} {caught.value.detail}"


def mail(letter: Letter, recipient: str = "u@example.org", **headers: str) -> EmailMessage:
    sealed = envelope(
        letter, sender=SENDER, recipient=recipient, key=key(7), at=1_000 * SECOND, headers=headers
    )
    read = email.message_from_bytes(sealed.data, policy=default)
    assert isinstance(read, EmailMessage)
    return read


# ---- templates


def test_a_letter_has_a_subject_text_and_html(folder: Path) -> None:
    letter = Templates(folder).letter("hello", {"data": {"name": "Ada"}})
    assert letter == Letter("Hello Ada", "Dear Ada", "<p>Ada</p>")


def test_text_or_html_alone_is_enough_and_folders_are_names(folder: Path) -> None:
    write(folder, "season/spring", "S", "T")
    (folder / "only.subject").write_text("S")
    (folder / "only.html").write_text("<b>H</b>")
    assert Templates(folder).letter("season/spring", {}) == Letter("S", "T", None)
    assert Templates(folder).letter("only", {}) == Letter("S", None, "<b>H</b>")


def test_html_is_escaped_and_text_is_not(folder: Path) -> None:
    name = "<script>alert('x')</script> & Co"
    letter = Templates(folder).letter("hello", {"data": {"name": name}})
    assert letter.html == "<p>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; Co</p>"
    assert letter.text == f"Dear {name}"
    assert letter.subject == f"Hello {name}"


def test_html_that_another_template_takes_in_is_escaped_too(folder: Path) -> None:
    (folder / "part.html").write_text("<i>{{ data.name }}</i>")
    (folder / "base.html").write_text("<html>{% block body %}{% endblock %}</html>")
    body = '{% extends "base.html" %}{% block body %}{% include "part.html" %}{% endblock %}'
    write(folder, "whole", "S", None, body)
    letter = Templates(folder).letter("whole", {"data": {"name": "<&>"}})
    assert letter.html == "<html><i>&lt;&amp;&gt;</i></html>"


def test_data_is_never_read_as_a_template(folder: Path) -> None:
    name = "{{ 7 * 7 }}{% include 'hello.txt' %}{{ ''.__class__ }}"
    assert Templates(folder).letter("hello", {"data": {"name": name}}).text == f"Dear {name}"


def test_a_template_may_change_while_it_is_used(folder: Path) -> None:
    templates = Templates(folder)
    assert templates.letter("hello", {"data": {"name": "A"}}).text == "Dear A"
    import os

    (folder / "hello.txt").write_text("Bye {{ data.name }}")
    os.utime(folder / "hello.txt", (1, 1))
    assert templates.letter("hello", {"data": {"name": "A"}}).text == "Bye A"


def test_what_is_missing_is_said(folder: Path) -> None:
    assert "there is no bye.subject in" in refusal(folder, "bye")
    (folder / "bye.subject").write_text("S")
    assert "there is no bye.txt and no bye.html in" in refusal(folder, "bye")
    assert "'dict object' has no attribute 'name'" in refusal(folder, "hello", {"data": {}})
    assert "'data' is undefined" in refusal(folder, "hello", {"x": 1})
    write(folder, "takes", "S", '{% include "nothing.txt" %}')
    assert "takes.txt takes in nothing.txt, which is not there" in refusal(folder, "takes")


def test_a_slip_in_a_template_is_said_with_its_line(folder: Path) -> None:
    write(folder, "slip", "S", "one\ntwo {{ data.name }\n")
    assert refusal(folder, "slip").startswith("slip.txt, line 2: unexpected '}'")
    write(folder, "sum", "S", "{{ 1 / 0 }}")
    assert refusal(folder, "sum").startswith("sum.txt: ZeroDivisionError")
    write(folder, "kind", "S", "{{ 1 + 'a' }}")
    assert refusal(folder, "kind").startswith("kind.txt: TypeError")
    write(folder, "deep", "S", '{% include "deep.txt" %}')
    assert "deep.txt cannot be read or filled in: RecursionError" in refusal(folder, "deep")


# ---- attacks


ESCAPES = [
    "../secret",
    "../../etc/passwd",
    "letters/../../secret",
    "/etc/passwd",
    "..",
    ".",
    "",
    "a//b",
    "a/../secret",
    "hello\x00",
    "hello\n",
    "hel lo",
    ".hidden",
    "C:\\secret",
    "..\\secret",
    "%2e%2e/secret",
    "ü",
    "x" * 201,
]


@pytest.mark.parametrize("name", ESCAPES)
def test_a_name_leads_to_no_other_folder(folder: Path, name: str) -> None:
    assert "this is no name of a template" in refusal(folder, name)


@pytest.mark.parametrize(
    "path",
    ["../secret.txt", "/etc/passwd", "a/../../secret.txt", "..\\secret.txt", "\\etc\\passwd"],
)
@pytest.mark.parametrize(
    "how", ['{% include "PATH" %}', '{% extends "PATH" %}', '{% import "PATH" as x %}']
)
def test_a_template_takes_in_nothing_from_elsewhere(folder: Path, how: str, path: str) -> None:
    write(folder, "thief", "S", how.replace("PATH", path.replace("\\", "\\\\")))
    assert "which is not there" in refusal(folder, "thief")


def test_a_link_leads_to_no_other_folder(folder: Path) -> None:
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    (folder / "link.subject").write_text("S")
    assert "there is no link.txt" in refusal(folder, "link")
    write(folder, "thief", "S", '{% include "link.txt" %}')
    assert "which is not there" in refusal(folder, "thief")
    (folder / "within.txt").symlink_to(folder / "hello.txt")
    (folder / "within.subject").write_text("S")
    assert Templates(folder).letter("within", {"data": {"name": "A"}}).text == "Dear A"


@pytest.mark.parametrize(
    "attack",
    [
        "{{ ''.__class__ }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ ''['__class__'] }}",
        "{{ ''|attr('__class__') }}",
        "{{ data.__init__.__globals__ }}",
        "{{ self.__init__.__globals__ }}",
        "{{ self._TemplateReference__context }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ joiner.__init__.__globals__ }}",
        "{{ lipsum.__globals__['os'].popen('id').read() }}",
        "{{ namespace.__init__.__globals__ }}",
        "{{ '%s'.__mod__(1) }}",
        "{{ '{0.__class__}'.format(data) }}",
        "{{ '{x.__class__}'.format_map({'x': data}) }}",
        "{{ data.update({'name': 'x'}) }}",
        "{{ data.items.append(1) }}",
        "{{ range(10000000)|list|length }}",
        "{% for i in range(999999999) %}{% endfor %}",
        "{{ (data.items|map(attribute='__class__')|list)[0] }}",
    ],
)
def test_a_template_reaches_nothing_but_the_data(folder: Path, attack: str) -> None:
    write(folder, "attack", "S", attack)
    data = {"data": {"name": "A", "items": [1]}}
    with pytest.raises(RefusedError):
        Templates(folder).letter("attack", data)
    assert data == {"data": {"name": "A", "items": [1]}}


# ---- headers and addresses


def test_a_letter_has_its_headers() -> None:
    read = mail(Letter("Grüße", "text", "<p>html</p>"))
    assert read["From"] == "Shop <hello@shop.example>"
    assert read["To"] == "u@example.org"
    assert read["Subject"] == "Grüße"
    assert read["Message-ID"] == f"<{key(7)}@shop.example>"
    assert read["Date"] == "Thu, 01 Jan 1970 00:16:40 +0000"
    plain, html = read.get_body(("plain",)), read.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().strip() == "text"
    assert html.get_content().strip() == "<p>html</p>"
    assert read.get_content_type() == "multipart/alternative"


INJECTIONS = [
    "x\nBcc: evil@example.org",
    "x\r\nBcc: evil@example.org\r\n\r\nbody",
    "x\rBcc: evil@example.org",
    "x\x0bBcc: e@example.org",
    "x\x85Bcc: e@example.org",
    "x\u2028Bcc: e@example.org",
    "x\x00Bcc: e@example.org",
    "=?utf-8?q?x=0ABcc:_evil@example.org?=",
]


@pytest.mark.parametrize("subject", INJECTIONS)
def test_a_subject_is_one_line(folder: Path, subject: str) -> None:
    letter = Templates(folder).letter("hello", {"data": {"name": subject}})
    read = mail(letter, **{"X-Note": subject})
    assert read["Bcc"] is None
    assert sorted(read.keys()) == sorted(
        ["From", "To", "Subject", "Date", "Message-ID", "X-Note", "Content-Type", "MIME-Version"]
    )
    assert read.get_content_type() == "multipart/alternative"


_HOSTILE = st.text(st.sampled_from('=?utf-8qb0A_AB :\n\r,;@<>"é'), max_size=80) | st.text(
    max_size=200
)


@given(_HOSTILE, _HOSTILE)
@example("=?utf-8?b?eApCY2M6IGVAeC5vcmc=?=", "=?utf-8?q?=0D=0ABcc:_e=40x.org?=")
def test_whatever_a_subject_or_header_says_no_other_header_comes(subject: str, note: str) -> None:
    wanted = {"From", "To", "Subject", "Date", "Message-ID", "X-Note", "MIME-Version"}
    wanted |= {"Content-Type", "Content-Transfer-Encoding"}
    try:
        read = mail(Letter(" ".join(subject.split()), "text", None), **{"X-Note": note})
    except RefusedError:
        return
    assert set(read.keys()) <= wanted
    assert read.get_content().strip() == "text"


@pytest.mark.parametrize(
    "text",
    [
        "a@b.example",
        "first.last+tag@sub.example.org",
        "o'hara@example.ie",
        "a@localhost",
        "x_1@1.2",
    ],
)
def test_addresses_are_taken(text: str) -> None:
    assert address(text) == text


def test_a_domain_in_other_letters_becomes_ascii() -> None:
    assert address("anna@bücher.example") == "anna@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nobody",
        "@example.org",
        "a@",
        "a@b@c.example",
        "a b@example.org",
        "a@exa mple.org",
        "a@example.org\nRCPT TO:<evil@example.org>",
        "a@example.org\r\nBcc: evil@example.org",
        "a\n@example.org",
        "a@example.org,evil@example.org",
        "a@example.org;evil@example.org",
        "Ann <a@example.org>",
        "<a@example.org>",
        '"a b"@example.org',
        "a@[127.0.0.1]",
        "a@example..org",
        "a@-example.org",
        "a@example.org.",
        ".a@example.org",
        "a.@example.org",
        "a..b@example.org",
        "a@example.org\x00",
        "a" * 65 + "@example.org",
        "a@" + "b" * 64 + ".org",
        "a(comment)@example.org",
        "a@example.org SIZE=1",
        None,
        5,
        ["a@example.org"],
    ],
)
def test_what_is_no_address_is_refused(text: object) -> None:
    with pytest.raises(RefusedError, match=r"this is no e-mail address"):
        address(text)
