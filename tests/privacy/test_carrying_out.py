"""What a letter asks for is carried out as the chat would, once it is known whose it is; and a breach is written down."""

from __future__ import annotations

import argparse
import base64
import stat
from datetime import timedelta
from importlib import import_module

import pytest
from sqlalchemy import insert, select

from bot.commands.privacy._desk import Desk
from bot.commands.privacy._words import WHY_NOT
from bot.settings import Settings
from services.news import ErasureAnnounced
from services.privacy.erasing.taking_up import OBJECTION
from services.privacy.requests.deadlines import due
from services.privacy.requests.handling import NotPossible
from services.privacy.requests.intake import Contact
from services.storage.app import consents, customers, privacy_requests
from services.storage.rights import disclosures, request_contacts, request_history
from services.storage.vault import erasures
from tests.papers.desk import Desk as Papers
from tests.privacy.carried import Folder
from tests.privacy.erasing import check_erased, left_on_disk
from tests.privacy.house import MASTER, traveller

BY_POST = Contact("Ada", "1 rue de la Paix\n75002 Paris", "fr")
DONE = ("access", "portability", "rectification", "erasure", "objection", "restriction")
#: What each kind needs to be said with it.
WITH = {"rectification": ("--name", "Ada King")}


def desk_of(house):
    """The operator's desk, on the stores of a house."""
    settings = Settings(_env_file=None, master_key=base64.b64encode(MASTER).decode())
    return Desk(settings, house.stores, house.secrets, house.vault, house.clock)


async def says(house, word, *arguments):
    """A word of `privacy`, as the operator types it: the exit status."""
    module = import_module(f"bot.commands.privacy.{word}")
    parser = argparse.ArgumentParser()
    module.add(parser)
    return await module.run(desk_of(house), parser.parse_args(arguments))


async def letter(house, kind, customer=None, level="L1", contact=BY_POST):
    """A request that came by post; with a customer: and was identified."""
    number = (await house.rights.letters.open(kind, "post", contact)).number
    if customer is not None:
        assert await house.rights.letters.identified(number, customer, level) == number
    return number


async def state_of(house, number):
    return (await house.rights.requests.find(number)).state


async def nobody_knows_whose(house, ada, kind):
    return await letter(house, kind)


async def its_clock_stands(house, ada, kind):
    number = await letter(house, kind, ada.id)
    await house.rights.handling.suspend(number)
    return number


async def it_was_refused(house, ada, kind):
    number = await letter(house, kind, ada.id)
    await house.rights.handling.refuse(number, "excessive")
    return number


async def it_was_merged(house, ada, kind):
    number = await letter(house, kind)
    await house.rights.requests.asked(ada.id, kind)
    await house.rights.letters.identified(number, ada.id, "L1")
    return number


async def it_came_by_chat(house, ada, kind):
    return await house.rights.requests.asked(ada.id, kind)


async def there_is_none(house, ada, kind):
    return "R-222222"


async def only_a_chat_vouches(house, ada, kind):
    return await letter(house, kind, ada.id, "L0")


REFUSALS = {
    nobody_knows_whose: "not_identified",
    only_a_chat_vouches: "not_identified",
    its_clock_stands: "not_from_here",
    it_was_refused: "over",
    it_was_merged: "merged",
    it_came_by_chat: "in_chat",
    there_is_none: "unknown",
}


@pytest.mark.parametrize("kind", DONE)
@pytest.mark.parametrize("how", REFUSALS)
async def test_what_cannot_be_carried_out_changes_nothing(house, capsys, tmp_path, monkeypatch, kind, how):
    monkeypatch.chdir(tmp_path)
    ada = await traveller(house, "ada")
    number = await how(house, ada, kind)
    before = await everything_of(house)

    assert await says(house, "carry_out", number, *WITH.get(kind, ())) == 1

    assert capsys.readouterr().err.strip() == WHY_NOT[REFUSALS[how]]
    assert await everything_of(house) == before
    assert not list(tmp_path.glob("*.zip"))


async def everything_of(house):
    tables = (privacy_requests, request_history, customers, consents)
    return [await house.all(select(table)) for table in tables] + [await house.all(select(erasures), "vault")]


async def test_a_complaint_asks_for_nothing_that_could_be_carried_out(house, capsys):
    number = await letter(house, "complaint")

    assert await says(house, "carry_out", number) == 1

    assert capsys.readouterr().err.strip() == WHY_NOT["complaint"]
    assert await state_of(house, number) == "in_progress"


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("rectification", ()),
        ("access", ("--name", "Ada King")),
        ("restriction", ("--cancel",)),
        ("rectification", ("--email", "ada@example.org", "--invoices")),
        ("objection", ("--out", "here.zip")),
    ],
)
async def test_what_its_kind_does_not_ask_for_is_refused(house, capsys, kind, said):
    ada = await traveller(house, "ada")
    number = await letter(house, kind, ada.id)

    assert await says(house, "carry_out", number, *said) == 1

    assert capsys.readouterr().err
    assert await state_of(house, number) == "in_progress"


