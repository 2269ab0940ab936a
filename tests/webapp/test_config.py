"""Settings come from the environment, and a data folder's secret stays what it is."""

import stat
from concurrent.futures import ThreadPoolExecutor
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
