"""News outside WhatsApp's 24 hours: a template that was approved, whose button brings what it may not hold, once."""

from __future__ import annotations

ELSEWHERE = "Thailand, 10 days"


async def test_the_button_of_an_announcement_brings_the_qr_once(living, name):
    ada = living.traveller("whatsapp", name, "en")
    session = await ada.to_the_link(ELSEWHERE)
    # The first is that it is being issued, the second the QR: its window is found closed, and a template goes out.
    await living.fault("whatsapp", "window-closed", method="messages", times=2)
    await ada.mark()
    await living.pay(session)
    await ada.sees("is ready")
    await living.at_rest()
    await ada.mark()

    await ada.presses("Show my eSIM")

    await ada.gets_qr()
    books = await living.at_rest()
    await ada.asks("/orders", "M[0-9A-Z]{8}")
    assert sum(bool(message["image"]) for message in await ada.messages()) == 1
    assert books["close"]
