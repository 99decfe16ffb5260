"""What every set of attack patterns promises."""

import pytest

from server.engines.loadtest.attacks.pattern import Attack
from server.engines.loadtest.attacks.registry import attack, documentation, presets, probes
from server.engines.loadtest.plan import Message
from server.errors import InvalidInputError, NotFoundError

BODY: dict[str, object] = {"email": "ada@example.com", "password": "x", "quantity": 1}
BASE = Message(
    "POST", "/login?next=home", (("Host", "service.test"), ("Authorization", "Bearer x"))
)


def aimed(preset: str) -> Attack:
    return attack(preset, BASE, BODY)


def test_the_sets_are_found_by_file() -> None:
    assert [*presets()] == ["headers", "input_validation", "login"]


@pytest.mark.parametrize("preset", presets())
def test_a_set_says_what_it_does(preset: str) -> None:
    assert len(documentation(preset)) > 100


@pytest.mark.parametrize("preset", presets())
def test_the_names_of_probes_are_unique(preset: str) -> None:
    made = aimed(preset)
    names = [each.name for each in (*made.probes, *made.twins)]
    names += [
        f"{probe.name}/{each.header}" for probe in made.probes for each in probe.header_checks
    ]

    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("preset", presets())
def test_no_probe_expects_a_failure_of_the_server(preset: str) -> None:
    failures = {
        probe.name
        for probe in aimed(preset).probes
        if probe.expects & (set(range(500, 600)) - {501})
    }

    assert failures == set()


@pytest.mark.parametrize("preset", presets())
def test_every_request_keeps_the_headers_that_the_caller_gave(preset: str) -> None:
    sent = [message for probe in aimed(preset).probes for message in probe.messages]

    assert all(("Authorization", "Bearer x") in message.headers for message in sent)


@pytest.mark.parametrize("preset", presets())
def test_a_probe_is_a_target_of_a_load_test(preset: str) -> None:
    probe = probes(preset, BASE, BODY)[0]

    assert probe.target.messages == probe.messages
    assert probe.target.expects == probe.expects


def test_an_unknown_set_is_answered_with_the_known_ones() -> None:
    with pytest.raises(NotFoundError, match="headers, input_validation, login"):
        attack("logins", BASE)


def test_a_request_that_could_smuggle_another_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="Transfer-Encoding frames the message"):
        attack("headers", Message("GET", "/", (("Transfer-Encoding", "chunked"),)))


@pytest.mark.parametrize("preset", presets())
@pytest.mark.parametrize("path", ["/", "/a/", "/a?b", "/?file=a&file=b", "/%20?x=%C3%A9"])
def test_every_path_can_be_attacked(preset: str, path: str) -> None:
    assert probes(preset, Message("POST", path, (("Host", "[::1]:8000"),)), BODY)
