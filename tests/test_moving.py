"""Another scoped id on WhatsApp is still the same traveller; whoever has a new number, or somebody's old one, is new."""

from __future__ import annotations


async def speaks_french(living, name):
    traveller = living.traveller("whatsapp", f"{name}-{living.port}", "en")
    await traveller.asks("/start", "Where are you going")
    await traveller.taps("🌐 Language", "Français")
    await traveller.taps("Français", r"\S")
    return traveller


async def test_the_chat_goes_along_to_a_new_scoped_id(living):
    traveller = await speaks_french(living, "mover")
    await traveller.does("identity", change="username")
    await traveller.asks("/help", "Écrivez")
    await traveller.does("identity", change="number")
    await traveller.asks("/help", "Écrivez")


async def test_who_gets_a_number_after_somebody_is_somebody_else(living):
    before = living.traveller("whatsapp", f"before-{living.port}", "en")
    await before.asks("/start", "Where are you going")
    await before.taps("🌐 Language", "Español")
    await before.taps("Español", r"\S")
    await before.does("identity", change="recycled")
    shown = await before.asks("hello", "Where|Où")
    assert "dónde" not in shown["text"].lower()
