"""WhatsApp's webhooks → our events: everything in a body is heard, nothing of it is heard twice."""

import hmac
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.whatsapp import Settings, WhatsApp, inbound
from bot.channels.whatsapp.addresses import address, recipient
from bot.channels.whatsapp.calling_codes import country_of
from bot.channels.whatsapp.kinds import FILES, READ, SILENT, THINGS, UNHEARD
from bot.conversation.channel import Unreadable
from bot.conversation.events import Address, Attachment, Incoming, Moved, Pressed, Receipt, Said, Sent, Wished

PHONE = "500"
ADA = {"profile": {"name": "Ada"}, "wa_id": "33612345678", "user_id": "FR.123456789"}
BO = {"profile": {"name": "Bo"}, "wa_id": "8190123456", "user_id": "JP.987654321"}
ADA_ADDRESS = Address("whatsapp", "FR.123456789", "33612345678")


def value(messages=(), contacts=(ADA,), statuses=(), phone_id=PHONE, **more):
    given = {"messages": messages, "contacts": contacts, "statuses": statuses}
    lists = {name: list(items) for name, items in given.items() if items}
    return {"messaging_product": "whatsapp", "metadata": {"phone_number_id": phone_id}, **lists, **more}


def webhook(*values, field="messages"):
    entries = [{"id": "1", "changes": [{"field": field, "value": one}]} for one in values]
    return json.dumps({"object": "whatsapp_business_account", "entry": entries}).encode()


def message(kind="text", content=None, number="33612345678", name="m1", **more):
    content = {"body": "hi"} if content is None else content
    return {"from": number, "id": name, "timestamp": "1", "type": kind, kind: content} | more


def heard(raw):
    return inbound.events(raw, PHONE)


def happened(kind, content):
    return [incoming.event for incoming in heard(webhook(value([message(kind, content)])))]


@pytest.mark.parametrize(
    ("kind", "content", "event"),
    [
        ("text", {"body": "Plans for Japan?"}, Said("Plans for Japan?")),
        ("text", {"body": "\ud83d"}, Said("?")),
        ("text", {}, Sent("other")),
        (
            "interactive",
            {"type": "button_reply", "button_reply": {"id": "a:b:c", "title": "A"}},
            Pressed("a:b:c"),
        ),
        (
            "interactive",
            {"type": "list_reply", "list_reply": {"id": "a:b:d", "title": "A"}},
            Pressed("a:b:d"),
        ),
        ("interactive", {"type": "nfm_reply", "nfm_reply": {"response_json": "{}"}}, Sent("other")),
        ("interactive", {}, Sent("other")),
        ("button", {"payload": "a:b:e", "text": "A"}, Pressed("a:b:e")),
        (
            "image",
            {"id": "7", "mime_type": "image/jpeg", "caption": "look"},
            Sent("photo", Attachment("photo", "7", "image/jpeg"), "look"),
        ),
        (
            "document",
            {"id": "8", "mime_type": "application/pdf", "filename": "a.pdf"},
            Sent("document", Attachment("document", "8", "application/pdf", "a.pdf")),
        ),
        (
            "audio",
            {"id": "9", "mime_type": "audio/ogg"},
            Sent("voice", Attachment("voice", "9", "audio/ogg")),
        ),
        (
            "video",
            {"id": "9", "mime_type": "video/mp4"},
            Sent("video", Attachment("video", "9", "video/mp4")),
        ),
        ("sticker", {"id": "9"}, Sent("sticker", Attachment("sticker", "9"))),
        ("image", {}, Sent("photo")),
        ("location", {"latitude": 1, "longitude": 2}, Sent("location")),
        ("contacts", [{"name": {}}], Sent("contact")),
        ("order", {"catalog_id": "1"}, Sent("other")),
        ("unsupported", {"type": "poll"}, Sent("other")),
        ("request_welcome", {}, Said("/start")),
        ("hologram", {"id": "1"}, Sent("other")),
        ("edit", {"original_message_id": "m0", "message": message(content={"body": "Korea"})}, Said("Korea")),
        ("edit", {"message": message("edit", {"message": message()})}, Sent("other")),
        ("edit", {}, Sent("other")),
    ],
)
def test_a_message_is_heard(kind, content, event):
    assert happened(kind, content) == [event]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("reaction", {"message_id": "m0", "emoji": "👍"}),
        ("revoke", {"original_message_id": "m0"}),
        ("system", {"type": "customer_identity_changed"}),
        ("system", {"type": "user_changed_number"}),
        ("system", {}),
    ],
)
def test_what_wants_no_answer_is_silent(kind, content):
    assert happened(kind, content) == []


