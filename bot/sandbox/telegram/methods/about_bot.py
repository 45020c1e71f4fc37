"""What a bot says of itself, set and asked."""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox.telegram import links
from bot.sandbox.telegram.calls import Call, Json
from bot.sandbox.telegram.cloud import Cloud
from bot.sandbox.telegram.errors import bad
from bot.sandbox.telegram.profile import Menu

#: https://core.telegram.org/bots/api#botcommand and #setmydescription
MOST_COMMANDS = 100
LONGEST_COMMAND_DESCRIPTION = 256
LONGEST_DESCRIPTION = 512
LONGEST_SHORT_DESCRIPTION = 120
LONGEST_NAME = 64
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"[a-z]{2}|")
_SCOPES = (
    "default", "all_private_chats", "all_group_chats", "all_chat_administrators",
    "chat", "chat_administrators", "chat_member",
)  # fmt: skip


async def get_me(cloud: Cloud, _call: Call) -> Json:
    return cloud.bot.as_json() | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


async def set_my_commands(cloud: Cloud, call: Call) -> bool:
    commands = call.structure("commands", "list of bot commands")
    if not isinstance(commands, list):
        raise bad("can't parse list of bot commands JSON object")
    if len(commands) > MOST_COMMANDS:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    cloud.profile.set_commands(_menu(cloud, call), [_command(command) for command in commands])
    return True


async def get_my_commands(cloud: Cloud, call: Call) -> list[Json]:
    return cloud.profile.commands.get(_menu(cloud, call), [])


async def delete_my_commands(cloud: Cloud, call: Call) -> bool:
    cloud.profile.set_commands(_menu(cloud, call), [])
    return True


async def set_my_name(cloud: Cloud, call: Call) -> bool:
    _say(cloud.profile.names, call, "name", LONGEST_NAME)
    cloud.bot.first_name = cloud.profile.names.get("", cloud.bot.first_name)
    return True


async def get_my_name(cloud: Cloud, call: Call) -> Json:
    return {"name": _said(cloud.profile.names, call) or cloud.bot.first_name}


async def set_my_description(cloud: Cloud, call: Call) -> bool:
    return _say(cloud.profile.descriptions, call, "description", LONGEST_DESCRIPTION)


async def get_my_description(cloud: Cloud, call: Call) -> Json:
    return {"description": _said(cloud.profile.descriptions, call)}


async def set_my_short_description(cloud: Cloud, call: Call) -> bool:
    return _say(cloud.profile.short_descriptions, call, "short_description", LONGEST_SHORT_DESCRIPTION)


async def get_my_short_description(cloud: Cloud, call: Call) -> Json:
    return {"short_description": _said(cloud.profile.short_descriptions, call)}


async def set_chat_menu_button(cloud: Cloud, call: Call) -> bool:
    chat_id = cloud.chat(call).id if call.has("chat_id") else 0
    button = call.structure("menu_button", "menu button") or {"type": "default"}
    if not isinstance(button, dict):
        raise bad("can't parse menu button: MenuButton must be an Object")
    match button.get("type"):
        case "default" | "commands" as kind:
            cloud.profile.set_button(chat_id, {"type": kind})
        case "web_app":
            app = button.get("web_app")
            url = str(app.get("url", "")) if isinstance(app, dict) else ""
            if not button.get("text") or not url.startswith("https://") or not links.or_none(url):
                raise bad("BUTTON_URL_INVALID")
            shown = {"type": "web_app", "text": str(button["text"]), "web_app": {"url": links.checked(url)}}
            cloud.profile.set_button(chat_id, shown)
        case _:
            raise bad("can't parse menu button: MenuButton has unsupported type")
    return True


async def get_chat_menu_button(cloud: Cloud, call: Call) -> Json:
    if call.has("chat_id"):
        return cloud.profile.buttons.get(cloud.chat(call).id, {"type": "default"})
    button = cloud.profile.buttons.get(0, {"type": "default"})
    return {"type": "commands"} if button["type"] == "default" else button


def _command(command: Any) -> Json:
    if not isinstance(command, dict):
        raise bad("can't parse BotCommand: expected an Object")
    name, description = command.get("command"), command.get("description")
    if not isinstance(name, str) or not _COMMAND.fullmatch(name.removeprefix("/")):
        raise bad("BOT_COMMAND_INVALID")
    if not isinstance(description, str) or not 0 < len(description.strip()) <= LONGEST_COMMAND_DESCRIPTION:
        raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name.removeprefix("/"), "description": description.strip()}


def _menu(cloud: Cloud, call: Call) -> Menu:
    scope = call.structure("scope", "bot command scope") or {"type": "default"}
    if not isinstance(scope, dict) or scope.get("type") not in _SCOPES:
        raise bad("can't parse BotCommandScope: Unsupported type specified")
    kind: str = scope["type"]
    chat_id = user_id = 0
    if kind in ("chat", "chat_administrators", "chat_member"):
        chat_id = cloud.chat(Call(scope)).id
    if kind == "chat_member":
        user_id = Call(scope).whole("user_id")
        if cloud.person(user_id) is None:
            raise bad("invalid user_id specified")
    return kind, chat_id, user_id, _language(call)


def _language(call: Call) -> str:
    language = call.text("language_code")
    if not _LANGUAGE.fullmatch(language):
        raise bad("invalid language code specified")
    return language


def _say(where: dict[str, str], call: Call, name: str, longest: int) -> bool:
    """An empty text removes what was said in that language."""
    words, language = call.text(name).strip(), _language(call)
    if len(words) > longest:
        raise bad(f"{name.replace('_', ' ')} is too long")
    where.pop(language, None)
    if words:
        where[language] = words
    return True


def _said(where: dict[str, str], call: Call) -> str:
    return where.get(_language(call)) or where.get("", "")


METHODS: dict[str, Any] = {
    "getMe": get_me,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyName": set_my_name,
    "getMyName": get_my_name,
    "setMyDescription": set_my_description,
    "getMyDescription": get_my_description,
    "setMyShortDescription": set_my_short_description,
    "getMyShortDescription": get_my_short_description,
    "setChatMenuButton": set_chat_menu_button,
    "getChatMenuButton": get_chat_menu_button,
}
