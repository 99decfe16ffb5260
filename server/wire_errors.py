"""Failures as the protocol carries them: words for the model, or an error of the protocol."""

import logging
import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from mcp import MCPError
from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp.types import INTERNAL_ERROR, INVALID_PARAMS
from pydantic import ValidationError

from server.failures import complaints, message_in
from server.redaction import without_userinfo
from server.reports.render import visible_lines

log = logging.getLogger(__name__)

_RESOLVER: Final = "Resolver "
"""How the SDK begins what it says of an answer that does not fit its question."""


def tool_failure(
    name: str, error: ToolError, known_at: Callable[[Sequence[str]], Sequence[str]]
) -> str:
    """Return what a model reads of a failed call; `known_at` names the arguments below a path."""
    cause = error.__cause__
    message = message_in(cause)
    if message is not None:
        return _said(message)
    if isinstance(error, UnexpectedToolError):
        reference = _log_unexpected(f"tool {name}", cause or error)
        return (
            f"Internal error in {name} (reference {reference}): a fault of the server, not of "
            "your arguments. Do not retry unchanged; its log has the details under the reference."
        )
    if isinstance(cause, ValidationError):
        return _listed(f"Invalid arguments for {name}:", complaints(cause, known_at))
    words = str(cause or error)
    return _unfit_answer(cause) if words.startswith(_RESOLVER) else words


def _said(message: object) -> str:
    """Return an error in words that may repeat a server's or a document's own."""
    return visible_lines(without_userinfo(str(message)))


def _unfit_answer(refused: BaseException | None) -> str:
    fault = refused
    while fault is not None and not isinstance(fault, ValidationError):
        fault = fault.__cause__
    return _listed(
        "The answer to the question does not fit its form. Give the answers as arguments.",
        complaints(fault) if fault else (),
    )


def _listed(opening: str, lines: Iterable[str]) -> str:
    return "\n- ".join([opening, *lines])


def protocol_failure(what: str, cause: BaseException) -> MCPError:
    """Return the error for a failure where no result can say it: parameters, or a reference id."""
    message = message_in(cause)
    if message is not None:
        return MCPError(INVALID_PARAMS, _said(message))
    if isinstance(cause, ValidationError):
        return MCPError(
            INVALID_PARAMS, _listed(f"Invalid arguments for {what}:", complaints(cause))
        )
    reference = _log_unexpected(what, cause)
    return MCPError(INTERNAL_ERROR, f"Internal error in {what} (reference {reference}).")


def _log_unexpected(what: str, cause: BaseException) -> str:
    reference = uuid.uuid4().hex[:8]
    log.error("%s failed unexpectedly, reference %s", what, reference, exc_info=cause)
    return reference
