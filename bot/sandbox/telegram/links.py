"""Which links Telegram lets a bot put into texts and buttons, and how it spells them back."""

from __future__ import annotations

import re

_HOST = re.compile(r"[^/?#]*")
_UNFIT = re.compile(r"[\s<>\"\\^`{|}]")
_TELEGRAM_SCHEMES = ("tg:", "ton:", "tonsite:")
_USER = re.compile(r"tg:(?://)?user\?id=(\d{1,18})", re.IGNORECASE)


class LinkError(ValueError):
    """Telegram does not take this link; the message is its reason."""


def checked(url: str) -> str:
    """The link as Telegram shows it: with a scheme, a lower-case host and a path. LinkError when it is none."""
    if url.lower().startswith(_TELEGRAM_SCHEMES):
        return url
    scheme, separator, rest = url.partition("://")
    if not separator:
        scheme, rest = "http", url
    if scheme.lower() not in ("http", "https"):
        raise LinkError("Unsupported URL protocol")
    found = _HOST.match(rest)
    host = found.group() if found else ""
    if not host:
        raise LinkError("URL host is empty")
    if not _plausible(host):
        raise LinkError("Wrong HTTP URL")
    tail = rest[len(host) :]
    return f"{scheme.lower()}://{host.lower()}{tail if tail.startswith('/') else f'/{tail}'}"


def or_none(url: str) -> str | None:
    """The checked link, or None: a text with a broken link is shown as plain text."""
    try:
        return checked(url)
    except LinkError:
        return None


def mentioned_user(url: str) -> int | None:
    """The user id of a link that mentions somebody."""
    found = _USER.fullmatch(url.strip())
    return int(found.group(1)) if found else None


def _plausible(host: str) -> bool:
    name, _, port = host.rpartition("@")[2].partition(":")
    if port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65_536):
        return False
    return "." in name.strip(".") and ".." not in name and not _UNFIT.search(host)
