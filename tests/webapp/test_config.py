"""Settings come from the environment, and a data folder's secret stays what it is."""

import stat
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from pathlib import Path

import pytest

from rubric.problems import InputError
from webapp.config import ROOT, Settings


def test_by_default_all_is_in_the_instance_folder() -> None:
    settings = Settings.from_environment({})
    assert settings.data == ROOT / "instance"
    assert settings.database_url == f"sqlite:///{ROOT}/instance/octant.sqlite"


def test_sqlite_follows_the_data_folder(tmp_path: Path) -> None:
    assert (
        Settings.from_environment({"OCTANT_DATA": str(tmp_path)}).database_url == f"sqlite:///{tmp_path}/octant.sqlite"
    )


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_needs_no_driver_in_its_address(scheme: str) -> None:
    settings = Settings.from_environment({"OCTANT_DATABASE_URL": f"{scheme}://me@localhost/octant"})
    assert settings.database_url == "postgresql+psycopg://me@localhost/octant"


@pytest.mark.parametrize("address", ["mysql://localhost/octant", "octant.sqlite", "hunter2"])
def test_other_addresses_are_refused(address: str) -> None:
    with pytest.raises(InputError, match="OCTANT_DATABASE_URL"):
        Settings.from_environment({"OCTANT_DATABASE_URL": address})


def test_a_secret_stays_and_is_its_owner_s_alone(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "data", "sqlite://")
    secret = settings.secret("session")
    assert len(secret) >= 48
    assert settings.secret("session") == secret
    assert settings.secret("other") != secret
    assert stat.S_IMODE((settings.data / "session.secret").stat().st_mode) == 0o600
    assert stat.S_IMODE(settings.data.stat().st_mode) == 0o700


def test_all_who_ask_at_once_get_the_same_secret(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "data", "sqlite://")
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(settings.secret, ["session"] * 32))) == 1


def test_a_data_folder_that_cannot_be_written_to_is_told() -> None:
    with pytest.raises(InputError, match="OCTANT_DATA: /dev/null"):
        Settings.from_environment({"OCTANT_DATA": "/dev/null/octant"}).secret("session")


MAIL = {
    "OCTANT_SMTP_URL": "smtp://me:hunter2@mail.example.org",
    "OCTANT_MAIL_FROM": "octant@example.org",
    "OCTANT_SITE_URL": "https://octant.example.org/",
}


def test_mail_takes_all_three_settings_or_none() -> None:
    assert Settings.from_environment({}).mail is None
    assert Settings.from_environment(dict.fromkeys(MAIL, "")).mail is None
    mail = Settings.from_environment(MAIL).mail
    assert mail
    assert (mail.server.hostname, mail.server.username, mail.server.password) == ("mail.example.org", "me", "hunter2")
    assert (mail.sender, mail.site) == ("octant@example.org", "https://octant.example.org")


@pytest.mark.parametrize("missing", [set(names) for count in (1, 2) for names in combinations(MAIL, count)])
def test_mail_settings_that_are_missing_are_all_told(missing: set[str]) -> None:
    with pytest.raises(InputError) as caught:
        Settings.from_environment({name: value for name, value in MAIL.items() if name not in missing})
    assert {(problem.where, problem.what) for problem in caught.value.problems} == {
        (name, "missing") for name in missing
    }
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OCTANT_SMTP_URL", "http://me:hunter2@mail.example.org"),
        ("OCTANT_SMTP_URL", "smtp://me:hunter2@"),
        ("OCTANT_SMTP_URL", "smtp://me:hunter2@mail.example.org:0"),
        ("OCTANT_SMTP_URL", "smtp://me:hunter2@mail.example.org:66000"),
        ("OCTANT_SMTP_URL", "smtp://me:hunter2@[mail"),
        ("OCTANT_SMTP_URL", "hunter2"),
        ("OCTANT_MAIL_FROM", "hunter2"),
        ("OCTANT_MAIL_FROM", "Octant <octant@example.org>"),
        ("OCTANT_MAIL_FROM", "a@example.org\nBcc: hunter2@example.org"),
        ("OCTANT_MAIL_FROM", "a@example.org\x85Bcc"),
        ("OCTANT_SITE_URL", "hunter2"),
        ("OCTANT_SITE_URL", "octant.example.org"),
        ("OCTANT_SITE_URL", "javascript://octant.example.org/"),
    ],
)
def test_a_mail_setting_that_is_wrong_is_told_without_its_value(name: str, value: str) -> None:
    with pytest.raises(InputError) as caught:
        Settings.from_environment(MAIL | {name: value})
    (problem,) = caught.value.problems
    assert (problem.where, problem.what) == (name, "not such a value")
    assert "hunter2" not in str(caught.value)


def test_all_mail_settings_that_are_wrong_are_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        Settings.from_environment(dict.fromkeys(MAIL, "hunter2"))
    assert [problem.where for problem in caught.value.problems] == list(MAIL)


@pytest.mark.parametrize(
    ("given", "second_factor"), [("", "required"), ("optional", "optional"), (" required ", "required")]
)
def test_administrators_must_have_a_second_factor_unless_told_otherwise(given: str, second_factor: str) -> None:
    assert Settings.from_environment({"OCTANT_SECOND_FACTOR": given}).second_factor == second_factor


def test_says_which_second_factor_settings_there_are() -> None:
    with pytest.raises(InputError, match="OCTANT_SECOND_FACTOR: found 'no'; expected required or optional"):
        Settings.from_environment({"OCTANT_SECOND_FACTOR": "no"})