@pytest.mark.parametrize("kind", ["access", "portability"])
async def test_a_copy_is_the_chats_own_and_nobody_else_can_read_it(each, tmp_path, capsys, kind):
    house = each
    ada, bob = await traveller(house, "ada"), await traveller(house, "bob")
    number, out = await letter(house, kind, ada.id), tmp_path / "copy.zip"

    assert await says(house, "carry_out", number, "--out", str(out)) == 0

    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    folder = Folder(out.read_bytes())
    folder.check()
    assert (folder.manifest["request"], folder.manifest["language"]) == (number, "fr")
    assert ada.email in folder.text
    assert not [one for one in bob.plain if one in folder.text]
    assert BY_POST.reach in capsys.readouterr().out
    assert await state_of(house, number) == "answered"
    assert await says(house, "carry_out", number, "--out", str(tmp_path / "again.zip")) == 1


async def test_a_copy_overwrites_nothing(house, tmp_path):
    ada = await traveller(house, "ada")
    number, out = await letter(house, "access", ada.id), tmp_path / "copy.zip"
    out.write_text("mine")

    assert await says(house, "carry_out", number, "--out", str(out)) == 1

    assert out.read_text() == "mine"
    assert await state_of(house, number) == "in_progress"


async def test_an_objection_holds_on_every_channel_at_once(each):
    house = each
    ada = await traveller(house, "ada")
    assert await house.privacy.marketing(ada.id, "whatsapp") == "granted"
    number = await letter(house, "objection", ada.id)

    assert await says(house, "carry_out", number) == 0

    standing = [await house.privacy.marketing(ada.id, one) for one in ("whatsapp", "telegram", "mail")]
    assert standing == ["objected"] * 3
    assert await state_of(house, number) == "answered"


async def test_a_restriction_is_the_chats_pause_under_its_own_number(each):
    house = each
    ada = await traveller(house, "ada")
    number = await letter(house, "restriction", ada.id)
    house.clock.at += timedelta(days=3)

    assert await says(house, "carry_out", number) == 0

    assert await house.rights.pauses.since(ada.id) == house.clock.at
    assert [row.id for row in await house.all(select(privacy_requests))] == [number]
    assert await state_of(house, number) == "answered"


async def test_a_rectification_propagates_and_writes_invoices_anew(each):
    house, papers = each, Papers(each.stores)
    ada = await papers.buyer("Ada Lovelaec")
    order = await papers.sale(ada)
    await papers.papers.invoice(order)
    await house.do(
        insert(disclosures).values(
            customer_id=ada, recipient="keepgo", what="name", basis="", first_at=house.clock.at,
            last_at=house.clock.at, times=1,
        )
    )  # fmt: skip
    number = await letter(house, "rectification", ada)
    house.clock.at += timedelta(days=1)

    words = ("--name", " Ada  Lovelace ", "--email", "ada@example.org", "--invoices")
    assert await says(house, "carry_out", number, *words) == 0

    account = await house.people.account(ada)
    assert (account.name, account.email) == ("Ada Lovelace", "ada@example.org")
    written = [paper.facts for paper in await papers.papers.of_order(order)]
    assert [one.kind for one in written] == ["invoice", "credit_note", "invoice"]
    assert written[-1].buyer.name == "Ada Lovelace"
    assert [row.id for row in await house.all(select(privacy_requests))] == [number]
    assert await state_of(house, number) == "answered"


async def test_an_erasure_stands_in_the_journal_before_anything_else(each):
    house, killed = each, RuntimeError("killed")
    ada = await traveller(house, "ada")
    number = await letter(house, "erasure", ada.id)
    house.clock.at += timedelta(days=10)

    def start(*_work):
        raise killed

    with pytest.raises(RuntimeError, match="killed"):
        await desk_of(house).carrying_out.erase(number, start)

    (line,) = await house.all(select(erasures), "vault")
    assert (line.id, line.customer_id, line.state) == (number, ada.id, "scheduled")
    assert (await house.people.account(ada.id)).email == ada.email
    # What the command had no time for, a bot that runs makes good.
    later = house.next_process()
    await later.privacy.resume()
    await later.engine.run()
    assert [item.receipt for _, item, _ in later.voice.told if isinstance(item, ErasureAnnounced)] == [number]


async def test_an_erasure_is_finished_by_the_running_bot_and_told_where_the_letter_said(each):
    house = each
    ada = await traveller(house, "ada")
    number = await letter(house, "erasure", ada.id)
    await house.rights.reminding.sweep()
    house.voice.alarms.clear()
    house.clock.at += timedelta(days=10)

    line = await desk_of(house).carrying_out.erase(number, house.engine.start_with)
    again = await desk_of(house).carrying_out.erase(number, house.engine.start_with)

    assert line == again
    assert (line.receipt, line.not_before) == (number, house.clock.at + OBJECTION)
    assert due(line.asked_at) <= (await house.rights.requests.find(number)).due_at
    bot = house.next_process()
    await bot.engine.run()
    assert [item.receipt for _, item, _ in bot.voice.told if isinstance(item, ErasureAnnounced)] == [number]
    assert await bot.privacy.resume() == 0
    house.clock.at += OBJECTION
    assert await bot.privacy.resume() == 1
    assert "erased" in await bot.engine.run()
    await bot.engine.run()

    await check_erased(bot, ada, number)
    assert left_on_disk(bot, ada) == []
    assert [row.id for row in await house.all(select(privacy_requests))] == [number]
    assert ("letter_due", number) not in bot.voice.alarms
    await bot.rights.reminding.sweep()
    assert bot.voice.alarms.count(("letter_due", number)) == 1
    # Partners take their time, and are no second answer.
    await bot.rights.requests.move(number, "answered")
    await bot.rights.reminding.sweep()
    assert bot.voice.alarms.count(("letter_due", number)) == 1


