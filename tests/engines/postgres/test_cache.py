import os
import time
from pathlib import Path

import pytest

from server.engines.postgres.cache import Copying, Kind, Tally, copy_tree, discard, kept
from server.errors import UnavailableError

_MONTH_SECONDS = 31 * 24 * 3600


def _fill(new: Path) -> None:
    (new / "file").write_text("content", encoding="utf-8")


def _must_not_build(new: Path) -> None:
    pytest.fail(f"{new} was built again")


def test_what_was_built_once_is_kept(tmp_path: Path) -> None:
    first = kept(tmp_path / "cache", Kind.TEMPLATE, "thing", _fill)

    second = kept(tmp_path / "cache", Kind.TEMPLATE, "thing", _must_not_build)

    assert first == second
    assert (second / "file").read_text(encoding="utf-8") == "content"


def test_a_build_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail(new: Path) -> None:
        _fill(new)
        raise UnavailableError("no")

    with pytest.raises(UnavailableError):
        kept(tmp_path / "cache", Kind.TEMPLATE, "thing", fail)

    assert list((tmp_path / "cache").iterdir()) == []


def test_of_two_builders_the_first_wins(tmp_path: Path) -> None:
    def overtaken(new: Path) -> None:
        kept(tmp_path / "cache", Kind.TEMPLATE, "thing", _fill)
        (new / "late").touch()

    folder = kept(tmp_path / "cache", Kind.TEMPLATE, "thing", overtaken)

    assert [entry.name for entry in folder.iterdir()] == ["file"]
    assert list(folder.parent.iterdir()) == [folder]


def test_a_discarded_folder_is_built_again(tmp_path: Path) -> None:
    kept(tmp_path / "cache", Kind.TEMPLATE, "thing", lambda new: (new / "old").touch())

    discard(tmp_path / "cache", Kind.TEMPLATE, "thing")
    folder = kept(tmp_path / "cache", Kind.TEMPLATE, "thing", _fill)

    assert [entry.name for entry in folder.iterdir()] == ["file"]


def test_a_new_cache_is_closed_to_others(tmp_path: Path) -> None:
    kept(tmp_path / "cache", Kind.TEMPLATE, "thing", _fill)

    assert (tmp_path / "cache").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o702])
def test_a_cache_that_others_may_write_to_is_refused(tmp_path: Path, mode: int) -> None:
    tmp_path.chmod(mode)

    with pytest.raises(UnavailableError, match="cache folder"):
        kept(tmp_path, Kind.TEMPLATE, "thing", _must_not_build)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_cache_of_another_account_is_refused(tmp_path: Path) -> None:
    os.chown(tmp_path, 12345, 12345)

    with pytest.raises(UnavailableError, match="cache folder"):
        kept(tmp_path, Kind.TEMPLATE, "thing", _must_not_build)


def test_what_nobody_used_for_a_month_goes_when_something_new_is_built(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    old, recent = (
        kept(cache, Kind.TEMPLATE, "old", _fill),
        kept(cache, Kind.TEMPLATE, "recent", _fill),
    )
    long_ago = time.time() - _MONTH_SECONDS
    os.utime(old, (long_ago, long_ago))

    kept(cache, Kind.TEMPLATE, "new", _fill)

    assert not old.exists()
    assert recent.exists()


def test_what_is_not_ours_stays_in_the_cache_for_ever(tmp_path: Path) -> None:
    foreign = tmp_path / "cache" / "photos"
    foreign.mkdir(parents=True)
    foreign.parent.chmod(0o700)
    os.utime(foreign, (0, 0))

    kept(tmp_path / "cache", Kind.TEMPLATE, "new", _fill)

    assert foreign.exists()


def test_using_a_folder_keeps_it_from_going(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    used = kept(cache, Kind.TEMPLATE, "used", _fill)
    long_ago = time.time() - _MONTH_SECONDS
    os.utime(used, (long_ago, long_ago))

    kept(cache, Kind.TEMPLATE, "used", _must_not_build)
    kept(cache, Kind.TEMPLATE, "new", _fill)

    assert used.exists()


def test_a_copy_is_counted(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "inner").mkdir(parents=True)
    _fill(source)
    _fill(source / "inner")

    tally = copy_tree(source, tmp_path / "copy", Copying.DATA)

    assert tally == Tally(files=2, size=14)
    assert (tmp_path / "copy" / "inner" / "file").read_text(encoding="utf-8") == "content"


def test_a_copy_of_data_is_closed_to_others(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    _fill(source)

    copy_tree(source, tmp_path / "copy", Copying.DATA)

    modes = [
        path.stat().st_mode & 0o077 for path in (tmp_path / "copy", tmp_path / "copy" / "file")
    ]
    assert modes == [0, 0]


def test_a_link_is_not_copied(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (tmp_path / "outside").touch()
    (source / "link").symlink_to(tmp_path / "outside")

    copy_tree(source, tmp_path / "copy", Copying.DATA)

    assert list((tmp_path / "copy").iterdir()) == []


@pytest.mark.parametrize(("mode", "expected"), [(0o700, 0o755), (0o600, 0o644), (0o777, 0o755)])
def test_copied_programs_can_be_run_by_others_and_changed_by_us_only(
    tmp_path: Path, mode: int, expected: int
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    _fill(source)
    (source / "file").chmod(mode)

    copy_tree(source, tmp_path / "copy", Copying.PROGRAMS)

    assert (tmp_path / "copy" / "file").stat().st_mode & 0o777 == expected
