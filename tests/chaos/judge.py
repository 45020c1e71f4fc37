"""The judgement: the bot's books against the world's ledger, and both against what stands on the phones."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.buyers import Purchase
from tests.chaos.telling import say
from tests.living import ROOT, Living

#: Seconds until everything has come to rest after the storm.
REST = 150.0
PHONES_AT_ONCE = 20
#: States of a charge in which the shop got the money, whatever happened to it later.
CAME_IN = frozenset({"succeeded", "partially_refunded", "refunded", "disputed"})
FINAL = frozenset({"delivered", "refunded", "needs_person"})
STARS = "XTR"
#: The templates that tell of a refund and of new data, where nothing else may be sent: they say all there is to say.
ANNOUNCED = "We refunded your order for"
ANNOUNCED_DATA = re.compile(r"news about your eSIM: .{1,80}?: added\.")

#: Money of an order in one currency.
Money = tuple[str, str]


@dataclass
class Found:
    """What the books, the ledger and the phones say at one moment."""

    books: dict[str, Any]
    ledger: dict[str, Any]
    #: Traveller (channel, name) → everything the bot has written to them.
    words: dict[tuple[str, str], str] = field(default_factory=dict)
    #: Traveller → lines that reached the phone.
    lines: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))

    @property
    def at_rest(self) -> bool:
        """Nothing happens by itself any more, and every line is accounted for."""
        counted = sum(self.books["lines"].values())
        return bool(
            self.books["open"] == 0
            and self.ledger["held_back"] == 0
            and counted == len(self.ledger["lines"])
            and sum(self.books["refills"].values()) == len(self.ledger["refills"])
            and len(self.books["orders"]) == len(self.charged())
        )

    def charged(self) -> Counter[Money]:
        """(Order, currency) → what came in at the card's service, or in Stars."""
        came: Counter[Money] = Counter()
        for charge in self.ledger["charges"]:
            if charge["status"] in CAME_IN:
                came[charge["order"], charge["currency"].upper()] += charge["amount"]
        for star in self.ledger["stars"]:
            came[star["order"], STARS] += star["amount"]
        return came

    def given_back(self) -> Counter[Money]:
        """(Order, currency) → what went back there."""
        back: Counter[Money] = Counter()
        for refund in self.ledger["refunds"]:
            if refund["status"] in ("succeeded", "pending"):
                back[refund["order"], refund["currency"].upper()] += refund["amount"]
        for star in self.ledger["stars"]:
            if star["refunded"]:
                back[star["order"], STARS] += star["amount"]
        return back

    def sold(self) -> dict[str, dict[str, Any]]:
        """Order → its own line in the books; what came by a second payment in another currency has none of these."""
        return {line["order"]: line for line in self.books["orders"] if line["items"]}


