"""A campaign reaches whoever says yes at that moment, once, whatever is stopped or killed in the middle."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from datetime import timedelta

import pytest
from living import ROOT
from sqlalchemy import insert, select, update

from bot.offers import offers
from services.campaigns import Campaigns, Draft, Malformed, read_draft
from services.campaigns.round import AT_ONCE
from services.news import Told
from services.privacy.requests.pausing import Pauses
from services.privacy.requests.register import Requests
from services.storage.app import chats, customers
from services.storage.campaigns import campaign_sends, campaigns
from tests.privacy.house import Killed

NAME = "spring"
WORDS = {
    channel: {"en": "Spring offers", "fr": "Offres de printemps"} for channel in ("telegram", "whatsapp")
}


class Courier:
    """Carries offers into a list; what a chat's platform answers is set beforehand."""

    def __init__(self):
        self.sent = []
        self.answers = {}
        self.act = None

    def carries(self, channel):
        return channel != "nowhere"

    async def quiet(self, channel):
        await asyncio.sleep(0)

    async def advertise(self, chat, item, key, also=None):
        planned = self.answers.get(chat, [])
        told = planned.pop(0) if planned else Told("told")
        if told.state in {"told", "announced"}:
            self.sent.append(chat)
        if self.act is not None:
            await self.act(chat)
        return told


class Scene:
    """Chats whose people said yes, and one round of one process."""

    def __init__(self, house):
        self.house = house
        self.app = house.stores.app
        self.campaigns = Campaigns(self.app, house.clock)
        self.courier = Courier()
        self.round = self.next_process()

    def next_process(self):
        house, clock = self.house, self.house.clock
        pauses = Pauses(self.app, Requests(self.app, clock), clock)
        return offers(self.app, clock, self.courier, house.privacy, pauses)

    async def people(self, count, answer="grant", channel="telegram"):
        names = [f"{channel}-{answer}-{number:03}" for number in range(count)]
        for name in names:
            now = self.house.clock.now()
            await self.house.do(insert(customers).values(id=name, created_at=now, active_at=now))
            await self.house.do(
                insert(chats).values(
                    id=f"chat-{name}",
                    customer_id=name,
                    channel=channel,
                    state=b"-",
                    said_at=now,
                    blocked=False,
                )
            )
            if answer:
                await self.says(name, answer, channel)
        return [f"chat-{name}" for name in names]

    async def says(self, customer, answer, channel="telegram"):
        await self.house.privacy.set_marketing(
            customer, channel, answer, "May we?", "en", f"{customer}-{answer}"
        )

    async def begins(self):
        assert await self.campaigns.enter(Draft(NAME, WORDS)) == "new"
        assert await self.campaigns.start(NAME) == "running"

    async def states(self):
        rows = await self.house.all(select(campaign_sends))
        return {row.chat_id: row.state for row in rows}

    async def standing(self):
        return (await self.campaigns.standing())[0]


@pytest.fixture
def scene(each):
    return Scene(each)


async def test_whoever_said_yes_gets_it_once_and_nobody_else(scene):
    willing = [*await scene.people(30), *await scene.people(5, channel="whatsapp")]
    await scene.people(3, answer="refuse")
    await scene.people(3, answer="")
    await scene.begins()

    await scene.round.run()
    await scene.round.run()

    assert sorted(scene.courier.sent) == sorted(willing)
    standing = await scene.standing()
    assert (standing.state, standing.counts) == ("over", {"sent": 35})
    assert await scene.campaigns.start(NAME) == "over"
    assert await scene.campaigns.enter(Draft(NAME, WORDS)) == "taken"


async def test_a_campaign_waits_where_nobody_new_may_be_reached_and_loses_nobodys_turn(scene):
    wanted = [*await scene.people(30, channel="whatsapp"), *await scene.people(2)]
    await scene.begins()
    spent = Told("again", 3600.0, "reach_spent")
    answers = scene.courier.answers = {chat: [spent] * 9 for chat in wanted[:30]}

    for _ in range(6):
        before = sum(map(len, answers.values()))
        await scene.round.run()
        await scene.round.run()  # asked again too early: nobody is tried
        assert 1 <= before - sum(map(len, answers.values())) <= AT_ONCE
        scene.house.clock.at += timedelta(hours=1)
    answers.clear()
    await scene.round.run()

    assert sorted(scene.courier.sent) == sorted(wanted)
    assert (await scene.standing()).state == "over"


async def test_a_receipt_that_the_reach_is_spent_comes_again_later(scene):
    [chat] = await scene.people(1, channel="whatsapp")
    await scene.begins()
    await scene.round.run()
    await scene.house.do(update(campaign_sends).values(message="m"))
    await scene.house.do(update(campaigns).values(state="running"))

    await scene.round.receipt("m", "failed", "131048")
    await scene.round.run()

    assert await scene.states() == {chat: "later"}
    scene.house.clock.at += timedelta(hours=1)
    await scene.round.run()
    assert scene.courier.sent == [chat, chat]


async def test_a_stop_blocks_what_is_queued_already(scene):
    await scene.people(40)
    await scene.begins()
    stopped = "telegram-grant-039"

    async def first(_chat):
        scene.courier.act = None
        await scene.says(stopped, "object")

    scene.courier.act = first
    await scene.round.run()

    assert f"chat-{stopped}" not in scene.courier.sent
    assert (await scene.standing()).counts == {"sent": 39, "unwilling": 1}


async def test_whoever_has_paused_the_use_of_their_data_gets_none(scene):
    await scene.people(2)
    await Pauses(scene.app, Requests(scene.app, scene.house.clock), scene.house.clock).begin(
        "telegram-grant-000"
    )
    await scene.begins()

    await scene.round.run()

    assert scene.courier.sent == ["chat-telegram-grant-001"]


