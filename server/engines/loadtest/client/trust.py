"""TLS as every connection of a test speaks it, whoever opens it."""

import ssl

from server.engines.loadtest.plan import Protocol, Trust


def tls_context(trust: Trust, protocol: Protocol) -> ssl.SSLContext:
    """Return what believes those servers that `trust` names, and offers one protocol."""
    context = ssl.create_default_context(cadata=trust.authorities or None)
    if not trust.verifies:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2" if protocol is Protocol.HTTP_2 else "http/1.1"])
    return context
