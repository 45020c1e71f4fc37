"""Every type of message and every field of a webhook that Meta documents, each with what becomes of it.

A test holds the bodies of other people's clients against both tables. What stands in neither is met politely: help is
offered for a message, a field is nobody's.
https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/reference/messages
"""

from __future__ import annotations

from typing import Literal

FileKind = Literal["photo", "document", "voice", "video", "sticker"]
#: Meta's name of a file → ours.
FILES: dict[str, FileKind] = {
    "image": "photo",
    "document": "document",
    "audio": "voice",
    "video": "video",
    "sticker": "sticker",
}
#: Things that are neither words nor files, by our name. "other" is what even Meta cannot show: a poll, a list of goods.
THINGS = {
    "location": "location",
    "contacts": "contact",
    "order": "other",
    "unsupported": "other",
    "unknown": "other",
}
#: A thumb, a message taken back; of a changed number or id another part tells.
SILENT = frozenset({"reaction", "revoke", "system"})
#: Whose content is read on its own: words, buttons, what a message says now, a chat that was opened.
READ = frozenset({"text", "interactive", "button", "edit", "request_welcome"})

#: What a webhook's fields are for.
HEARD = {
    "messages": "what travellers do, and what becomes of our messages",
    "user_preferences": "who wants no news any more, or wants them again",
}
UNHEARD = {
    "account_alerts": "for the operator, in Meta's own mails",
    "account_review_update": "the same",
    "account_settings_update": "the same",
    "account_update": "the same",
    "automatic_events": "no advertisement is measured",
    "business_capability_update": "doctor reads the limits where they are asked for",
    "business_status_update": "for the operator, in Meta's own mails",
    "calls": "the number takes no calls",
    "flows": "there are none",
    "group_lifecycle_update": "the shop is in no groups",
    "group_participants_update": "the same",
    "group_settings_update": "the same",
    "group_status_update": "the same",
    "history": "the number is on no phone, so there is none",
    "message_echoes": "what other programs of the shop write is theirs",
    "message_template_components_update": "a template is looked at before it is relied on",
    "message_template_quality_update": "the same",
    "message_template_status_update": "the same",
    "messaging_handovers": "nobody else answers this number",
    "partner_solutions": "there are none",
    "payment_configuration_update": "nothing is paid within WhatsApp",
    "phone_number_name_update": "for the operator, in Meta's own mails",
    "phone_number_quality_update": "the same",
    "security": "the same",
    "smb_app_state_sync": "the number is on no phone",
    "smb_message_echoes": "the same",
    "standby": "nobody else answers this number",
    "template_category_update": "a template is looked at before it is relied on",
    "template_correct_category_detection": "the same",
    "tracking_events": "no advertisement is measured",
    "user_id_update": "told by a message of type system, too",
}