@pytest.mark.parametrize(
    ("sender", "told", "moved"),
    [
        (
            {"from": "33612345678"},
            {"type": "user_changed_number", "wa_id": "33699999999"},
            Moved(
                Address("whatsapp", "33612345678", "33612345678"),
                Address("whatsapp", "33699999999", "33699999999"),
            ),
        ),
        (
            {"from": "33612345678"},
            {
                "type": "user_changed_number",
                "wa_id": "33699999999",
                "user_id": "FR.2",
                "previous_user_id": "FR.1",
            },
            Moved(Address("whatsapp", "FR.1", "33612345678"), Address("whatsapp", "FR.2", "33699999999")),
        ),
        (
            {},
            {"type": "user_changed_user_id", "user_id": "FR.2", "previous_user_id": "FR.1"},
            Moved(Address("whatsapp", "FR.1"), Address("whatsapp", "FR.2")),
        ),
    ],
)
def test_a_traveller_who_moves_is_followed(sender, told, moved):
    system = {"id": "m1", "timestamp": "1", "type": "system", "system": told, **sender}

    assert heard(webhook(value([system], contacts=()))) == [moved]


def test_a_batch_is_heard_whole():
    statuses = [{"id": f"s{n}", "status": "sent"} for n in range(3)]
    first = value([message(name="m1"), message(name="m2")], statuses=statuses)
    second = value([message(name="m3", number="8190123456")], contacts=[ADA, BO])

    found = heard(webhook(first, second))

    assert [one.id for one in found if isinstance(one, Incoming)] == [f"whatsapp:m{n}" for n in (1, 2, 3)]
    assert [one.message for one in found if isinstance(one, Receipt)] == ["s0", "s1", "s2"]


def test_cards_are_matched_by_id_and_not_by_place():
    found = heard(webhook(value([message(name="m1"), message(name="m2", number="8190123456")], [BO, ADA])))

    assert [one.address.id for one in found] == ["FR.123456789", "JP.987654321"]
    assert [one.country for one in found] == ["FR", "JP"]


@pytest.mark.parametrize(
    ("named", "contacts", "expected"),
    [
        ({"from": "33612345678"}, [], Address("whatsapp", "33612345678", "33612345678")),
        (
            {"from": "33612345678"},
            [{"wa_id": "33612345678"}],
            Address("whatsapp", "33612345678", "33612345678"),
        ),
        ({"from": "33612345678"}, [BO], Address("whatsapp", "33612345678", "33612345678")),
        ({"from_user_id": "FR.123456789"}, [], Address("whatsapp", "FR.123456789")),
        ({"from_user_id": "FR.123456789"}, [BO, ADA], ADA_ADDRESS),
        ({"from": "FR.123456789"}, [ADA], ADA_ADDRESS),
        ({"from": "33612345678", "from_user_id": "FR.123456789"}, [], ADA_ADDRESS),
        ({}, [ADA], ADA_ADDRESS),
    ],
)
def test_whoever_wrote_can_be_answered(named, contacts, expected):
    anonymous = {key: what for key, what in message().items() if key != "from"}

    [found] = heard(webhook(value([anonymous | named], contacts)))

    assert found.address == expected


def test_somebody_without_a_number_has_the_country_of_their_id():
    [found] = heard(webhook(value([message(number="") | {"from_user_id": "BR.77"}], [])))

    assert (found.country, found.language, recipient(found.address)) == ("BR", None, {"recipient": "BR.77"})


def test_a_nameless_message_does_not_silence_the_others():
    nameless = {"id": "m1", "type": "text", "text": {"body": "hi"}}

    assert len(heard(webhook(value([nameless, message()], [])))) == 1
    with pytest.raises(Unreadable):
        heard(webhook(value([nameless], [])))


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({"status": "sent"}, ("sent", "")),
        ({"status": "delivered", "errors": [{"code": 1}]}, ("delivered", "")),
        ({"status": "read"}, ("read", "")),
        ({"status": "played"}, ("read", "")),
        ({"status": "failed", "errors": [{"code": 131047, "title": "x"}]}, ("failed", "131047")),
        ({"status": "failed"}, ("failed", "")),
    ],
)
def test_a_status_is_a_receipt(status, expected):
    [receipt] = heard(webhook(value(statuses=[{"id": "wamid.1", "recipient_id": "1"} | status])))

    assert receipt == Receipt("wamid.1", *expected)


def test_a_status_that_a_body_repeats_is_one_receipt():
    sent = {"id": "wamid.1", "status": "sent"}
    assert len(heard(webhook(value(statuses=[sent] * 5_000), value(statuses=[sent])))) == 1


def test_unknown_statuses_are_left_alone():
    assert heard(webhook(value(statuses=[{"id": "1", "status": "dreamt"}, {"status": "sent"}]))) == []


def test_what_is_chosen_in_the_settings_is_a_wish():
    stop = {"wa_id": "33612345678", "category": "marketing_messages", "value": "stop", "timestamp": 5}
    raw = webhook(value(user_preferences=[stop, stop | {"value": "resume"}]), field="user_preferences")

    no, yes = heard(raw)

    assert (no.event, no.address, no.id) == (Wished(False), ADA_ADDRESS, "whatsapp:stop:FR.123456789:5")
    assert (yes.event, yes.address, yes.id) == (Wished(True), ADA_ADDRESS, "whatsapp:resume:FR.123456789:5")


