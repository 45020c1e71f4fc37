"""My eSIMs: QR and codes again, how to install, how much is left.

> /esims
You have no eSIM yet. Where are you going? Just write it, for example: Japan, 10 days.
> /usage
You have no eSIM yet. Where are you going? Just write it, for example: Japan, 10 days.
> how much data do I have left?
You have no eSIM yet. Where are you going? Just write it, for example: Japan, 10 days.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.conversation.actions import action
from bot.conversation.events import Chat
from bot.conversation.i18n import N_, _, data_size, date, listing, moment, percent
from bot.conversation.messages import Button, Link, Menu, Message, Photo, Reply, Text
from bot.conversation.router import Router
from handlers import _words
from services import qr
from services.esims import Esim
from services.orders.sold import SoldPlan
from services.shop import Shop
from services.topups import OVER
from services.usage import Left

router = Router(always=True)

#: eSIMs shown at once; older ones are behind buttons.
AT_ONCE = 7
APPLE = "https://esimsetup.apple.com/esim_qrcode_provisioning?carddata="
ANDROID = "https://esimsetup.android.com/esim_qrcode_provisioning?carddata="


@action("esims")
class ShowEsims:
    """The list."""


@action("esim")
class ShowEsim:
    esim: str


@action("ios")
class InstallOnIphone:
    esim: str


@action("android")
class InstallOnAndroid:
    esim: str


@action("left")
class ShowUsage:
    esim: str


@action("more")
class TopUp:
    line: str


@dataclass(frozen=True)
class LineState:
    """A line for somebody in trouble, and for who helps."""

    words: str
    networks: str
    facts: str


@router.command("esims", N_("My eSIMs: QR and codes again"))
async def esims(chat: Chat, shop: Shop, words: str) -> Reply:  # noqa: ARG001
    """The newest eSIM at once, or the list."""
    own = await shop.esims.of_customer(chat.customer)
    if not own:
        return Text(nothing_yet())
    if len(own) == 1:
        return await _show(shop, own[0])
    return Menu(_("Which eSIM?"), tuple(Button(label(esim), ShowEsim(esim.id)) for esim in own[:AT_ONCE]))


@router.intent("esims")
async def esims_by_words(chat: Chat, shop: Shop, words: str) -> Reply:
    """The same, asked in words."""
    return await esims(chat, shop, words)


@router.press(ShowEsims)
async def esims_by_button(chat: Chat, shop: Shop, chosen: ShowEsims) -> Reply:  # noqa: ARG001
    """The same, by button."""
    return await esims(chat, shop, "")


@router.press(ShowEsim)
async def show_one(chat: Chat, shop: Shop, chosen: ShowEsim) -> Reply:
    """One of one's own."""
    esim = await shop.esims.owned(chat.customer, chosen.esim)
    return Text(nothing_yet()) if esim is None else await _show(shop, esim)


@router.press(InstallOnIphone)
async def on_iphone(chat: Chat, shop: Shop, chosen: InstallOnIphone) -> Reply:
    """One tap; and address, then code, each alone, to be copied: the phone that shows the chat cannot scan itself."""
    esim = await shop.esims.owned(chat.customer, chosen.esim)
    if esim is None or esim.activation is None:
        return Text(nothing_yet())
    words = _(
        "iPhone with iOS 17.4 or later: tap the button.\n"
        "Else: Settings > Mobile Service > Add eSIM > Use QR Code > Enter Details Manually. "
        "Copy the two messages below: first the SM-DP+ address, then the activation code.\n"
        "You need internet for this, so do it before you leave."
    )
    return Link(words, _("Install on iPhone"), APPLE + esim.activation), Text(esim.address), Text(esim.code)


@router.press(InstallOnAndroid)
async def on_android(chat: Chat, shop: Shop, chosen: InstallOnAndroid) -> Reply:
    """One tap where the phone can; and the whole code, alone, to be copied."""
    esim = await shop.esims.owned(chat.customer, chosen.esim)
    if esim is None or esim.activation is None:
        return Text(nothing_yet())
    words = _(
        "Android 10 or later: try the button; it works on many phones.\n"
        "Else: Settings > Network & internet > SIMs > Add SIM > Set up an eSIM > Need help? > Enter it manually. "
        "Copy the message below.\n"
        "You need internet for this, so do it before you leave."
    )
    return Link(words, _("Install on Android"), ANDROID + esim.activation), Text(esim.activation)


@router.command("usage", N_("How much data is left"))
async def usage(chat: Chat, shop: Shop, words: str) -> Reply:  # noqa: ARG001
    """What is left, truthfully, with the time it was measured."""
    own = await shop.esims.of_customer(chat.customer)
    if not own:
        return Text(nothing_yet())
    if len(own) == 1:
        return await _usage(shop, own[0])
    others = tuple(Button(label(esim), ShowUsage(esim.id)) for esim in own[1:AT_ONCE])
    return await _usage(shop, own[0], others)


