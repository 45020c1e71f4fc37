"""The Checkout page: what is bought, for how much, and buttons for everything that can happen when one pays."""

from __future__ import annotations

from html import escape
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.sandbox.stripe.currencies import worded
from bot.sandbox.stripe.ids import Obj
from bot.sandbox.stripe.page_words import Words, words
from bot.sandbox.stripe.payer import Payer

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
LONGEST_FIELD = 200
#: Bytes of what the form sends.
LARGEST_FORM = 10_000

_STYLE = """
:root { color-scheme: light dark; --ink: #1b2430; --soft: #5b6675; --line: #cfd6df; --ground: #fff; --blue: #0b63c5; --on-blue: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e9edf2; --soft: #a3afbd; --line: #3b4653; --ground: #151b21; --blue: #6cb2ff; --on-blue: #06203c; }
}
body { background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto;
  max-width: 26rem; padding: 1.25rem 1.25rem 1.5rem; }
h1 { color: var(--soft); font-size: 1.05rem; font-weight: 500; margin: 0; }
.amount { font-size: 2rem; font-weight: 700; line-height: 1.2; margin: .2rem 0 1.1rem; }
label { color: var(--soft); display: block; font-size: .9rem; margin: .8rem 0; }
input:not([type=checkbox]) { background: transparent; border: 1px solid var(--line); border-radius: .55rem; box-sizing: border-box;
  color: var(--ink); display: block; font: 1rem/1.5 system-ui, sans-serif; margin-top: .25rem; padding: .5rem .7rem; width: 100%; }
button, .on { background: transparent; border: 1px solid var(--line); border-radius: .55rem; box-sizing: border-box; color: inherit;
  cursor: pointer; display: block; font: inherit; margin: .6rem 0; min-height: 2.75rem; padding: .5rem; text-align: center;
  text-decoration: none; width: 100%; }
button:first-of-type, .on { background: var(--blue); border-color: var(--blue); color: var(--on-blue); font-weight: 600; }
a:not(.on) { color: var(--blue); }
:focus-visible { outline: 3px solid var(--blue); outline-offset: 2px; }
input:focus-visible { outline-width: 2px; outline-offset: 0; }
[role=alert] { border-inline-start: 4px solid #c0392b; padding: .4rem .8rem; }
small { color: var(--soft); display: block; margin-top: 1.25rem; }
"""


