"""Every kind of update and of message that the Bot API knows, each with what becomes of it.

A test holds both tables against aiogram's models, so that a new kind of either is decided about and not met by chance.
https://core.telegram.org/bots/api#update, https://core.telegram.org/bots/api#message
"""

from __future__ import annotations

from typing import Literal

#: The kinds that are asked for → what becomes of them.
HEARD = {
    "message": "answered in a private chat; in the staff's group it is an answer of theirs",
    "edited_message": "what it says now is answered; an edited place is not",
    "callback_query": "the button is carried out, its spinner stopped",
    "my_chat_member": "who blocks the bot is not written to; a group or channel is left with a word",
    "pre_checkout_query": "answered within seconds, from the order's own row",
}
#: The kinds that Telegram is not to send → why not. One that comes all the same is nothing.
UNHEARD = {
    "channel_post": "the bot stays in no channel",
    "edited_channel_post": "the bot stays in no channel",
    "business_connection": "the shop answers as itself, not as somebody's assistant",
    "business_message": "the same",
    "edited_business_message": "the same",
    "deleted_business_messages": "the same",
    "guest_message": "answers would stand in chats of others, with orders in them",
    "message_reaction": "a thumb wants no answer",
    "message_reaction_count": "a thumb wants no answer",
    "inline_query": "plans are sold in private, where they can be paid",
    "chosen_inline_result": "the same",
    "shipping_query": "nothing is shipped",
    "purchased_paid_media": "none is sold",
    "poll": "none is asked",
    "poll_answer": "none is asked",
    "chat_member": "who else is in the staff's group is the staff's affair",
    "chat_join_request": "whom the staff's group lets in, too",
    "chat_boost": "it boosts no chat of the bot's",
    "removed_chat_boost": "the same",
    "managed_bot": "it manages no other bot",
    "subscription": "none is sold",
    "stopped_message_generation": "no answer is written word by word",
}
#: What is asked for, for setWebhook and getUpdates.
UPDATES = tuple(HEARD)

FileKind = Literal["photo", "document", "voice", "video", "sticker"]
#: Telegram's name of a file → our kind and the type of the file where Telegram does not say.
FILES: dict[str, tuple[FileKind, str]] = {
    "photo": ("photo", "image/jpeg"),
    "voice": ("voice", "audio/ogg"),
    "video": ("video", "video/mp4"),
    "video_note": ("video", "video/mp4"),
    "sticker": ("sticker", "image/webp"),
    "audio": ("document", "audio/mpeg"),
    # An animation comes with a document of the same name, for programs that are older than it.
    "animation": ("video", "video/mp4"),
    "document": ("document", ""),
}
PLACES = {"venue": "location", "location": "location", "contact": "contact"}
#: Said by a person, and nothing that the bot can read: help is offered.
OTHER = frozenset(
    {
        "checklist",
        "dice",
        "game",
        "giveaway",
        "giveaway_winners",
        "invoice",
        "live_photo",
        "paid_media",
        "poll",
        "rich_message",
        "story",
    }
)
#: What a chat tells by itself; nobody said it, so nobody waits for an answer.
SERVICE = frozenset(
    {
        "boost_added",
        "channel_chat_created",
        "chat_background_set",
        "chat_owner_changed",
        "chat_owner_left",
        "chat_shared",
        "checklist_tasks_added",
        "checklist_tasks_done",
        "community_chat_added",
        "community_chat_joined",
        "community_chat_removed",
        "connected_website",
        "delete_chat_photo",
        "direct_message_price_changed",
        "forum_topic_closed",
        "forum_topic_created",
        "forum_topic_edited",
        "forum_topic_reopened",
        "general_forum_topic_hidden",
        "general_forum_topic_unhidden",
        "gift",
        "gift_upgrade_sent",
        "giveaway_completed",
        "giveaway_created",
        "group_chat_created",
        "left_chat_member",
        "managed_bot_created",
        "message_auto_delete_timer_changed",
        "migrate_from_chat_id",
        "migrate_to_chat_id",
        "new_chat_members",
        "new_chat_photo",
        "new_chat_title",
        "paid_message_price_changed",
        "passport_data",
        "pinned_message",
        "poll_option_added",
        "poll_option_deleted",
        "proximity_alert_triggered",
        "refunded_payment",
        "successful_payment",
        "suggested_post_approval_failed",
        "suggested_post_approved",
        "suggested_post_declined",
        "suggested_post_paid",
        "suggested_post_refunded",
        "supergroup_chat_created",
        "unique_gift",
        "user_shared",
        "users_shared",
        "video_chat_ended",
        "video_chat_participants_invited",
        "video_chat_scheduled",
        "video_chat_started",
        "web_app_data",
        "write_access_allowed",
    }
)
