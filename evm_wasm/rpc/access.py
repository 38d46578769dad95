"""Who may talk to a node: hosts by which it is called, and origins of web pages.

A page in the user's own browser can reach a node on loopback. Two things keep strangers' pages out:
the browser says where a page is from (`Origin`), and a name that an attacker points at loopback
(DNS rebinding) stands in `Host`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

ANY: Final = "*"
MOST_REMEMBERED: Final = 100
"""Headers whose names need not be looked at again."""

LOCAL_NAMES: Final = frozenset({"localhost"})


class Access:
    """The rules of one server."""

    def __init__(self, *, hosts: Iterable[str] = (), origins: Iterable[str] = ()) -> None:
        """Makes the rules.

        Args:
            hosts: Names by which the node may be called beside `localhost` and plain addresses;
                `*` for any.
            origins: Web pages that may use it, as `http://localhost:3000`; `*` for any.
        """
        self._hosts = frozenset(host.lower() for host in hosts) | LOCAL_NAMES
        self._allowed: set[str] = set()
        self._origins = frozenset(origin.lower().rstrip("/") for origin in origins)

    def allows_host(self, header: str | None) -> bool:
        """Whether a request with this `Host` header is answered.

        A plain address cannot be pointed elsewhere, so all of them are fine. Only programs older
        than HTTP/1.1, no browsers, leave the header away.
        """
        if header is None or ANY in self._hosts or header in self._allowed:
            return True
        name = _host_name(header)
        is_allowed = name is not None and (name in self._hosts or _is_address(name))
        if is_allowed and len(self._allowed) < MOST_REMEMBERED:
            self._allowed.add(header)
        return is_allowed

    def allows_origin(self, header: str | None) -> bool:
        """Whether a page from this origin may use the node; requests without one are no pages'."""
        return header is None or ANY in self._origins or header.lower() in self._origins

    def answer_headers(self, origin: str | None) -> dict[str, str]:
        """What tells the browser that an allowed page may read the answer."""
        if origin is None:
            return {}
        return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}

    def preflight_headers(self, origin: str | None) -> dict[str, str]:
        """What tells the browser that an allowed page may send a request."""
        return self.answer_headers(origin) | {
            "Access-Control-Allow-Methods": "POST",
            "Access-Control-Allow-Headers": "Content-Type",
            "Access-Control-Max-Age": "600",
        }


def _host_name(header: str) -> str | None:
    try:
        return urlsplit(f"//{header}").hostname
    except ValueError:
        return None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