def test_other_numbers_of_the_business_are_not_ours():
    assert heard(webhook(value([message()], phone_id="501"))) == []


def test_every_type_of_message_has_its_answer():
    for kind in READ | set(FILES) | set(THINGS):
        assert len(happened(kind, {})) == 1, kind
    for kind in SILENT:
        assert happened(kind, {}) == [], kind
    named = [READ, set(FILES), set(THINGS), SILENT]
    assert sum(map(len, named)) == len(set().union(*named))


@pytest.mark.parametrize("field", sorted(UNHEARD))
def test_other_fields_are_not_for_a_chat(field):
    assert heard(webhook(value([message()]), field=field)) == []


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b'"a"', b"\xff\xfe", b"{}", b'{"object":"page","entry":[]}', b"[" * 200_000]
)
def test_what_is_no_webhook_is_unreadable(raw):
    with pytest.raises(Unreadable):
        heard(raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["messages", "contacts", "statuses", "from", "id", "type", "text", "edit", "message"]
            )
            | st.text(max_size=5),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(JSON, JSON)
@settings(max_examples=150, deadline=None)
def test_nothing_in_a_body_breaks_it(anything, more):
    broken = [message() | {"type": more, "text": anything}, anything, message(number=more)]
    body = {"object": "whatsapp_business_account"}
    for entry in (
        anything,
        [anything],
        [{"changes": anything}],
        [{"changes": [{"field": "messages", "value": anything}]}],
        [{"changes": [{"field": "messages", "value": value(broken, contacts=[more], statuses=[anything])}]}],
    ):
        try:
            heard(json.dumps(body | {"entry": entry}).encode())
        except Unreadable:
            continue


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("12125550100", "US"),
        ("14165550100", "CA"),
        ("18765550100", "JM"),
        ("79161234567", "RU"),
        ("77011234567", "KZ"),
        ("447700900123", "GB"),
        ("33612345678", "FR"),
        ("2126612345", "MA"),
        ("972501234567", "IL"),
        ("8190123456", "JP"),
        ("35312345", "IE"),
        ("883123456", None),
        ("", None),
    ],
)
def test_a_number_tells_its_country(number, country):
    assert country_of(number) == country


def test_nobody_has_no_address():
    assert address("", "") is None


CHANNEL = WhatsApp(Settings("token", PHONE, "600", "app-secret", "verify-me"))


def test_only_what_meta_signed_is_genuine():
    raw = webhook(value([message()]))
    signature = "sha256=" + hmac.new(b"app-secret", raw, "sha256").hexdigest()

    assert CHANNEL.genuine({"X-Hub-Signature-256": signature}, raw)
    assert CHANNEL.genuine({"x-hub-signature-256": signature}, raw)
    assert not CHANNEL.genuine({"X-Hub-Signature-256": signature}, raw + b" ")
    assert not CHANNEL.genuine({"X-Hub-Signature-256": "sha256=é\ud83d"}, raw)
    assert not CHANNEL.genuine({}, raw)


def test_while_a_secret_is_rolled_the_new_one_and_the_old_one_hold():
    rolled = WhatsApp(Settings("token", PHONE, "600", "new-secret, app-secret", "new-word,verify-me"))
    raw = webhook(value([message()]))

    def genuine(secret):
        signature = hmac.new(secret, raw, "sha256").hexdigest()
        return rolled.genuine({"X-Hub-Signature-256": f"sha256={signature}"}, raw)

    assert genuine(b"new-secret")
    assert genuine(b"app-secret")
    assert not genuine(b"new-secret, app-secret")
    query = {"hub.mode": "subscribe", "hub.challenge": "7"}
    asked = [rolled.challenge(query | {"hub.verify_token": word}) for word in ("new-word", "verify-me", "")]
    assert asked == ["7", "7", None]


def test_the_challenge_is_returned_to_who_knows_the_word():
    query = {"hub.mode": "subscribe", "hub.verify_token": "verify-me", "hub.challenge": "1158201444"}

    assert CHANNEL.challenge(query) == "1158201444"
    assert CHANNEL.challenge(query | {"hub.verify_token": "verify-mé"}) is None
    assert CHANNEL.challenge(query | {"hub.mode": "unsubscribe"}) is None
    assert CHANNEL.challenge({}) is None


def test_settings_keep_their_secrets_and_miss_nothing():
    shown = repr(Settings("secret-1", PHONE, "600", "secret-2", "secret-3"))

    assert "secret" not in shown.replace("app_secret", "")
    with pytest.raises(ValueError, match="app_secret"):
        Settings("token", PHONE, "600", "", "verify-me")
