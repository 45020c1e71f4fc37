"""Asking people to vote, and ending a vote."""

from __future__ import annotations

from random import randrange
from secrets import token_hex
from typing import Any

from bot.sandbox.telegram import outgoing, texts
from bot.sandbox.telegram.calls import Call, Json
from bot.sandbox.telegram.cloud import Cloud
from bot.sandbox.telegram.errors import bad
from bot.sandbox.telegram.formatting import units
from bot.sandbox.telegram.markup import read_markup
from bot.sandbox.telegram.methods import albums, facts
from bot.sandbox.telegram.methods.editing import own
from bot.sandbox.telegram.polls import settled

#: https://core.telegram.org/bots/api#sendpoll
LONGEST_QUESTION, LONGEST_OPTION, LONGEST_EXPLANATION = 300, 100, 200
FEWEST_OPTIONS, MOST_OPTIONS = 1, 12
SHORTEST, LONGEST = 5, 2_628_000


async def send_poll(cloud: Cloud, call: Call) -> Json:
    question = texts.read(
        call.text("question"), call.text("question_parse_mode"), None, cloud.known
    ).text.strip()
    if not 0 < units(question) <= LONGEST_QUESTION:
        raise bad(
            "poll question must be non-empty" if not question else "poll question length must not exceed 300"
        )
    cloud.open_chat(call)
    poll: Json = {
        "id": str(randrange(10**17, 10**18)),
        "question": question,
        "options": await _options(cloud, call),
        "total_voter_count": 0,
        "is_closed": call.flag("is_closed"),
        "is_anonymous": not call.has("is_anonymous") or call.flag("is_anonymous"),
        "type": call.text("type") or "regular",
        "allows_multiple_answers": call.flag("allows_multiple_answers"),
        "allows_revoting": call.flag("allows_revoting"),
        "members_only": call.flag("members_only"),
        **_closing(cloud, call),
    }
    match poll["type"]:
        case "quiz":
            poll |= await _solution(cloud, call, len(poll["options"]))
        case "regular":
            pass
        case _:
            raise bad("unsupported poll type specified")
    if call.has("media"):
        poll["media"] = await _medium(cloud, call, call.structure("media", "poll media"))
    return outgoing.send(cloud, call, {"poll": poll})


async def stop_poll(cloud: Cloud, call: Call) -> Json:
    chat, message = own(cloud, call)
    if "poll" not in message:
        raise bad("message with poll to stop not found")
    message = settled(message, cloud.now())
    if message["poll"]["is_closed"]:
        raise bad("poll has already been closed")
    markup = call.structure("reply_markup", "reply keyboard markup")
    keyboard = read_markup(markup, edit=True, private=chat.person is not None)
    kept = {name: value for name, value in message.items() if name != "reply_markup"}
    ended = kept | {"poll": message["poll"] | {"is_closed": True}}
    cloud.change(chat, ended | ({"reply_markup": keyboard} if keyboard else {}))
    stopped: Json = ended["poll"]
    return stopped


async def _options(cloud: Cloud, call: Call) -> list[Json]:
    options = call.structure("options", "poll options")
    if not isinstance(options, list):
        raise bad("can't parse options JSON object")
    if not FEWEST_OPTIONS <= len(options) <= MOST_OPTIONS:
        raise bad(
            f"poll can't have more than {MOST_OPTIONS} options"
            if options
            else "poll must have at least 1 option"
        )
    return [await _option(cloud, call, option) for option in options]


async def _option(cloud: Cloud, call: Call, option: Any) -> Json:
    described = {"text": option} if isinstance(option, str) else option
    if not isinstance(described, dict) or not isinstance(described.get("text"), str):
        raise bad("can't parse options JSON object")
    text = described["text"].strip()
    if not text:
        raise bad("poll options must be non-empty")
    if units(text) > LONGEST_OPTION:
        raise bad(f"poll options length must not exceed {LONGEST_OPTION}")
    shown: Json = {"persistent_id": token_hex(4), "text": text, "voter_count": 0}
    if described.get("media") is not None:
        shown["media"] = await _medium(cloud, call, described["media"])
    return shown


def _closing(cloud: Cloud, call: Call) -> Json:
    """When it closes by itself; a period goes before a date."""
    period, date = call.whole("open_period"), call.whole("close_date")
    if period:
        if not SHORTEST <= period <= LONGEST:
            raise bad(f"poll open period must be between {SHORTEST} and {LONGEST} seconds")
        return {"open_period": period, "close_date": cloud.now() + period}
    return {"close_date": date} if date > cloud.now() else {}


async def _solution(cloud: Cloud, call: Call, options: int) -> Json:
    """Which answers of a quiz are right, and why."""
    right = call.structure("correct_option_ids", "correct option identifiers")
    if right is None and call.has("correct_option_id"):
        right = [call.whole("correct_option_id")]
    if (
        not isinstance(right, list)
        or not right
        or not all(isinstance(one, int) and 0 <= one < options for one in right)
    ):
        raise bad("wrong correct option ID specified")
    told: Json = {"correct_option_ids": right}
    if call.text("explanation"):
        why = texts.read(
            call.text("explanation"),
            call.text("explanation_parse_mode"),
            call.structure("explanation_entities", "explanation entities"),
            cloud.known,
        )
        if units(why.text) > LONGEST_EXPLANATION:
            raise bad(f"poll explanation length must not exceed {LONGEST_EXPLANATION}")
        told |= why.as_json("explanation", "explanation_entities")
    if call.has("explanation_media"):
        told["explanation_media"] = await _medium(cloud, call, call.structure("explanation_media", "media"))
    return told


async def _medium(cloud: Cloud, call: Call, media: Any) -> Json:
    """What is shown beside a question, an option or an explanation."""
    if not isinstance(media, dict):
        raise bad("can't parse poll media: expected an Object")
    if media.get("type") == "location":
        return {"location": facts.location(Call(media))}
    return await albums.read(cloud, call, media)


METHODS: dict[str, Any] = {"sendPoll": send_poll, "stopPoll": stop_poll}
