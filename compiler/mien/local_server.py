"""What all pages that this program serves on this machine share.

A `LocalServer` gives out files from a table made once, so that no request can name a path; every
answer carries the same security headers; a request from a foreign page, or for another name than
the server's own, is refused; bodies have a limit. `mien view` and the drawing of avatars add their
own addresses in a `LocalHandler`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import json
import os
import re
import secrets
import socket
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import MappingProxyType, TracebackType
from typing import Any, cast
from urllib.parse import urlsplit

from attrs import field, frozen

from mien import resources
from mien.errors import MienError

LOOPBACK = "127.0.0.1"
KEY_HEADER = "X-Mien-Key"
JSON_TYPE = "application/json; charset=utf-8"
HTML_TYPE = "text/html; charset=utf-8"

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

ASSET_TYPES: Mapping[str, str] = MappingProxyType(
    {
        ".css": "text/css; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".svg": "image/svg+xml",
        ".wasm": "application/wasm",
    }
)
"""The kinds of files that are given out by their own name."""


_LONGEST_HOST = 300
"""A domain name has 253 characters at most."""
_PORT_DIGITS = 5
_SIZE_DIGITS = 18
_LONGEST_MESSAGE = 500


@frozen(kw_only=True)
class Asset:
    """A file and its content type."""

    path: Path
    type: str


def asset_table(
    page: str, address: str, *, web: Path | None = None, folders: tuple[str, ...] = ("",)
) -> Mapping[str, Asset]:
    """Address to file: every asset in ``folders`` of ``web``, and the HTML file ``page``.

    Args:
        page: the page's path below ``web``.
        address: where the page itself is found, such as ``/``.
        web: the folder of the browser's modules; by default the one that ships.
        folders: the folders below ``web`` whose files are given out, each under its own path.
    """
    web = web or resources.web()
    table: dict[str, Asset] = {}
    for start in folders:
        for place, below, files in os.walk(web / start):
            below[:] = sorted(name for name in below if not name.startswith((".", "node_modules")))
            for path in (Path(place) / name for name in files):
                if path.suffix in ASSET_TYPES and path.is_file() and not path.is_symlink():
                    name = f"/{path.relative_to(web).as_posix()}"
                    table[name] = Asset(path=path, type=ASSET_TYPES[path.suffix])
    table[address] = Asset(path=web / page, type=HTML_TYPE)
    return MappingProxyType(table)


def security_policy(page: Path) -> str:
    """The content security policy of a page whose only inline scripts are import maps.

    Nothing comes from elsewhere. ``blob:`` and ``data:`` are what an avatar holds (pictures,
    buffers, the workers that unpack them), and neither is a network; unpacking is WebAssembly.
    Browsers read no import map from a file, so each is allowed by its digest.
    """
    maps = re.findall(rb'<script type="importmap">(.*?)</script>', page.read_bytes(), re.DOTALL)
    digests = (base64.b64encode(hashlib.sha256(text).digest()).decode() for text in maps)
    return "; ".join(
        (
            "default-src 'self'",
            " ".join(("script-src 'self' 'wasm-unsafe-eval'", *(f"'sha256-{d}'" for d in digests))),
            "worker-src 'self' blob:",
            "img-src 'self' blob: data:",
            "connect-src 'self' blob: data:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


class BadRequestError(MienError):
    """A request that makes no sense; the message is for whoever wrote it."""


@frozen(kw_only=True)
class Guard:
    """Refuses what a foreign page could send through somebody's browser.

    A name that leads here by way of a foreign domain (DNS rebinding) is recognised by the Host; a
    foreign page by the Origin. Whatever changes something asks for the run's key besides.
    """

    host: str
    port: int
    key: str = field(factory=lambda: secrets.token_urlsafe(24), repr=False)

    def refusal(self, host: str | None, origin: str | None) -> str:
        """Why a request is not answered, or an empty text.

        Raises:
            BadRequestError: the Host or the Origin is none.
        """
        if len(host or "") > _LONGEST_HOST or len(origin or "") > _LONGEST_HOST:
            raise BadRequestError("the Host or the Origin is too long")
        if host is None or not self._is_own(host):
            return f"the Host {host or '(none)'} is not this server's"
        if origin is not None and origin != f"http://{host}":
            return f"requests from {origin} are not answered"
        return ""

    def holds_key(self, key: str | None) -> bool:
        """Whether ``key`` is the run's."""
        return key is not None and hmac.compare_digest(key.encode(), self.key.encode())

    def _is_own(self, host: str) -> bool:
        name, separator, port = host.rpartition(":")
        if not separator or not port.isascii() or not port.isdecimal():
            name, port = host, "80"
        if len(port) > _PORT_DIGITS:
            raise BadRequestError("the Host has no such port")
        if int(port) != self.port:
            return False
        if name.lower() in {"localhost", self.host.lower(), f"[{self.host.lower()}]"}:
            return True
        address = _address(name.removeprefix("[").removesuffix("]"))
        return address is not None and (address.is_loopback or not is_loopback(self.host))


def is_loopback(host: str) -> bool:
    """Whether an address or name stays on this machine."""
    address = _address(host)
    return host.lower() == "localhost" if address is None else address.is_loopback


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _path_of(target: str) -> str:
    try:
        return urlsplit(target).path
    except ValueError:
        raise BadRequestError("the address cannot be read") from None


