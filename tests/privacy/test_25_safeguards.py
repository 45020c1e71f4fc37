"""25, its second half: a recipient without a recorded country and safeguard receives nothing."""

from __future__ import annotations

import asyncio
import base64
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.connecting import channels_of, providers_of
from bot.settings import Settings
from services.clock import Clock
from services.mailer import Mailer
from services.money import Money
from services.payments import Ask, PaymentError
from services.payments.stripe.client import Stripe
from services.privacy.erasing.journal import Journal
from services.privacy.facts.policy import Controller
from services.privacy.facts.recipients import DEFAULT, KNOWN, RecipientsError, read_recipients
from services.privacy.facts.record import named, record
from services.privacy.requests.affected import Affected
from services.privacy.requests.disclosing import EXPORT, Disclosures, Paused
from services.storage.rights import disclosures
from services.storage.sealing import Secrets
from tests.privacy.house import traveller


@pytest.fixture
async def outside():
    """An address that counts who comes."""
    came = []

    async def count(_reader, writer):
        came.append(writer)
        writer.close()

    server = await asyncio.start_server(count, "127.0.0.1", 0)
    yield came, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()
    await server.wait_closed()


def settings(recipients, url, folder):
    return Settings(
        recipients_file=recipients,
        data=folder,
        master_key=base64.b64encode(b"m" * 32).decode(),
        telegram_token="1:a",
        telegram_secret="s",
        telegram_api=url,
        whatsapp_token="t",
        whatsapp_phone_id="1",
        whatsapp_app_secret="s",
        whatsapp_verify_token="v",
        whatsapp_api=url,
        stripe_key="rk_test_1",
        stripe_api=url,
        keepgo_api_key="k",
        keepgo_api=url,
        airalo_client_id="c",
        airalo_client_secret="s",
        airalo_api=url,
        smtp_url=url.replace("http", "smtp"),
        mail_from="shop@example.org",
    )


async def reached(given):
    """Whom the shop would talk to, by the keys of the file; each is talked to once."""
    found = {{"whatsapp": "meta"}.get(name, name) for name in channels_of(given)}
    found |= set(providers_of(given, Secrets(b"m" * 32), Clock()))
    if Mailer(given.mail).ready:
        found.add("mail")
    stripe = Stripe(given.stripe)
    now = datetime.now(UTC)
    ask = Ask(
        "M1", "M1-1", Money(450, "EUR"), "eSIM", "en", "https://t.me/x", now + timedelta(hours=1), False
    )
    try:
        await stripe.ask(ask, "key")
    except PaymentError as error:
        if error.reason != "no_safeguard":
            found.add("payments")
    finally:
        await stripe.close()
    return found


@pytest.mark.parametrize("lacking", ["country", "safeguard"])
@pytest.mark.parametrize("key", KNOWN)
async def test_who_lacks_either_is_not_reached_and_the_others_are(key, lacking, outside, tmp_path):
    _, url = outside
    words = DEFAULT.read_text()
    start = words.index(f"[{key}]")
    line = next(one for one in words[start:].splitlines() if one.startswith(lacking))
    file = tmp_path / "recipients.toml"
    file.write_text(words[:start] + words[start:].replace(line, f'{lacking} = ""', 1))

    found = await reached(settings(file, url, tmp_path))

    assert found == set(KNOWN) - {key}


async def test_an_empty_file_closes_every_door(outside, tmp_path):
    came, url = outside
    file = tmp_path / "recipients.toml"
    file.write_text("")

    assert await reached(settings(file, url, tmp_path)) == set()
    assert came == []


@pytest.mark.parametrize(
    "words", ["[fax]\nname = 'x'", "[meta]\ncountry = 'Ireland'", "[meta]\nfax = 'x'", "meta = 1", "["]
)
def test_a_file_that_makes_no_sense_stops_the_start(words, tmp_path):
    file = tmp_path / "recipients.toml"
    file.write_text(words)
    with pytest.raises(RecipientsError):
        read_recipients(file)


def test_the_record_names_every_recipient_of_the_registry_with_country_and_safeguard():
    found = record(Controller(), read_recipients(DEFAULT))
    told = {one for activity in found.activities for one in activity.recipients}

    assert {key for one in told for key in named(one)} <= set(KNOWN)
    assert all(found.recipients.may_receive(key) for key in KNOWN)
    assert all(one.bases and one.data and one.periods for one in found.activities)


async def test_a_disclosure_is_noted_first_counted_and_shown_in_every_copy(each):
    house = each
    ada = await traveller(house, "ada")
    given = Disclosures(house.stores.app, house.clock)
    for _ in range(2):
        await given.note(ada.id, "Tribunal judiciaire de Paris", EXPORT, "CPP art. 60-1, 2026/17")

    (row,) = await house.all(select(disclosures))
    assert (row.times, row.what) == (2, "export")
    _name, content, _number = await house.privacy.export(ada.id)
    assert "Tribunal judiciaire de Paris" in content.decode()
    with pytest.raises(LookupError):
        await given.note("nobody", "x", EXPORT, "y")

    await house.rights.pauses.begin(ada.id)
    with pytest.raises(Paused):
        await given.note(ada.id, "Tribunal judiciaire de Paris", EXPORT, "z")
    (row,) = await house.all(select(disclosures))
    assert row.times == 2


async def test_a_leak_touches_who_is_there_and_who_was_there_then(each):
    house = each
    ada, bob = await traveller(house, "ada"), await traveller(house, "bob")
    before = house.clock.at
    await house.privacy.erase(bob.id, bob.chat)
    await house.engine.run()
    house.clock.at += timedelta(days=10)
    affected = Affected(house.stores, Journal(house.stores.vault, house.clock))

    async def touched(store, since):
        report = await affected.since(since, store)
        return {one.customer: one for one in report.touched}, report

    then, _ = await touched("app", before - timedelta(days=1))
    assert set(then) == {ada.id, bob.id}
    assert then[ada.id].channels == ("whatsapp",)
    assert {"identification", "transaction", "esim"} <= set(then[ada.id].categories)
    assert (then[bob.id].erased, then[bob.id].categories) == (before, ())
    later, _ = await touched("app", before + timedelta(days=1))
    assert set(later) == {ada.id}
    assert set((await touched("vault", before + timedelta(days=1)))[0]) == {ada.id}
    assert set((await touched("backup", before + timedelta(days=1)))[0]) == {ada.id, bob.id}
    in_law, report = await touched("legal", before)
    assert bob.id not in in_law
    assert report.nobodys_orders == 1
