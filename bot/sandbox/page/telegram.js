// A phone with Telegram: keyboards under the message, a menu of commands, messages that change in place.

import { button, fillMenu, icon, make } from "./elements.js";
import { formatted } from "./entities.js";
import { ended, link, meta, paper, picture, quote, textOf } from "./message.js";
import { capital, language, word } from "./words.js";
import { ask } from "./world.js";

const names = new Intl.DisplayNames(language, { type: "language" });

export const telegram = {
  channel: "telegram",
  presence: "telegramPresence",
  someone: "ada",
  originWord: "language",
  origins: ["ar", "de", "en", "es", "fa", "fr", "he", "hi", "id", "it", "ja", "ko", "nl", "pl", "pt-br", "ru", "tr", "uk", "zh-hans"],
  nameOf: (tag) => capital(names.of(tag)),
  changes: [["newUsername", "username"], ["recycled", "recycled"]],

  opens: ({ protocol, hostname, pathname, search }) =>
    protocol === "tg:" || (["t.me", "telegram.me"].includes(hostname) && pathname.length > 1 && search.includes("start")),

  empty: (phone) =>
    make(
      "div",
      { className: "empty" },
      make("p", {}, word("telegramEmpty")),
      button(word("start"), () => phone.say("/start"), { className: "start" }),
    ),

  held: showCommands,

  draw: (message, phone) => [
    make(
      "div",
      { className: "bubble" },
      quote(message, phone),
      picture(message),
      paper(message),
      ended(message.text ? body(message, phone) : null, meta(message, message.who === "me" ? icon("ticks") : "")),
    ),
    keyboard(message, phone),
  ],
};

/** The menu that the bot has set for this phone, in its language. */
async function showCommands(phone) {
  const menu = phone.root.querySelector(".commands");
  const { commands } = await ask(phone.path("commands")).catch(() => ({ commands: [] }));
  menu.hidden = commands.length === 0;
  fillMenu(
    menu,
    commands.map(({ command, description }) => [
      [make("span", { dir: "auto" }, description), make("small", { dir: "ltr" }, `/${command}`)],
      () => phone.say(`/${command}`),
    ]),
  );
}

function body({ text, entities }, phone) {
  return entities ? formatted(text, entities, phone) : textOf(text, phone);
}

function keyboard(message, phone) {
  if (!message.buttons.length) return null;
  return make("div", { className: "keyboard" }, ...rows(message).map((row) => make("div", {}, ...row.map((one) => key(one, phone)))));
}

function key({ label, url }, phone) {
  if (url) return link(url, [make("span", { dir: "auto" }, label), icon("out")], phone, "key");
  const pressed = button(make("span", { dir: "auto" }, label), () => phone.press(label, pressed), { className: "key" });
  return pressed;
}

/** As many in a row as the bot said; one each where that is not known. */
function rows({ buttons, rows: lengths = buttons.map(() => 1) }) {
  let from = 0;
  return lengths.map((length) => buttons.slice(from, (from += length)));
}
