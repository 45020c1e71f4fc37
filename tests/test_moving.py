"""A traveller with a new number on WhatsApp is still themselves; who gets the number after them is not."""


async def test_the_chat_goes_along_to_a_new_number_and_a_new_scoped_id(living):
    for change in ("number", "username"):
        traveller = living.traveller("whatsapp", f"mover-{change}-{living.port}", "en")
        await traveller.asks("/start", "Where are you going")
        await traveller.taps("🌐 Language", "Français")
        await traveller.taps("Français", r"\S")
        if change == "username":
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
