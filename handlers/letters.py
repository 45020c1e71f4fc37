"""Mails, for those who want them: the eSIM with its QR, and the receipt."""

from __future__ import annotations

from datetime import timedelta

from bot.conversation.i18n import _, date, money
from bot.conversation.router import Router
from handlers import _words, papers
from services import qr
from services.claims import withdrawal_ends
from services.news import EsimReady, Letter
from services.orders.sold import SoldPlan
from services.shop import Shop

router = Router()


@router.letter(EsimReady)
async def esim_ready(shop: Shop, ready: EsimReady) -> Letter:
    """Everything that is needed to install, and what was paid."""
    esim = await shop.esims.of_item(ready.item)
    order = await shop.orders.get(ready.order)
    if esim is None or order is None or esim.activation is None:
        raise LookupError(ready.order)
    sold = SoldPlan.from_json(order.item.plan)
    declared = await shop.orders.declared(order.id)
    invoice = await shop.papers.invoice(order.id, patient=False)
    body = "\n".join(
        (
            _("Your eSIM is ready: {what}", what=_words.title(sold)),
            "",
            _("Order {order} · ICCID {iccid}", order=order.id, iccid=esim.iccid),
            _("SM-DP+ address: {address}", address=esim.address),
            _("Activation code: {code}", code=esim.code),
            _("Android, the whole code: {code}", code=esim.activation),
            _("The QR code and the invoice are attached.") if invoice else _("The QR code is attached."),
            "",
            _("Receipt"),
            _(
                "Paid on {date}: {total}, {tax} of it VAT",
                date=date(order.paid_at or order.placed_at),
                total=money(order.total),
                tax=money(order.tax),
            ),
            "",
            _(
                "You may withdraw from the contract until {date}: write /withdraw in the chat.",
                date=date(withdrawal_ends(order.placed_at) - timedelta(seconds=1)),
            ),
            "",
            _("You declared before paying:"),
            *(f"– {one.text}" for one in declared if one.kind in ("start_now", "right_ends", "terms")),
            "",
            f"{shop.controller.name}, {shop.controller.address}, {shop.controller.email}",
        )
    )
    return Letter(
        _("Your eSIM: {what}", what=_words.title(sold)),
        body,
        (
            ("esim.png", "image/png", qr.picture(esim.activation)),
            *([await papers.attached(shop, invoice)] if invoice else []),
        ),
        (invoice.number,) if invoice else (),
    )