async def test_whoever_wrote_by_mail_is_forgotten_with_the_last_word(each):
    house = each
    ada = await traveller(house, "ada")
    number = await letter(house, "erasure", ada.id, contact=Contact("Ada", "ada@example.net", "fr"))
    house.rights.reminding._mailer = house.mailer
    await house.rights.reminding.sweep()
    await desk_of(house).carrying_out.erase(number, house.engine.start_with)
    house.clock.at += OBJECTION
    await house.privacy.resume()
    await house.engine.run()

    await house.rights.reminding.sweep()

    assert [(to, item.number, item.now) for to, item in house.mailer.sent][-1] == (
        "ada@example.net",
        number,
        "awaiting_processors",
    )
    assert not await house.all(select(request_contacts))


async def test_an_erasure_that_waits_can_be_taken_back_and_one_that_began_cannot(each, capsys):
    house = each
    ada, bob = await traveller(house, "ada"), await traveller(house, "bob")
    taken_back = await letter(house, "erasure", ada.id)
    begun = await letter(
        house, "erasure", bob.id, contact=Contact("Bob", "2 rue de la Paix\n75002 Paris", "fr")
    )
    for number in (taken_back, begun):
        await desk_of(house).carrying_out.erase(number, house.engine.start_with)
    assert await says(house, "suspend", begun) == 1
    assert await says(house, "cancel", taken_back) == 0
    house.clock.at += OBJECTION
    assert await house.privacy.resume() == 1
    capsys.readouterr()

    assert await says(house, "cancel", begun) == 1
    assert await says(house, "refuse", begun, "--why", "excessive") == 1

    assert WHY_NOT["begun"] in capsys.readouterr().err
    assert [row.id for row in await house.all(select(erasures), "vault")] == [begun]
    assert (await state_of(house, taken_back), await state_of(house, begun)) == ("cancelled", "in_progress")


async def test_an_erasure_that_the_chat_began_meanwhile_is_the_same(each):
    house = each
    ada = await traveller(house, "ada")
    number = await letter(house, "erasure", ada.id)
    receipt = await house.privacy.erase(ada.id, ada.chat)

    line = await desk_of(house).carrying_out.erase(number, house.engine.start_with)

    assert line.receipt == receipt != number
    merged = await house.rights.requests.find(number)
    assert (merged.state, merged.merged_into) == ("merged", receipt)


async def test_whose_time_is_over_is_not_erased_twice(each):
    house = each
    ada = await traveller(house, "ada")
    number = await letter(house, "erasure", ada.id)
    await house.privacy.forgetting.erasures.let_go(ada.id)

    with pytest.raises(NotPossible, match="gone"):
        await desk_of(house).carrying_out.erase(number, house.engine.start_with)
    await house.engine.run()
    with pytest.raises(NotPossible, match="gone"):
        await desk_of(house).carrying_out.erase(number, house.engine.start_with)


async def test_a_breach_is_in_every_copy_even_of_whose_data_rest(each, capsys, tmp_path):
    house = each
    ada = await traveller(house, "ada")
    await house.rights.pauses.begin(ada.id)

    assert await says(house, "breach", ada.id, "--what", "name and order", "--to", "another customer") == 0

    said = capsys.readouterr().out
    assert f"{house.clock.at + timedelta(hours=72):%Y-%m-%d %H:%M}" in said
    assert "privacy affected --since 2026-11-23" in said
    (row,) = await house.all(select(disclosures))
    assert (row.recipient, row.what, row.basis) == (
        "another customer",
        "breach: name and order",
        "no basis: breach, art. 33",
    )
    out = tmp_path / "copy.zip"
    assert await says(house, "carry_out", await letter(house, "access", ada.id), "--out", str(out)) == 0
    assert "breach: name and order" in Folder(out.read_bytes()).page
    # What was handed over rightly to the same is told apart.
    await says(house, "breach", ada.id, "--what", "name and order", "--to", "another customer")
    assert (await house.one(select(disclosures))).times == 2


@pytest.mark.parametrize(
    "words",
    [("nobody", "--what", "x", "--to", "y"), ("ADA", "--what", "x" * 57, "--to", "y"),
     ("ADA", "--what", " ", "--to", "y"), ("ADA", "--what", "x", "--to", "y" * 65)],
)  # fmt: skip
async def test_a_breach_of_nobody_or_without_room_is_refused(house, words):
    ada = await traveller(house, "ada")

    assert await says(house, "breach", *(ada.id if one == "ADA" else one for one in words)) == 1

    assert not await house.all(select(disclosures))
