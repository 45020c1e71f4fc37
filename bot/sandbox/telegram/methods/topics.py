"""Threads of the staff chat: one for each case, if the bot likes."""

from __future__ import annotations

from typing import Any

from bot.sandbox.telegram.calls import Call, Json
from bot.sandbox.telegram.chats import Chat, Topic
from bot.sandbox.telegram.cloud import Cloud
from bot.sandbox.telegram.errors import bad
from bot.sandbox.telegram.formatting import units

#: https://core.telegram.org/bots/api#createforumtopic
LONGEST_NAME = 128
COLORS = (7322096, 16766590, 13338331, 9367192, 16749490, 16478047)


async def create_forum_topic(cloud: Cloud, call: Call) -> Json:
    forum, name = _forum(cloud, call), call.text("name").strip()
    if not 1 <= units(name) <= LONGEST_NAME:
        raise bad("TOPIC_TITLE_EMPTY" if not name else "topic name is too long")
    color = call.whole("icon_color", COLORS[0])
    if color not in COLORS:
        raise bad("invalid icon color specified")
    topic = Topic(forum.next_id(), name, color)
    forum.open_topic(topic)
    facts = {"name": name, "icon_color": color}
    _note(cloud, forum, topic, {"forum_topic_created": facts}, topic.id)
    return {"message_thread_id": topic.id, **facts}


async def close_forum_topic(cloud: Cloud, call: Call) -> bool:
    return _set_closed(cloud, call, closed=True)


async def reopen_forum_topic(cloud: Cloud, call: Call) -> bool:
    return _set_closed(cloud, call, closed=False)


def _set_closed(cloud: Cloud, call: Call, *, closed: bool) -> bool:
    forum = _forum(cloud, call)
    topic = forum.topics.get(call.whole("message_thread_id"))
    if topic is None:
        raise bad("message thread not found")
    if topic.closed == closed:
        raise bad("TOPIC_NOT_MODIFIED")
    topic.closed = closed
    what = "forum_topic_closed" if closed else "forum_topic_reopened"
    _note(cloud, forum, topic, {what: {}}, forum.next_id())
    return True


def _forum(cloud: Cloud, call: Call) -> Chat:
    chat = cloud.open_chat(call)
    if chat.kind != "forum":
        raise bad("the chat is not a forum")
    return chat


def _note(cloud: Cloud, forum: Chat, topic: Topic, what: Json, message_id: int) -> None:
    """A line in the thread that tells what became of it."""
    message: Json = {
        "message_id": message_id,
        **forum.author(cloud.bot),
        "chat": forum.as_json(),
        "date": cloud.now(),
        "message_thread_id": topic.id,
        "is_topic_message": True,
        **what,
    }
    cloud.show(forum, message)


METHODS: dict[str, Any] = {
    "createForumTopic": create_forum_topic,
    "closeForumTopic": close_forum_topic,
    "reopenForumTopic": reopen_forum_topic,
}
