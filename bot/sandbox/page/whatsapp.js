// A phone with WhatsApp: at most three buttons under a bubble, or a list that opens, or one link.

import { button, icon, make } from "./elements.js";
import { ended, link, meta, paper, picture, quote, textOf } from "./message.js";
import { language, moment, word } from "./words.js";
import { ask } from "./world.js";

const names = new Intl.DisplayNames(language, { type: "region" });

// A number tells a country and no language; the world chooses the number by the language named here.
const NUMBERS = {
  ar: "SA", "ar-AE": "AE", "ar-EG": "EG", de: "DE", en: "GB", "en-US": "US", es: "ES", "es-MX": "MX", fr: "FR", he: "IL",
  hi: "IN", id: "ID", it: "IT", ja: "JP", ko: "KR", nl: "NL", pl: "PL", pt: "PT", "pt-BR": "BR", tr: "TR", uk: "UA", zh: "CN",
};

// *bold*, _italic_, ~struck~ and ```typewriter```, at the edges of words only.
const MARKED = /(?<![\p{L}\p{N}])(?:\*(?=\S)([^*\n]+?)(?<=\S)\*|_(?=\S)([^_\n]+?)(?<=\S)_|~(?=\S)([^~\n]+?)(?<=\S)~|```([^`]+?)```)(?![\p{L}\p{N}])/gu;
const SET_IN = [null, "strong", "em", "s", "code"];

export const whatsapp = {
  channel: "whatsapp",
  presence: "whatsappPresence",
  someone: "noor",
  originWord: "country",
  origins: Object.keys(NUMBERS),
  nameOf: (tag) => names.of(NUMBERS[tag]),
  held: fixNumber,
  look: showWindow,
  changes: [["newNumber", "number"], ["newUsername", "username"], ["recycled", "recycled"]],

  opens: ({ protocol, hostname }) => protocol === "whatsapp:" || ["wa.me", "api.whatsapp.com"].includes(hostname),

  empty: (phone) =>
    make(
      "div",
      { className: "empty" },
      make("p", {}, word("whatsappEmpty")),
      button(word("hello"), () => phone.say(word("hello")), { className: "start" }),
    ),

  draw: (message, phone) => [
    make(
      "div",
      { className: "bubble" },
      message.template ? make("small", { className: "template" }, word("template")) : null,
      quote(message, phone),
      picture(message),
      paper(message),
      message.header ? make("strong", { className: "header", dir: "auto", textContent: message.header }) : null,
      ...said(message, phone),
      actions(message, phone),
    ),
    message.reaction ? make("span", { className: "reaction", textContent: message.reaction }) : null,
  ],
};

/** Once it was used, a number stays where it is from; another traveller has another number. */
function fixNumber(phone) {
  const origin = phone.root.querySelector(".origin");
  origin.disabled = phone.shown.size > 0;
  origin.title = origin.disabled ? word("numberFixed") : "";
}

/** Until when the shop may write freely, as the world itself counts it. */
async function showWindow(phone) {
  const { traveller } = phone;
  const { open, until } = await ask(phone.path("window"));
  if (traveller !== phone.traveller) return; // somebody else holds the phone by now
  const shown = phone.root.querySelector(".window");
  const state = open ? "windowOpen" : until ? "windowClosed" : "windowNever";
  const when = until ? moment(until) : "";
  const seen = `${state} ${when}`;
  if (shown.dataset.seen === seen) return; // a screen reader says it only when it changes
  shown.dataset.seen = seen;
  shown.dataset.open = open;
  shown.hidden = false;
  shown.replaceChildren(word(state), " ", make("bdi", {}, when));
}

function said(message, phone) {
  const when = meta(message, message.who === "me" ? ticks(message) : "");
  const text = body(message) ? textOf(body(message), phone, marked) : null;
  if (!message.footer) return [ended(text, when)];
  return [text, make("small", { className: "footer", dir: "auto" }, message.footer), when];
}

/** Header and footer are drawn apart from the text that they are also part of. */
function body({ text, header, footer }) {
  let said = text;
  if (header && said.startsWith(header)) said = said.slice(header.length).replace(/^\n/, "");
  if (footer && said.endsWith(footer)) said = said.slice(0, -footer.length).replace(/\n$/, "");
  return said;
}

function marked(plain) {
  const nodes = [];
  let from = 0;
  for (const found of plain.matchAll(MARKED)) {
    const kind = found.findIndex((part, at) => at > 0 && part !== undefined);
    nodes.push(plain.slice(from, found.index), make(SET_IN[kind], { textContent: found[kind] }));
    from = found.index + found[0].length;
  }
  return [...nodes, plain.slice(from)];
}

function ticks(message) {
  const drawn = icon("ticks");
  drawn.classList.toggle("read", Boolean(message.read));
  return drawn;
}

function actions(message, phone) {
  if (!message.buttons.length) return null;
  const shown = message.list ? [opener(message, phone)] : message.buttons.map((one) => action(one, phone));
  return make("div", { className: "actions" }, ...shown);
}

function action({ label, url }, phone) {
  if (url) return link(url, [icon("out"), make("span", { dir: "auto" }, label)], phone, "action");
  const inside = [icon("reply"), make("span", { dir: "auto" }, label)];
  const pressed = button(inside, () => phone.press(label, pressed), { className: "action" });
  return pressed;
}

function opener(message, phone) {
  const inside = [icon("list"), make("span", { dir: "auto" }, message.list.button)];
  const pressed = button(inside, () => openSheet(message, phone, pressed), { className: "action", "aria-haspopup": "dialog" });
  return pressed;
}

/** The list rises from below: choose a row, then send. */
function openSheet(message, phone, opener) {
  const sheet = phone.root.querySelector(".sheet");
  const behind = [...sheet.parentElement.children].filter((part) => part !== sheet);
  const close = () => {
    for (const part of behind) part.inert = false;
    sheet.hidden = true;
    sheet.replaceChildren();
    opener.focus();
  };
  const send = make("button", { className: "primary", disabled: true }, word("send"));
  const form = make(
    "form",
    { className: "rows", role: "dialog", "aria-label": message.list.button },
    make("header", {}, make("strong", { dir: "auto", textContent: message.list.button }), button(icon("close"), close, { "aria-label": word("close") })),
    make("div", { className: "choices" }, ...sections(message.list.rows, () => (send.disabled = false))),
    send,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = new FormData(form).get("row");
    close();
    phone.press(message.list.rows[chosen].title, opener);
  });
  sheet.onkeydown = ({ key }) => {
    if (key === "Escape") close();
  };
  sheet.onclick = ({ target }) => {
    if (target === sheet) close();
  };
  for (const part of behind) part.inert = true;
  sheet.replaceChildren(form);
  sheet.hidden = false;
  form.querySelector("input").focus();
}

function* sections(rows, chosen) {
  let section = "";
  for (const [at, row] of rows.entries()) {
    if (row.section && row.section !== section) yield make("h3", { dir: "auto", textContent: row.section });
    section = row.section;
    yield make(
      "label",
      {},
      make("span", { dir: "auto" }, make("b", { textContent: row.title }), row.description ? make("small", { textContent: row.description }) : null),
      make("input", { type: "radio", name: "row", value: String(at), onchange: chosen }),
    );
  }
}
