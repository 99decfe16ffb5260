"""Our record of proofs: who may add to it, and for whom it counts."""

from dataclasses import replace
from pathlib import Path

import pytest

from server.engines.migration.apply.record import ProofKey, is_recorded, record
from server.errors import UnavailableError

KEY = ProofKey("a" * 64, "local", 18)


def test_what_was_recorded_is_found(tmp_path: Path) -> None:
    before = is_recorded(tmp_path, KEY)
    record(tmp_path, KEY)

    assert (before, is_recorded(tmp_path, KEY)) == (False, True)


@pytest.mark.parametrize("other", [{"plan_id": "b" * 64}, {"principal": "token"}, {"major": 17}])
def test_a_proof_counts_for_one_plan_principal_and_major_only(
    tmp_path: Path, other: dict[str, object]
) -> None:
    record(tmp_path, KEY)

    assert not is_recorded(tmp_path, replace(KEY, **other))  # pyright: ignore[reportArgumentType] - named as the fields


def test_the_record_is_for_nobody_else(tmp_path: Path) -> None:
    record(tmp_path, KEY)

    [file] = (tmp_path / "proofs").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_a_record_that_others_may_write_is_refused(tmp_path: Path) -> None:
    record(tmp_path, KEY)
    (tmp_path / "proofs").chmod(0o777)

    with pytest.raises(UnavailableError, match="others may write"):
        is_recorded(tmp_path, KEY)


def test_a_link_is_no_record(tmp_path: Path) -> None:
    record(tmp_path, KEY)
    [file] = (tmp_path / "proofs").iterdir()
    file.rename(tmp_path / "elsewhere")
    file.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(OSError, match="symbolic link"):
        is_recorded(tmp_path, KEY)


def test_a_file_with_another_content_is_no_proof(tmp_path: Path) -> None:
    record(tmp_path, KEY)
    [file] = (tmp_path / "proofs").iterdir()
    file.write_text("{}")

    assert not is_recorded(tmp_path, KEY)