async def test_it_can_be_stopped_in_the_middle_and_goes_on_where_it_was(scene):
    people = await scene.people(60)
    await scene.begins()

    async def fifth(_chat):
        if len(scene.courier.sent) == 5:
            assert await scene.campaigns.stop(NAME)

    scene.courier.act = fifth
    await scene.round.run()
    reached = len(scene.courier.sent)
    await scene.round.run()

    assert 5 <= reached == len(scene.courier.sent) < 30
    assert (await scene.standing()).state == "stopped"

    await scene.campaigns.start(NAME)
    await scene.round.run()

    assert sorted(scene.courier.sent) == sorted(people)


async def test_a_kill_in_the_middle_sends_to_nobody_twice(scene):
    people = await scene.people(50)
    await scene.begins()

    async def dies(_chat):
        if len(scene.courier.sent) >= 20:
            raise Killed

    scene.courier.act = dies
    with pytest.raises(Killed):
        await scene.round.run()
    await asyncio.sleep(0.1)
    scene.courier.act = None
    scene.house.clock.at += timedelta(minutes=11)
    await scene.next_process().run()
    await scene.next_process().run()

    assert max(Counter(scene.courier.sent).values()) == 1
    assert sorted(scene.courier.sent) == sorted(people)
    counts = (await scene.standing()).counts
    assert counts["sent"] + counts["unknown"] == 50


async def test_two_processes_beside_one_another_send_to_nobody_twice(scene):
    people = await scene.people(50)
    await scene.begins()

    await asyncio.gather(scene.round.run(), scene.next_process().run())

    assert sorted(scene.courier.sent) == sorted(people)


async def test_what_a_platform_holds_back_is_tried_again_a_day_later_and_not_for_ever(scene):
    [one, other] = await scene.people(2)
    await scene.begins()
    held = Told("again", 86_400, "held_back")
    scene.courier.answers = {one: [held], other: [held] * 9}

    for _ in range(8):
        await scene.round.run()
        scene.house.clock.at += timedelta(hours=13)

    assert scene.courier.sent == [one]
    assert await scene.states() == {one: "sent", other: "unknown"}


@pytest.mark.parametrize(
    ("told", "state"),
    [
        (Told("unreachable"), "unreachable"),
        (Told("unwanted"), "unwanted"),
        (Told("again", 1, "passing"), "unknown"),
        (Told("again", 1, "refused"), "unknown"),
    ],
)
async def test_each_outcome_has_its_end(scene, told, state):
    [chat] = await scene.people(1)
    await scene.begins()
    scene.courier.answers = {chat: [told]}

    await scene.round.run()
    await scene.round.run()

    assert await scene.states() == {chat: state}
    granted = await scene.house.privacy.marketing(chat.removeprefix("chat-"), "telegram") == "granted"
    assert granted == (state != "unwanted")


async def test_an_account_that_must_be_mended_stops_it(scene):
    people = await scene.people(40)
    await scene.begins()
    scene.courier.answers = {chat: [Told("again", 5, "account")] for chat in people}

    await scene.round.run()

    assert (await scene.standing()).state == "stopped"
    assert set((await scene.states()).values()) == {"later"}


async def test_what_a_receipt_says_is_heeded(scene):
    people = await scene.people(3)
    await scene.begins()
    await scene.round.run()
    for number, chat in enumerate(people):
        await scene.house.do(
            campaign_sends.update().where(campaign_sends.c.chat_id == chat).values(message=f"m{number}")
        )

    await scene.round.receipt("m0", "failed", "131050")
    await scene.round.receipt("m1", "failed", "131026")
    await scene.round.receipt("m2", "delivered", "")
    await scene.round.receipt("of another", "failed", "131026")

    states = await scene.states()
    assert [states[chat] for chat in people] == ["unwanted", "failed", "sent"]
    assert await scene.house.privacy.marketing("telegram-grant-000", "telegram") == "withdrawn"


async def test_after_five_days_it_is_over_whoever_is_left(scene):
    await scene.people(3)
    await scene.begins()
    scene.house.clock.at += timedelta(days=5)

    await scene.round.run()

    assert scene.courier.sent == []
    assert (await scene.standing()).state == "over"


@pytest.mark.parametrize(
    "text",
    [
        "",
        'name = "Spring!"\n[telegram]\nen = "x"',
        'name = "spring"',
        'name = "spring"\n[mail]\nen = "x"',
        'name = "spring"\n[telegram]\nenglish = "x"',
        'name = "spring"\n[telegram]\nen = " "',
        f'name = "spring"\n[telegram]\nen = "{"x" * 901}"',
        "name = ",
    ],
)
def test_a_file_says_what_it_lacks(tmp_path, text):
    file = tmp_path / "campaign.toml"
    file.write_text(text)

    with pytest.raises(Malformed):
        read_draft(file)


def test_nothing_else_can_send_an_offer():
    ways = re.compile(r"Urgency\.CAMPAIGN|\.advertise\(|\bAdvert\(|news import .*\bOffer\b")
    found = {
        str(path.relative_to(ROOT))
        for folder in ("bot", "handlers", "services")
        for path in (ROOT / folder).rglob("*.py")
        if "sandbox" not in path.parts and ways.search(path.read_text())
    }

    assert found == {
        "bot/channels/pace.py",
        "bot/channels/telegram/__init__.py",
        "bot/channels/telegram/outbound.py",
        "bot/channels/whatsapp/__init__.py",
        "bot/channels/whatsapp/outbound.py",
        "bot/voice.py",
        "handlers/offers.py",
        "services/campaigns/courier.py",
        "services/campaigns/round.py",
    }
