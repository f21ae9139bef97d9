"""Requests to a SPARQL server: who we are, how long we wait, when we try again, and what went wrong.

Every fault of a server ends as one EndpointError in one line.
"""

from __future__ import annotations

import os
import re
import time
import weakref
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import httpx
from httpx_retries import Retry, RetryTransport

from xinpu import __version__
from xinpu.errors import EndpointError, UsageError, XinpuError

USER: Final = "XINPU_ENDPOINT_USER"
PASSWORD: Final = "XINPU_ENDPOINT_PASSWORD"  # noqa: S105 - the name of a variable
TOKEN: Final = "XINPU_ENDPOINT_TOKEN"  # noqa: S105 - the name of a variable

_RETRIED: Final = (429, 502, 503, 504)
_BUSY: Final = "It was asked several times; try again later."
_LONGEST_WAIT: Final = 30.0
_FIRST_WAIT = 0.5
"""Seconds before the second attempt, at least; twice as many at most, and each further wait doubles both."""


@dataclass(frozen=True)
class Reply:
    """A whole answer of a server."""

    shown: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def well(self) -> bool:
        """Whether the server says that it did what it was asked."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def media_type(self) -> str:
        """Media type without parameters, in small letters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def unusable(self, wanted: str) -> XinpuError:
        """Make the error for an answer of a kind that was not asked for."""
        what = "a web page (HTML)" if "html" in self.media_type else self.media_type or "an answer of no stated type"
        return EndpointError(
            f"{self.shown} sent {what} instead of {wanted}",
            remedy="Check that the address is that of the SPARQL query service.",
        )

    def words(self) -> str:
        """Give what the server said, as one short line of text."""
        text = self.body[:4000].decode(errors="replace")
        if "html" in self.media_type:
            text = re.sub(r"(?is)<(style|script|head)\b.*?</\1>|<[^>]*>", " ", text)
        line = " ".join(text.split("SPARQL query:")[0].split())
        return line if len(line) <= 200 else line[:199] + "…"


