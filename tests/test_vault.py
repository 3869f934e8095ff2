from __future__ import annotations

import io

import pytest

from chalicelib import aws, vault
from chalicelib.settings import settings
from infra.admin import __main__ as admin
from tests.conftest import Cloud

PROXY = "http://user:secret-word@proxy.example:8080"


@pytest.fixture(autouse=True)
def _forgotten() -> None:
    vault.forget()


@pytest.mark.usefixtures("cloud")
def test_a_secret_is_kept_encrypted() -> None:
    assert vault.secret("youtube-proxy") is None
    vault.store("youtube-proxy", PROXY)
    assert vault.secret("youtube-proxy") == PROXY
    stored = aws.dynamodb().scan(TableName=settings().accounts_table)["Items"]
    assert "secret-word" not in repr(stored)


@pytest.mark.usefixtures("cloud")
def test_a_secret_may_be_longer_than_kms_encrypts_at_once() -> None:
    cookies = "\n".join(f".youtube.com\tTRUE\t/\tTRUE\t0\tname{n}\t“{n}”" for n in range(1000))
    vault.store("youtube-cookies", cookies)
    assert vault.secret("youtube-cookies") == cookies


@pytest.mark.usefixtures("cloud")
def test_a_secret_that_was_kept_in_one_piece_is_still_read() -> None:
    cipher = aws.kms().encrypt(
        KeyId=settings().kms_key, Plaintext=PROXY.encode(), EncryptionContext={"secret": "youtube-proxy"}
    )["CiphertextBlob"]
    key = {"pk": {"S": "S#youtube-proxy"}, "sk": {"S": "#"}}
    aws.dynamodb().put_item(TableName=settings().accounts_table, Item={**key, "cipher": {"B": cipher}})
    assert vault.secret("youtube-proxy") == PROXY


def test_the_operator_is_told_what_is_too_long(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BATCHREEL_STACK", raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO("x" * 65_537))
    with pytest.raises(SystemExit, match="at most 65,536 bytes"):
        admin.main(["set-secret", "--name", "youtube-cookies"])


@pytest.mark.usefixtures("cloud")
def test_the_environment_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    vault.store("openai-key", "stored")
    monkeypatch.setenv("BATCHREEL_OPENAI_KEY", "given")
    assert vault.secret("openai-key") == "given"


@pytest.mark.usefixtures("cloud")
def test_only_names_that_are_read_can_be_kept() -> None:
    with pytest.raises(ValueError, match="youtube-proxy, openai-key"):
        vault.store("password", "x")


def test_the_operator_sets_it_from_standard_input(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("BATCHREEL_STACK", raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO(PROXY + "\n"))
    admin.main(["set-secret", "--name", "youtube-proxy"])
    assert vault.secret("youtube-proxy") == PROXY
    assert "secret-word" not in capsys.readouterr().out


def test_it_may_have_several_lines(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BATCHREEL_STACK", raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO("# Netscape HTTP Cookie File\none\n"))
    admin.main(["set-secret", "--name", "youtube-cookies"])
    assert vault.secret("youtube-cookies") == "# Netscape HTTP Cookie File\none"


def test_an_empty_secret_is_refused(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    with pytest.raises(SystemExit, match="no secret"):
        admin.main(["set-secret", "--name", "openai-key"])