class LocalServer(ThreadingHTTPServer):
    """Gives ``assets`` out until closed; to be used with ``with``.

    Raises:
        OSError: the port is taken, or the address is not this machine's.
    """

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = os.name != "nt"  # there, two programs could listen on one port

    def __init__(
        self,
        handler: type[LocalHandler],
        assets: Mapping[str, Asset],
        policy: str,
        *,
        host: str = LOOPBACK,
        port: int = 0,
    ) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), handler)
        self.assets = assets
        self.policy = policy
        self.guard = Guard(host=host, port=int(self.server_address[1]))
        self._thread: Thread | None = None

    @property
    def origin(self) -> str:
        """Where it answers: ``http://127.0.0.1:6436``."""
        host = self.guard.host
        if host in {"0.0.0.0", "::"}:  # noqa: S104  everywhere: this machine's own name for itself
            host = LOOPBACK if host == "0.0.0.0" else "::1"  # noqa: S104
        shown = f"[{host}]" if ":" in host else host
        return f"http://{shown}:{self.guard.port}"

    def serve(self) -> None:
        """Answer until `close` or an interrupt."""
        self.serve_forever(poll_interval=0.05)

    _interrupted = False

    def interrupt(self, number: int, frame: object) -> None:
        """A signal's handler: `serve` ends with KeyboardInterrupt, a second signal ends at once.

        Raised right where a signal comes, an interrupt can be lost: in a callback it is ignored.
        """
        if self._interrupted:
            raise KeyboardInterrupt
        self._interrupted = True

    def service_actions(self) -> None:
        """Called by `serve_forever` at every turn."""
        if self._interrupted:
            raise KeyboardInterrupt

    def start(self) -> None:
        """`serve` in a thread of its own."""
        self._thread = Thread(target=self.serve, name="mien-server", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop answering, and give the port back."""
        if self._thread is not None:
            self.shutdown()
            self._thread.join()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Stay quiet about a browser that hangs up in the middle of an answer."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class LocalHandler(BaseHTTPRequestHandler):
    """Answers one request. Subclasses add addresses in `answer_get` and `answer_post`."""

    timeout = 30.0

    @property
    def local(self) -> LocalServer:
        """The server."""
        return cast("LocalServer", self.server)

    def answer_get(self, address: str) -> None:
        """Answer a guarded GET or HEAD of the path ``address``: here, with a file."""
        asset = self.local.assets.get(address)
        try:
            data = asset.path.read_bytes() if asset else None
        except OSError:
            data = None
        if asset is None or data is None:
            self.send_failure(HTTPStatus.NOT_FOUND, "there is nothing at this address")
        else:
            self.send_data(asset.type, data)

    def answer_post(self, address: str) -> None:
        """Answer a guarded POST to the path ``address``: here, there is none."""
        self.send_failure(HTTPStatus.NOT_FOUND, "there is nothing at this address")

    def read_body(self, limit: int, *, kind: str = "") -> bytes | None:
        """The body, at most ``limit`` bytes and of content type ``kind``; None: refused already."""
        length = self.headers.get("Content-Length", "")
        size = int(length[:_SIZE_DIGITS]) if length.isascii() and length.isdecimal() else -1
        if kind and self.headers.get_content_type() != kind:
            self.send_failure(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"expected {kind}")
        elif size < 0:
            self.send_failure(HTTPStatus.LENGTH_REQUIRED, "the request does not say how long it is")
        elif size > limit:
            self.send_failure(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the request is longer than {limit} bytes"
            )
        else:
            return self.rfile.read(size)
        return None

    def send_data(self, kind: str, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        """Answer with ``body`` of the content type ``kind``."""
        self._send(HTTPStatus.OK, kind, body, headers or {})

    def send_json(self, data: Mapping[str, Any]) -> None:
        """Answer with a JSON object."""
        self.send_data(
            JSON_TYPE, json.dumps(data, ensure_ascii=False).encode(errors="backslashreplace")
        )

    def send_failure(
        self, status: HTTPStatus, message: str, faults: list[dict[str, Any]] | None = None
    ) -> None:
        """Answer that the request failed, with words for a person."""
        self.close_connection = True  # what is left of the request's body is not read
        data = {"error": message, "faults": faults or []}
        self._send(
            status,
            JSON_TYPE,
            json.dumps(data, ensure_ascii=False).encode(errors="backslashreplace"),
            {},
        )

    def do_GET(self) -> None:
        """Guard and answer a GET."""
        self._guarded(self.answer_get)

    def do_HEAD(self) -> None:
        """Answer as to a GET, without the body."""
        self.do_GET()

    def do_POST(self) -> None:
        """Guard and answer a POST."""
        self._guarded(self.answer_post)

    def version_string(self) -> str:
        """Give the name alone: a version is nobody's business."""
        return "mien"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: the terminal is for the address."""

    def end_headers(self) -> None:
        """Give every answer the same precautions."""
        self.send_header("Content-Security-Policy", self.local.policy)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer errors of the protocol itself without echoing what was sent."""
        self.send_failure(HTTPStatus(code), HTTPStatus(code).phrase.lower())

    def _guarded(self, answer: Callable[[str], None]) -> None:
        """Give an answer to everything: a request that is dropped in silence helps nobody."""
        try:
            reason = self.local.guard.refusal(self.headers.get("Host"), self.headers.get("Origin"))
            if reason:
                self.send_failure(HTTPStatus.FORBIDDEN, reason)
            else:
                answer(_path_of(self.path))
        except BadRequestError as error:
            self.send_failure(HTTPStatus.BAD_REQUEST, str(error))
        except (ConnectionError, TimeoutError):
            raise
        except Exception as error:  # noqa: BLE001, RUF100  the page shows it
            message = f"mien failed at this request: {type(error).__name__}: {error}"
            self.send_failure(HTTPStatus.INTERNAL_SERVER_ERROR, message[:_LONGEST_MESSAGE])

    def _send(self, status: HTTPStatus, kind: str, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
