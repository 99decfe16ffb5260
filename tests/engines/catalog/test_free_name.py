from hypothesis import given
from hypothesis import strategies as st

from server.engines.catalog.free_name import free_name

_names = st.text(min_size=1, max_size=80).filter(lambda name: "\0" not in name)


def test_a_short_name_is_the_one_that_postgresql_would_choose() -> None:
    assert free_name(("orders", "customer_id"), "idx", ()) == "orders_customer_id_idx"


def test_a_taken_name_gets_a_number() -> None:
    assert free_name(("t", "a"), "idx", {"t_a_idx", "t_a_idx1"}) == "t_a_idx2"


def test_long_names_that_begin_alike_stay_apart() -> None:
    long = "x" * 70

    assert free_name((long, "a"), "idx", ()) != free_name((long, "b"), "idx", ())


def test_a_long_name_that_is_taken_gets_a_number_within_the_limit() -> None:
    taken = {free_name(("x" * 70,), "idx", ())}

    assert free_name(("x" * 70,), "idx", taken).endswith("_idx1")


@given(words=st.lists(_names, min_size=1, max_size=4))
def test_every_name_fits_into_63_bytes_of_utf_8(words: list[str]) -> None:
    assert len(free_name(words, "idx", ()).encode(errors="surrogatepass")) <= 63