class Judge:
    """Waits until all is at rest, gives everybody who hears nothing a chance to ask, and counts."""

    def __init__(self, living: Living, purchases: list[Purchase]) -> None:
        self._living = living
        self._purchases = purchases

    async def judge(self) -> tuple[dict[str, int], list[str]]:
        """The figures, and what does not hold."""
        say("the weather is calm; waiting until all is at rest")
        found = await self._rest()
        silent = self._untold(found)
        if silent:
            # Whoever could not be reached opens the chat again some day.
            say(f"{len(silent)} were not reached, and come back: {self._told_of(silent, found)}")
            for purchase in silent:
                await self._living.traveller(purchase.channel, purchase.traveller).says("hello")
            found = await self._rest(lambda now: not self._untold(now))
        return self._verdict(found, came_back=len(silent))

    async def _rest(self, also: Any = lambda _found: True) -> Found:
        end = time.monotonic() + REST
        while True:
            found, over = await self._look(), time.monotonic() > end
            if found.at_rest or over:
                await self._read_phones(found)
                if over or also(found):
                    return found
            await asyncio.sleep(1)

    async def _look(self) -> Found:
        books = await asyncio.to_thread(self._books)
        found = Found(books, await self._living.ledger())
        for reached in found.ledger["delivered"]:
            found.lines[reached["channel"], reached["traveller"]].add(reached["iccid"])
        return found

    async def _read_phones(self, found: Found) -> None:
        few = asyncio.Semaphore(PHONES_AT_ONCE)

        async def read(purchase: Purchase) -> None:
            async with few:
                holder = self._living.traveller(purchase.channel, purchase.traveller)
                found.words[purchase.holder] = "\n".join(await holder.texts())

        await asyncio.gather(*map(read, self._purchases))

    def _books(self) -> dict[str, Any]:
        """As the operator reads them; books that do not close are books too."""
        done = subprocess.run(
            [sys.executable, "-m", "bot", "books", "--json"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **self._living.environment()},
        )
        assert done.stdout, done.stderr[-3000:]
        return json.loads(done.stdout)

    def _untold(self, found: Found) -> list[Purchase]:
        """Everybody who paid and cannot know from the phone how it ended."""
        lines = found.sold()
        return [one for one in self._purchases if not _knows(one, lines.get(self._order(one, found)), found)]

    def _verdict(self, found: Found, came_back: int) -> tuple[dict[str, int], list[str]]:
        books, ledger = found.books, found.ledger
        lines = {(line["order"], line["currency"]): line for line in books["orders"]}
        charged, back = found.charged(), found.given_back()
        lost = [money for money, came in charged.items() if not _kept(lines.get(money), came, back[money])]
        phones: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for holder, iccids in found.lines.items():
            for iccid in iccids:
                phones[iccid].add(holder)
        of_lines = [one for one in self._purchases if one.what == "line"]
        twice = sum(len(found.lines[one.holder]) > self._due(one, found) for one in of_lines) + sum(
            len(holders) > 1 for holders in phones.values()
        )
        untold = self._untold(found)
        free = [
            one
            for one in of_lines
            for order in [self._order(one, found)]
            if any(back[money] for money in back if money[0] == order) and found.lines[one.holder]
        ]
        added, refills = self._data_added(found), Counter(one["iccid"] for one in ledger["refills"])
        surplus_refills = sum((refills - added).values())
        bought, counted = len(ledger["lines"]), books["lines"]
        surplus = bought - counted["delivered"] - counted["replacements"] - counted["held"]
        states = Counter(state for line in lines.values() for state in line["items"])
        figures = {
            "orders": len(charged),
            "paid_in_stars": sum(currency == STARS for _, currency in charged),
            "delivered": states["delivered"],
            "refunded": states["refunded"],
            "left_to_person": states["needs_person"],
            "lost": len(lost),
            "delivered_twice": twice,
            "repeated": ledger["repeated"],
            "surplus_lines": surplus,
            "topped_up": added.total(),
            "surplus_refills": surplus_refills,
            "late_commits": ledger["late_commits"],
            "untold": len(untold),
            "came_back": came_back,
        }
        wrong = []
        if not found.at_rest:
            wrong.append(
                f"not at rest: {books['open']} open, {ledger['held_back']} held back by the world, "
                f"{bought} lines bought and {counted} counted, "
                f"{len(books['orders'])} orders in the books and {len(charged)} charged"
            )
        wrong += [f"a number is missing among the papers: {one}" for one in books["gaps"]]
        wrong += [f"does not close: {line}" for line in lines.values() if not _closes(line)]
        wrong += [
            f"lost: {order}, {lines.get(order)}, charged {charged[order]}, back {back[order]}"
            for order in lost
        ]
        if twice:
            wrong.append(f"{twice} given two lines, or lines shown to two travellers")
        if untold:
            wrong.append(f"untold: {self._told_of(untold, found)}")
        wrong += [f"given and paid back: {self._order(one, found)}" for one in free]
        if surplus + surplus_refills > ledger["late_commits"]:
            wrong.append(
                f"{surplus} lines and {surplus_refills} refills too many, "
                f"{ledger['late_commits']} commits came late"
            )
        if added - refills:
            wrong.append(f"told of data that nobody added: {dict(added - refills)}")
        say(f"exceptions in the books: {books['exceptions'][:20]}")
        return figures, wrong

    def _due(self, purchase: Purchase, found: Found) -> int:
        """How many lines the purchase may show: one, and what the bot itself reports as standing in for it."""
        line = found.sold().get(self._order(purchase, found))
        return 1 + len(line["replacements"] if line else ())

    def _data_added(self, found: Found) -> Counter[str]:
        """ICCID → how often data was added to it, by the bot's books."""
        lines = found.sold()
        done = [
            one
            for one in self._purchases
            if one.what == "data" and lines.get(self._order(one, found), {}).get("items") == ["delivered"]
        ]
        return Counter(iccid for one in done for iccid in found.lines[one.holder])

    def _order(self, purchase: Purchase, found: Found) -> str:
        if purchase.order:
            return purchase.order
        return next((c["order"] for c in found.ledger["charges"] if c["session"] == purchase.session), "")

    def _told_of(self, purchases: list[Purchase], found: Found) -> list[str]:
        lines = found.sold()
        return [
            f"{one.traveller} on {one.channel}, {order}: "
            f"{(line['items'], line['exception']) if (line := lines.get(order)) else 'not in the books'}"
            for one in purchases
            for order in [self._order(one, found)]
        ]


def _knows(purchase: Purchase, line: dict[str, Any] | None, found: Found) -> bool:
    """Whether the phone says what the books say."""
    if line is None:
        return False
    holder, order = purchase.holder, line["order"]
    words = found.words[holder]
    match line["items"]:
        case ["delivered"] if purchase.what == "data":
            told = re.search(rf": added\.\s+Order {order}\b", words) or ANNOUNCED_DATA.search(words)
            return told is not None
        case ["delivered"]:
            return bool(found.lines[holder])
        case ["refunded"]:
            told = any("back for order" in said and order in said for said in words.split("You get"))
            return told or ANNOUNCED in words
        case ["needs_person"]:
            return f"Order {order}: paid, but" in words or f"refund of order {order} did not" in words
    return False


def _kept(line: dict[str, Any] | None, charged: int, back: int) -> bool:
    """Whether the books know of this money, and it is kept, held or really given back."""
    return (
        line is not None
        and line["captured"] == charged
        and line["refunded"] == back
        and all(state in FINAL for state in line["items"])
    )


def _closes(line: dict[str, Any]) -> bool:
    return bool(line["captured"] == line["kept"] + line["refunded"] + line["held"])
