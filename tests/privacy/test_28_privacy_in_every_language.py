"""28: /privacy answers on both channels, in every language, with the six rights and whom to turn to."""

from __future__ import annotations

import httpx
import pytest

from bot.conversation.i18n import N_, _, language_name, languages, speaking

RIGHTS = (
    N_("1. Access: see what we hold."),
    N_("2. Portability: take it with you as a file."),
    N_("3. Rectification: correct it."),
    N_("4. Erasure: have it deleted."),
    N_("5. Objection: no advertising."),
)
DOORS = (
    N_("Policy"),
    N_("My data"),
    N_("Correct"),
    N_("Delete"),
    N_("Marketing"),
    N_("Pause use"),
    N_("Complain"),
    N_("Contact"),
)
CONTACT = (
    "contact@esim-miio.com",
    "60 rue François 1er, 75008 Paris",
    "CNIL",
    "https://www.cnil.fr/fr/plaintes",
)


@pytest.mark.parametrize("channel", ["telegram", "whatsapp"])
async def test_the_rights_and_a_door_for_each(living, name, channel):
    for locale in sorted({"en", *languages()}):
        ada = living.traveller(channel, f"{name}{locale}", "en")
        await ada.asks("/language", "")
        await ada.taps(language_name(locale), "")
        with speaking(locale):
            rights, doors = [_(right) for right in RIGHTS], [_(door) for door in DOORS]
        shown = await ada.asks("/privacy", "CNIL")

        plain = shown["text"].replace("\u2068", "").replace("\u2069", "")
        missing = [words for words in (*rights, *CONTACT) if words not in plain]
        assert not missing, (locale, shown["text"])
        assert [button["label"] for button in shown["buttons"]] == doors, locale


async def test_the_menu_of_telegram_lists_it(living):
    environment = living.environment()
    api = f"{environment['TELEGRAM_API']}/bot{environment['TELEGRAM_TOKEN']}/getMyCommands"
    async with httpx.AsyncClient() as http:
        for locale in sorted(languages()):
            found = (await http.get(api, params={"language_code": locale})).json()["result"]
            assert "privacy" in [one["command"] for one in found], locale


@pytest.mark.parametrize("channel", ["telegram", "whatsapp"])
async def test_who_pauses_is_sold_nothing_until_they_end_it(living, name, channel):
    ada = living.traveller(channel, name, "en")
    await ada.asks("/privacy", "Your rights")
    await ada.taps("Pause use", "While it is paused")
    await ada.taps("Pause use now", "Paused: your data are kept")

    shown = await ada.asks("Japan, 10 days", "")
    for _turn in range(8):
        if "End the pause" in [button["label"] for button in shown["buttons"]]:
            break
        shown = await ada.taps(shown["buttons"][0]["label"], "")

    assert "I cannot sell you anything now" in shown["text"]
    assert not [button for button in shown["buttons"] if button["url"]]
    await ada.taps("End the pause", "If you end the pause")
    await ada.taps("End the pause", "The pause has ended")
    await ada.buys()
