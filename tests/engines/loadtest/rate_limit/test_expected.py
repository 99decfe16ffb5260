"""A rate limit as people write one."""

import pytest

from server.engines.loadtest.rate_limit.expected import parse_quota
from server.engines.loadtest.rate_limit.headers import Quota
from server.errors import InvalidInputError


@pytest.mark.parametrize(
    ("text", "quota"),
    [
        ("100/60s", Quota(100, 60)),
        ("20/s", Quota(20, 1)),
        (" 600 / min ", Quota(600, 60)),
        ("1000/2h", Quota(1000, 7200)),
        ("20 at once", Quota(20)),
    ],
)
def test_a_rate_or_a_burst_is_read(text: str, quota: Quota) -> None:
    assert parse_quota(text) == quota


@pytest.mark.parametrize("text", ["", "100", "0/s", "5/0s", "-1/s", "1.5/s", "0 at once", "9" * 99])
def test_what_is_no_limit_is_refused_with_the_forms(text: str) -> None:
    with pytest.raises(InvalidInputError, match=r"100/60s, 20/s"):
        parse_quota(text)
