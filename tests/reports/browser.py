"""A real Chromium without a window, driven over its DevTools pipe."""

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
_PATIENCE = 60.0  # seconds for one answer, on a machine that is busy

# Chromium reads commands from descriptor 3 and writes answers to 4.
_LAUNCH = """
import fcntl, os, sys
# First out of the way: either may be 3 or 4 already.
commands, answers = (fcntl.fcntl(int(each), fcntl.F_DUPFD, 10) for each in sys.argv[1:3])
os.dup2(commands, 3)
os.dup2(answers, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
_SWITCHES = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--no-first-run",
    "--disable-extensions",
    "--disable-background-networking",
    "--remote-debugging-pipe",
)


@dataclass
class Browser:
    """One page of a browser: shows files, and tells what happened meanwhile."""

    commands: int
    answers: int
    session: str = ""
    events: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    _number: int = 0
    _heard: bytes = b""

    def open_page(self) -> Self:
        """Attach to a page of its own, and hear of its console, its network and its scripts."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self.session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        return self

    def show(self, path: Path, size: tuple[int, int], scheme: str) -> None:
        """Load a file on a screen of this size, light or dark."""
        width, height = size
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.call("Emulation.setDeviceMetricsOverride", **metrics)
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.call("Emulation.setEmulatedMedia", features=[feature])
        self.events.clear()
        self.call("Page.navigate", url=path.as_uri())
        self._wait_for("Page.loadEventFired")

    def value(self, expression: str) -> object:
        """Return what a JavaScript expression is, in the page."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return answer["result"].get("value")

    def picture(self) -> bytes:
        """Return the whole page as a PNG."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {**size, "scale": 1}
        answer = self.call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        return base64.b64decode(answer["data"])

    def requested(self) -> list[str]:
        """Return the URLs that were asked for since the page was shown, its own first."""
        return [each["request"]["url"] for each in self._told("Network.requestWillBeSent")]

    def complaints(self) -> list[Mapping[str, Any]]:
        """Return all that a console would show since the page was shown."""
        return self._told("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")

    def _told(self, *methods: str) -> list[Mapping[str, Any]]:
        return [each["params"] for each in self.events if each["method"] in methods]

    def call(self, method: str, **params: object) -> dict[str, Any]:
        """Send a command and return its answer."""
        self._number += 1
        message: dict[str, object] = {"id": self._number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        while True:
            heard = self._next()
            if heard.get("id") == self._number:
                assert "error" not in heard, heard
                return heard["result"]

    def _wait_for(self, method: str) -> None:
        while not any(each["method"] == method for each in self.events):
            self._next()

    def _next(self) -> dict[str, Any]:
        deadline = time.monotonic() + _PATIENCE
        while b"\0" not in self._heard:
            left = deadline - time.monotonic()
            readable, _, _ = select.select([self.answers], [], [], max(left, 0))
            assert readable, "the browser does not answer"
            read = os.read(self.answers, 1 << 20)
            assert read, "the browser ended"
            self._heard += read
        text, _, self._heard = self._heard.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        if "method" in message:
            self.events.append(message)
        return message


@contextmanager
def browser(profile: Path) -> Generator[Browser]:
    """Start a browser with a profile of its own, and end it."""
    assert CHROMIUM is not None
    command_end, commands = os.pipe()
    answers, answer_end = os.pipe()
    program = [CHROMIUM, *_SWITCHES, f"--user-data-dir={profile}", "about:blank"]
    process = subprocess.Popen(
        [sys.executable, "-c", _LAUNCH, str(command_end), str(answer_end), *program],
        pass_fds=(command_end, answer_end),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(command_end)
    os.close(answer_end)
    try:
        yield Browser(commands, answers).open_page()
    finally:
        os.close(commands)  # Chromium ends when its pipe does.
        os.close(answers)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
