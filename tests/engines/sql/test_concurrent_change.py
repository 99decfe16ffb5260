"""What statements that work concurrently make or take away."""

import pytest

from server.engines.sql.concurrent_change import (
    BuiltIndex,
    ConcurrentChange,
    DetachedPartition,
    DroppedIndex,
    RelationName,
    concurrent_change,
)
from server.engines.sql.pieces import Statement


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (
            'CREATE UNIQUE INDEX CONCURRENTLY "I x" ON s."T" (a)',
            BuiltIndex(RelationName("s", "I x")),
        ),
        ("DROP INDEX CONCURRENTLY s.i", DroppedIndex(RelationName("s", "i"))),
        ("DROP INDEX CONCURRENTLY i", DroppedIndex(RelationName("", "i"))),
        (
            "ALTER TABLE s.t DETACH PARTITION s.p CONCURRENTLY",
            DetachedPartition(RelationName("s", "t"), RelationName("s", "p")),
        ),
        ("ALTER TABLE s.t DETACH PARTITION s.p", None),
        ("CREATE INDEX i ON s.t (a)", None),
        ("DROP INDEX s.i", None),
        ("DO $$ BEGIN COMMIT; END $$", None),
    ],
)
def test_the_change_is_told_by_names(sql: str, expected: ConcurrentChange | None) -> None:
    assert concurrent_change(Statement(sql, 1, 1, "plan")) == expected
