"""What the empty bots say: about as much as a welcome, with four buttons."""

from __future__ import annotations

TOKEN = "7000000:AAE_a_token_of_the_right_length_bench"
WORDS = "A bot that does nothing.\nWhere are you going? Just write it, for example: Japan, 10 days."
BUTTONS = (
    ("My eSIMs", "esims:aaaaaaaaaaa"),
    ("Help", "help:aaaaaaaaaaa"),
    ("A person", "person:aaaaaaaaaaa"),
    ("🌐 Language", "languages:aaaaaaaaaaa"),
)
