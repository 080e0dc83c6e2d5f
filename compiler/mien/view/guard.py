"""Which requests are answered: those of this page, on this machine, under a name of its own."""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from attrs import field, frozen

KEY_HEADER = "X-Mien-Key"

HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Cache-Control": "no-store",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
)
"""Sent with every answer, beside the content security policy."""


def security_policy(scripts: Iterable[str]) -> str:
    """The content security policy of a page with these inline scripts, given by their digests.

    Nothing comes from elsewhere. ``blob:`` and ``data:`` are what a dropped avatar holds (pictures,
    buffers, the workers that unpack them), and neither is a network; unpacking is WebAssembly.
    """
    return "; ".join(
        (
            "default-src 'self'",
            " ".join(("script-src 'self' 'wasm-unsafe-eval'", *scripts)),
            "worker-src 'self' blob:",
            "img-src 'self' blob: data:",
            "connect-src 'self' blob: data:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


@frozen(kw_only=True)
class Guard:
    """Refuses what a foreign page could send through somebody's browser.

    A name that leads here by way of a foreign domain (DNS rebinding) is told by the Host; a foreign
    page by the Origin. Writing asks for the run's key besides, which only the printed address has.
    """

    host: str
    port: int
    key: str = field(factory=lambda: secrets.token_urlsafe(24), repr=False)

    def refusal(self, host: str | None, origin: str | None) -> str:
        """Why a request is not answered, or an empty text."""
        if host is None or not self._ours(host):
            return f"the Host {host or '(none)'} is not this server's"
        if origin is not None and origin != f"http://{host}":
            return f"requests from {origin} are not answered"
        return ""

    def holds_key(self, key: str | None) -> bool:
        """Whether a request may write."""
        return key is not None and hmac.compare_digest(key.encode(), self.key.encode())

    def _ours(self, host: str) -> bool:
        name, separator, port = host.rpartition(":")
        if not separator or not port.isascii() or not port.isdecimal():
            name, port = host, "80"
        if int(port) != self.port:
            return False
        if name.lower() in {"localhost", self.host.lower(), f"[{self.host.lower()}]"}:
            return True
        address = _address(name.removeprefix("[").removesuffix("]"))
        if address is None:
            return False
        return address.is_loopback or not is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether an address or name stays on this machine."""
    address = _address(host)
    return host.lower() == "localhost" if address is None else address.is_loopback


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