@router.intent("usage")
async def usage_by_words(chat: Chat, shop: Shop, words: str) -> Reply:
    """ "How much data do I have left?" """
    return await usage(chat, shop, words)


@router.press(ShowUsage)
async def usage_of_one(chat: Chat, shop: Shop, chosen: ShowUsage) -> Reply:
    """What is left on one of one's own."""
    esim = await shop.esims.owned(chat.customer, chosen.esim)
    return Text(nothing_yet()) if esim is None else await _usage(shop, esim)


async def state_of_newest(chat: Chat, shop: Shop) -> LineState | None:
    """The newest line's state, for trouble and for the staff. None without an eSIM."""
    own = await shop.esims.of_customer(chat.customer, most=1)
    if not own:
        return None
    left = await shop.usage.of(own[0])
    sold = SoldPlan.from_json(own[0].plan)
    state = left.measured.line_state if left.measured else "unknown"
    facts = f"{own[0].order} · {sold.id} · line {state}"
    if left.measured and left.left is not None:
        facts += f" · {left.left // 1024**2} MB left · measured {left.measured.at:%Y-%m-%d %H:%M} UTC"
    return LineState(usage_words(left, sold), listing(list(sold.networks)), facts)


def picture(esim: Esim, words: str) -> Photo:
    """The QR, with the two ways to install."""
    return Photo(
        qr.picture(esim.activation or ""),
        words,
        buttons=(
            Button(_("iPhone"), InstallOnIphone(esim.id)),
            Button(_("Android"), InstallOnAndroid(esim.id)),
        ),
    )


def more_data(esim: Esim, left: Left | None) -> tuple[Button, ...]:
    """The way to more data, where the plan's rules and the line's state, as far as it is known, allow it."""
    over = left is not None and left.measured is not None and left.measured.line_state in OVER
    if over or not SoldPlan.from_json(esim.plan).can_top_up:
        return ()
    return (Button(_("Top up"), TopUp(short(esim))),)


def short(esim: Esim) -> str:
    """The beginning of a line's id, enough to tell it from its owner's other lines."""
    return esim.id[:8]


def nothing_yet() -> str:
    """For whoever has no eSIM."""
    return (
        _("You have no eSIM yet.")
        + " "
        + _("Where are you going? Just write it, for example: Japan, 10 days.")
    )


async def _show(shop: Shop, esim: Esim) -> Message:
    sold = SoldPlan.from_json(esim.plan)
    if esim.activation is None:
        return Text(_("Your eSIM is being prepared. It comes here by itself."))
    if esim.item is not None:
        await shop.delivery.shown([esim.item])
    words = "\n".join(
        (
            _words.title(sold),
            _("Order {order} · ICCID {iccid}", order=esim.order, iccid=esim.iccid),
            _("Scan it with another screen, or choose your phone below."),
        )
    )
    shown = picture(esim, words)
    return replace(shown, buttons=(*shown.buttons, *more_data(esim, None)))


async def _usage(shop: Shop, esim: Esim, others: tuple[Button, ...] = ()) -> Text | Menu:
    left, sold = await shop.usage.of(esim), SoldPlan.from_json(esim.plan)
    words = usage_words(left, sold)
    buttons = (*more_data(esim, left), *others)
    return Menu(words, buttons) if buttons else Text(words)


def usage_words(left: Left, sold: SoldPlan) -> str:
    """What is left, in full, with the time of the measurement."""
    measured = left.measured
    if measured is None:
        return _("The provider does not answer just now. Please ask again in a minute.")
    lines = [_words.title(sold)]
    if sold.data is None:
        lines.append(data_size(None))
    elif left.left is not None and measured.total:
        share = percent(left.left / measured.total)
        lines.append(
            _(
                "{left} of {total} left ({share}).",
                left=data_size(left.left),
                total=data_size(measured.total),
                share=share,
            )
        )
    else:
        lines.append(_("The provider does not say how much is left."))
    lines.append(state_words(measured.line_state))
    if measured.expires_at is not None:
        lines.append(_("Valid until {date}.", date=date(measured.expires_at)))
    if sold.networks:
        lines.append(_("Networks: {networks}", networks=listing(list(sold.networks))))
    when = moment(measured.at)
    lines.append(
        _("Measured: {when}", when=when)
        if left.live
        else _("As of {when}; the provider does not answer just now.", when=when)
    )
    return "\n".join(lines)


def state_words(state: str) -> str:
    """A line's state as the provider tells it."""
    words = {
        "ready": _("Line: ready, not used yet."),
        "active": _("Line: active."),
        "exhausted": _("Line: the data is used up."),
        "expired": _("Line: expired."),
        "deactivated": _("Line: switched off."),
        "suspended": _("Line: paused by the provider."),
    }
    return words.get(state, _("Line: the provider does not say."))


def label(esim: Esim) -> str:
    """A line among others."""
    sold = SoldPlan.from_json(esim.plan)
    return f"{_words.where(sold)} {_words.size(sold)} {esim.order or ''}".strip()