class _Login(httpx.Auth):
    """Name and password by Basic, or by Digest where the server asks for that."""

    def __init__(self, user: str, password: str) -> None:
        self._basic = httpx.BasicAuth(user, password)
        self._digest = httpx.DigestAuth(user, password)
        self._by_digest = False

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send Basic first; where that is refused and Digest may be wanted, that from then on."""
        if not self._by_digest:
            response = yield next(self._basic.auth_flow(request))
            if response.status_code != HTTPStatus.UNAUTHORIZED:
                return
            # Virtuoso names its challenge only to a request without credentials
            if "basic" in response.headers.get("www-authenticate", "").lower():
                return
            self._by_digest = True
            del request.headers["Authorization"]
        yield from self._digest.auth_flow(request)


class Transport:
    """Sends requests to one server; keeps the connection between them."""

    def __init__(self, url: str, *, timeout: float, retries: int) -> None:
        address = _address(url)
        self.url = str(address.copy_with(userinfo=b""))
        self.shown = self.url
        self.timeout = timeout
        retry = Retry(
            total=retries,
            allowed_methods=("GET", "POST", "PUT", "DELETE"),
            status_forcelist=_RETRIED,
            retry_on_exceptions=(),
            backoff_factor=_FIRST_WAIT,
            max_backoff_wait=_LONGEST_WAIT,
            backoff_jitter=0.5,
            total_timeout=max(timeout, 0.001),
        )
        self.has_login = False
        self._client = httpx.Client(
            transport=RetryTransport(transport=httpx.HTTPTransport(), retry=retry),
            auth=self._auth(address),
            headers={"User-Agent": f"xinpu/{__version__}"},
            timeout=httpx.Timeout(timeout, connect=min(10.0, timeout)),
            trust_env=False,
        )
        weakref.finalize(self, self._client.close)

    def _auth(self, address: httpx.URL) -> httpx.Auth | None:
        user = os.environ.get(USER) or address.username
        password = os.environ.get(PASSWORD) or address.password
        if user:
            self.has_login = True
            return _Login(user, password)
        if token := os.environ.get(TOKEN, "").strip():
            self.has_login = True
            return _Bearer(token)
        return None

    def send(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Send a request and read the whole answer; raises EndpointError unless the server says it went well."""
        reply = self.attempt(method, url, body, headers)
        if not reply.well:
            raise refusal(reply, self.has_login)
        partial = reply.headers.get("x-sql-state") or reply.headers.get("x-sql-message")
        if partial or reply.status == HTTPStatus.PARTIAL_CONTENT:
            words = reply.headers.get("x-sql-message", "it ran out of time")
            raise EndpointError(f"{self.shown} sent only a part of the answer: {words}", remedy="Narrow the query.")
        return reply

    def attempt(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Send a request and read the whole answer, whatever its status; raises EndpointError if there is none."""
        begun = time.monotonic()
        chunks: list[bytes] = []
        answering = False
        try:
            with self._client.stream(method, url, content=body, headers=dict(headers)) as response:
                answering = True
                for chunk in response.iter_bytes():
                    chunks.append(chunk)
                    if time.monotonic() - begun > self.timeout:
                        raise self._late()
                return Reply(self.shown, response.status_code, dict(response.headers), b"".join(chunks))
        except httpx.HTTPError as error:
            raise self._fault(error, answering) from None

    def _late(self) -> XinpuError:
        return EndpointError(
            f"{self.shown} took longer than {self.timeout:g} s", remedy="Narrow the query or raise --timeout."
        )

    def _fault(self, error: httpx.HTTPError, answering: bool) -> XinpuError:
        if isinstance(error, httpx.ConnectTimeout):
            return EndpointError(f"{self.shown} cannot be reached: no answer to the call", remedy="Check the address.")
        if isinstance(error, httpx.ConnectError):
            why = "connection refused" if "refused" in str(error).lower() else str(error) or "no connection"
            return EndpointError(
                f"{self.shown} cannot be reached: {why}", remedy="Check the address and that the server runs."
            )
        if isinstance(error, httpx.TimeoutException):
            if not answering:
                return self._late()
            return EndpointError(
                f"{self.shown} stalled in the middle of its answer: nothing came for {self.timeout:g} s",
                remedy="Try again later.",
            )
        if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError | httpx.WriteError):
            where = "in the middle of its answer" if answering else "without an answer"
            return EndpointError(f"{self.shown} closed the connection {where}", remedy="Look whether it still runs.")
        return EndpointError(f"{self.shown}: {type(error).__name__} {error}", remedy="Check the address.")


class _Bearer(httpx.Auth):
    """A token, sent with each request."""

    def __init__(self, token: str) -> None:
        self._value = f"Bearer {token}"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the token."""
        request.headers["Authorization"] = self._value
        yield request


def _address(url: str) -> httpx.URL:
    try:
        address = httpx.URL(url)
    except (httpx.InvalidURL, TypeError):
        address = httpx.URL("")
    if address.scheme not in ("http", "https") or not address.host:
        raise UsageError(f"{url!r} is not the address of a server", remedy="Write http://… or https://…")
    return address


def refusal(reply: Reply, has_login: bool) -> XinpuError:
    """Make the error for an answer that says no."""
    status = reply.status
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        what = "refused these credentials" if has_login else "wants credentials"
        return EndpointError(
            f"{reply.shown} {what} ({status})", remedy=f"Set {USER} and {PASSWORD}, or {TOKEN}, in the environment."
        )
    if goal := reply.headers.get("location"):
        return EndpointError(f"{reply.shown} has moved ({status})", remedy=f"Use {goal} if you trust it.")
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "unknown status"
    words = reply.words()
    said = f"{phrase}: {words}" if words else phrase
    remedy = _BUSY if status in _RETRIED else "Check the query and the address."
    return EndpointError(f"{reply.shown} answered {status} {said}", remedy=remedy)