class CheckoutPage:
    """Looking changes nothing: chats fetch links for their previews. Only the form pays."""

    def __init__(self, payer: Payer) -> None:
        self._payer = payer

    def routes(self) -> list[Route]:
        return [
            Route("/pay/{session}", self.show, methods=["GET"]),
            Route("/pay/{session}", self.pay, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        accepted = request.headers.get("accept-language", "")
        try:
            found = self._payer.session(request.path_params["session"])
        except LookupError:
            said = words(None, accepted)
            return _html(said, said.unknown, "", 404)
        said = words(found["locale"], accepted)
        match found["status"]:
            case "complete":
                return _html(said, *_complete(found, said))
            case "expired":
                return _html(said, said.expired, _back(found, said))
        problem = {"declined": said.was_declined, "email": said.email_wanted}.get(
            request.query_params.get("after", "")
        )
        return _html(said, said.pay, self._form(found, said, problem))

    async def pay(self, request: Request) -> Response:
        name = request.path_params["session"]
        way, who, email = await _filled_in(request)
        after = ""
        if "@" not in email:
            after = "?after=email"
        else:
            try:
                found = self._payer.pay(name, way, who or None, email)
                after = "?after=declined" if found["status"] == "open" else ""
            except (LookupError, ValueError):
                # The page itself tells how things stand: unknown, expired, or paid already.
                after = ""
        return RedirectResponse(f"/pay/{name}{after}", 303, headers=_HEADERS)

    def _form(self, found: Obj, said: Words, problem: str | None) -> str:
        labels = {
            "card": said.card,
            "declined": said.declined,
            "delayed-ok": said.delayed_ok,
            "delayed-fail": said.delayed_fail,
        }
        buttons = "".join(
            f'<button name="with" value="{way}">{escape(labels[way])}</button>'
            for way in self._payer.ways(found)
        )
        alert = f'<p role="alert">{escape(problem)}</p>' if problem else ""
        email = escape(found["customer_email"] or "", quote=True)
        return f"""{_order(found, said)}{alert}
<form method="post" action="/pay/{escape(found["id"])}">
<label>{escape(said.email)}
<input type="email" name="email" required maxlength="{LONGEST_FIELD}" autocomplete="email" dir="ltr" value="{email}">
</label>
<label>{escape(said.name)}
<input name="name" required maxlength="{LONGEST_FIELD}" autocomplete="cc-name" dir="auto"></label>
{_terms(found, said)}{_custom(found, "submit")}{_secure(found, said)}{buttons}</form>{_back(found, said)}"""


async def _filled_in(request: Request) -> tuple[str, str, str]:
    """The way to pay, the name and the email that the form brings; "" for what it does not."""
    raw = bytearray()
    async for piece in request.stream():
        raw += piece
        if len(raw) > LARGEST_FORM:
            return "", "", ""
    given = parse_qs(raw.decode("utf-8", "replace"))
    way, who, email = (
        given.get(field, [""])[0][:LONGEST_FIELD].strip() for field in ("with", "name", "email")
    )
    return way, who, email


def _order(found: Obj, said: Words) -> str:
    products = "<br>".join(
        f"<bdi>{escape(item['description'])}</bdi>{_times(item['quantity'])}" for item in found["_items"]
    )
    amount = escape(worded(found["amount_total"], found["currency"], said.locale))
    return f'<h1>{products}</h1><p class="amount"><bdi>{amount}</bdi></p>'


def _times(quantity: int) -> str:
    return f" × {quantity}" if quantity > 1 else ""


def _complete(found: Obj, said: Words) -> tuple[str, str]:
    title = said.paid if found["payment_status"] == "paid" else said.pending
    target = escape(found["success_url"].replace("{CHECKOUT_SESSION_ID}", found["id"]), quote=True)
    on = f'<a class="on" href="{target}">{escape(said.on)}</a>'
    status = f'<p role="status">{escape(title)}</p>'
    return title, f"{_order(found, said)}{status}{_custom(found, 'after_submit')}{on}"


def _back(found: Obj, said: Words) -> str:
    if not found["cancel_url"]:
        return ""
    return f'<p><a href="{escape(found["cancel_url"], quote=True)}">{escape(said.back)}</a></p>'


def _secure(found: Obj, said: Words) -> str:
    """The shop asked that the card's bank asks its holder."""
    asked = found["payment_method_options"].get("card", {}).get("request_three_d_secure")
    return f"<p>{escape(said.secure)}</p>" if asked in ("any", "challenge") else ""


def _terms(found: Obj, said: Words) -> str:
    if (found["consent_collection"] or {}).get("terms_of_service") != "required":
        return ""
    own = found["custom_text"]["terms_of_service_acceptance"]
    text = escape(own["message"] if own else said.terms)
    return f'<label><input type="checkbox" name="terms" value="accepted" required> <bdi>{text}</bdi></label>'


def _custom(found: Obj, place: str) -> str:
    text = found["custom_text"][place]
    return f"<p><bdi>{escape(text['message'])}</bdi></p>" if text else ""


def _html(said: Words, title: str, body: str, status: int = 200) -> Response:
    direction = "rtl" if said.rtl else "ltr"
    shown = body or f"<h1>{escape(title)}</h1>"
    if title == said.expired:
        shown = f'<p role="alert">{escape(title)}</p>{body}'
    page = f"""<!DOCTYPE html>
<html lang="{said.locale}" dir="{direction}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
<title>{escape(title)}</title><style>{_STYLE}</style></head>
<body><main>{shown}<small>{escape(said.pretend)}</small></main></body></html>"""
    return HTMLResponse(page, status, headers=_HEADERS)
