"""Rates are kept whatever comes, and nobody who waits for an answer waits behind an advertisement."""

import asyncio
import random
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from leaping import leaping

from bot.channels.pace import Pace
from bot.channels.rates import Rate, within
from bot.channels.telegram import GROUP, PRIVATE, _rate_of
from bot.channels.whatsapp import PAIR
from bot.conversation.channel import Cause, ChannelError, Urgency, Way
from bot.conversation.events import Address

OVERALL = 30
ARRIVALS = st.lists(
    st.tuples(st.floats(0, 5), st.sampled_from(["1", "2", "3", "-100", "-200"]), st.sampled_from(Urgency)),
    max_size=120,
)


def way(chat, urgency=Urgency.REPLY):
    return Way(Address("telegram", str(chat)), str, "en", urgency=urgency)


class Platform:
    """Takes everything, and notes when and whose it was."""

    def __init__(self):
        self.taken = []
        self.refused = []

    async def send(self, pace, chat, urgency):
        loop = asyncio.get_running_loop()

        async def take():
            self.taken.append((loop.time(), str(chat), urgency))

        try:
            await pace.in_turn(way(chat, urgency), take)
        except ChannelError as failure:
            self.refused.append((str(chat), urgency, failure))


def most_within(times, seconds):
    return max((sum(start <= at < start + seconds for at in times) for start in times), default=0)


@settings(max_examples=60, deadline=None)
@given(ARRIVALS)
def test_in_no_stretch_of_time_more_goes_out_than_the_platform_takes(arrivals):
    platform = Platform()

    async def story():
        pace = Pace(within(OVERALL), _rate_of)

        async def one(after, chat, urgency):
            await asyncio.sleep(after)
            await platform.send(pace, chat, urgency)

        await asyncio.gather(*(one(*arrival) for arrival in arrivals))

    leaping(story())

    by_chat = defaultdict(list)
    for at, chat, _ in platform.taken:
        by_chat[chat].append(at)
    assert most_within([at for at, _, _ in platform.taken], 1) <= OVERALL
    for chat, times in by_chat.items():
        rate = _rate_of(chat)
        assert most_within(times, 60) <= rate.burst + 60 * rate.per_second + 1
    assert len(platform.taken) + len(platform.refused) == len(arrivals)
    assert all(failure.cause is Cause.TOO_FAST and failure.again > 0 for *_, failure in platform.refused)


def test_a_group_gets_no_more_than_twenty_in_a_minute_and_a_person_on_whatsapp_no_more_than_on_credit():
    for rate, most in ((GROUP, 20), (PRIVATE, 80), (PAIR, 45 + 10)):
        assert rate.burst + 60 * rate.per_second - rate.per_second <= 2 * most
    assert GROUP.burst <= 20 and PAIR.burst <= 45 and PAIR.per_second <= 1 / 6


def test_replies_go_first_then_news():
    platform = Platform()

    async def story():
        pace = Pace(Rate(1, 10), lambda _chat: PRIVATE)
        await platform.send(pace, 0, Urgency.REPLY)
        urgencies = [Urgency.NEWS] * 4 + [Urgency.REPLY] * 4
        await asyncio.gather(*(platform.send(pace, n, urgency) for n, urgency in enumerate(urgencies, 1)))

    leaping(story())

    assert [urgency for *_, urgency in platform.taken] == [Urgency.REPLY] * 5 + [Urgency.NEWS] * 4
    assert [chat for _, chat, _ in platform.taken] == ["0", "5", "6", "7", "8", "1", "2", "3", "4"]


def test_a_campaign_never_delays_a_reply():
    chance = random.Random(7)
    platform, waits = Platform(), []

    async def story():
        pace, loop = Pace(within(OVERALL), _rate_of), asyncio.get_running_loop()

        async def campaign():
            for chat in range(10_000, 20_000):
                while True:
                    await pace.quiet()
                    before = len(platform.refused)
                    await platform.send(pace, chat, Urgency.CAMPAIGN)
                    if len(platform.refused) == before:
                        break

        async def traveller(chat, at):
            await asyncio.sleep(at)
            asked = loop.time()
            await platform.send(pace, chat, Urgency.REPLY)
            waits.append(loop.time() - asked)

        advertising = asyncio.create_task(campaign())
        await asyncio.gather(*(traveller(chat, chance.uniform(0, 100)) for chat in range(1_000)))
        advertising.cancel()

    leaping(story())

    assert len(waits) == 1_000
    assert sorted(waits)[989] < 0.25, "in the pace's own time, whatever the machine does"
    assert sum(urgency is Urgency.CAMPAIGN for *_, urgency in platform.taken) > 900


@pytest.mark.parametrize("urgency", Urgency)
def test_whoever_would_wait_too_long_is_told_how_long_and_takes_nothing(urgency):
    async def story():
        pace = Pace(within(OVERALL), lambda _chat: Rate(1, 1 / 60))
        platform = Platform()
        await platform.send(pace, "1", urgency)
        await platform.send(pace, "1", urgency)
        await platform.send(pace, "2", urgency)
        return platform

    platform = leaping(story())

    assert [chat for _, chat, _ in platform.taken] == ["1", "2"]
    (_, _, failure), *_ = platform.refused
    assert (failure.reason, round(failure.again)) == ("paced", 60)


def test_a_line_has_an_end():
    platform = Platform()

    async def story():
        pace = Pace(Rate(1, 2), lambda _chat: PRIVATE, most_waiting=5)
        await asyncio.gather(*(platform.send(pace, chat, Urgency.REPLY) for chat in range(20)))

    leaping(story())

    assert (len(platform.taken), len(platform.refused)) == (6, 14)


def test_whoever_is_found_too_fast_is_quiet_for_so_long_and_others_are_still_answered():
    platform = Platform()

    async def story():
        pace, loop = Pace(within(OVERALL), _rate_of), asyncio.get_running_loop()
        began = loop.time()

        async def refuse():
            raise ChannelError("429", again=5.0, cause=Cause.TOO_FAST)

        with pytest.raises(ChannelError):
            await pace.in_turn(way(1), refuse)
        await platform.send(pace, 2, Urgency.REPLY)
        await platform.send(pace, 3, Urgency.NEWS)
        await pace.quiet()
        await platform.send(pace, 4, Urgency.CAMPAIGN)
        await platform.send(pace, 1, Urgency.REPLY)
        return [(chat, round(at - began, 3)) for at, chat, _ in platform.taken]

    assert leaping(story()) == [("2", 0.0), ("4", 5.0), ("1", 5.0)]
    assert [chat for chat, *_ in platform.refused] == ["3"], "news waits elsewhere for as long as that"


def test_processes_share_what_there_is():
    platform = Platform()

    async def story():
        paces = [Pace(within(OVERALL), _rate_of) for _ in range(3)]
        for pace in paces:
            pace.share(3)
        for second in range(200):
            await asyncio.gather(
                *(platform.send(pace, f"{second}{n}", Urgency.REPLY) for n, pace in enumerate(paces * 3))
            )

    leaping(story())

    assert len(platform.taken) == 200 * 9
    assert most_within([at for at, *_ in platform.taken[:300]], 1) <= OVERALL


def test_nothing_is_paced_where_nobody_asks_for_it():
    platform = Platform()

    async def story():
        pace = Pace(within(0), _rate_of)
        for _ in range(500):
            await platform.send(pace, 1, Urgency.CAMPAIGN)
            await pace.quiet()

    leaping(story())

    assert len({at for at, *_ in platform.taken}) == 1
