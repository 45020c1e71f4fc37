"""Purchases one at a time: from the payment service's event to the picture with the code, in the bot's own time."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence

from tests.bench.sellers import Stripe
from tests.bench.traffic import Travellers, Unanswered
from tests.bench.wire import Line, head

TRIP = "Japan, 10 days"
#: Buttons from a country's name to a link, at most; seconds until the code must be there.
MOST_PRESSES, PATIENCE = 8, 60.0
_ANYTHING = re.compile("")


async def purchases(travellers: Travellers, stripe: Stripe, chats: Sequence[int]) -> list[float]:
    """Each chat buys an eSIM. Milliseconds from event to picture. Raises Unanswered."""
    line = await Line.to(travellers.server.port)
    took = [await _buy(travellers, stripe, line, chat) for chat in chats]
    line.close()
    return took


async def _buy(travellers: Travellers, stripe: Stripe, line: Line, chat: int) -> float:
    session = await _to_the_link(travellers, line, chat)
    body, headers = stripe.pay(session)
    picture = travellers.phones.expect_picture(chat)
    paid = time.perf_counter()
    status = await line.post(head("/stripe", headers), body)
    if status != 200:
        raise Unanswered(f"the event of a payment was answered {status}")
    try:
        return (await asyncio.wait_for(picture, PATIENCE) - paid) * 1000
    except TimeoutError:
        raise Unanswered("a paid traveller got no picture") from None


async def _to_the_link(travellers: Travellers, line: Line, chat: int) -> str:
    """The Checkout session, reached by the first button of every message."""
    await travellers.says(line, chat, TRIP, _ANYTHING)
    for _ in range(MOST_PRESSES):
        button = travellers.screen(chat).button()
        if "url" in button:
            return button["url"].rpartition("/")[2]
        await travellers.presses(line, chat, button["callback_data"], _ANYTHING)
    raise Unanswered("no link to pay")
