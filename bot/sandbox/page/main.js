// The page: two phones, the shop's desk when asked for, the ledger beside them.

import { closeDialogs } from "./dialogs.js";
import { Desk } from "./desk.js";
import { closeMenus, make } from "./elements.js";
import { Faults, ShopClock } from "./faults.js";
import { Ledger } from "./ledger.js";
import { Phone } from "./phone.js";
import { telegram } from "./telegram.js";
import { whatsapp } from "./whatsapp.js";
import { fillIn, language, speak, word } from "./words.js";
import { ask, pause, reachable, seen, Unreachable } from "./world.js";

const BETWEEN_LOOKS = 2; // seconds

const page = document.documentElement;
const main = document.getElementById("main");
const tabs = [...document.querySelectorAll(".tabs button")];
const deskToggle = document.getElementById("desk-toggle");

page.lang = language;
page.dir = language === "ar" ? "rtl" : "ltr";
document.title = word("title");
fillIn(document);
closeMenus();
closeDialogs();

const chooser = document.getElementById("page-language");
chooser.value = language;
chooser.addEventListener("change", () => speak(chooser.value));

const phones = [telegram, whatsapp].map((kind) => {
  const phone = new Phone(document.getElementById(kind.channel), kind, [badgeOf(kind.channel)]);
  phone.show = () => show(kind.channel);
  return phone;
});
Phone.all.push(...phones);

const desk = new Desk(document.getElementById("desk"), [badgeOf("desk"), deskToggle.querySelector(".badge")]);
const [books, clock, faults] = ["ledger", "clock", "faults"].map((className) => make("section", { className }));
document.getElementById("books").append(books, clock, faults);
const beside = { ledger: new Ledger(books), clock: new ShopClock(clock), faults: new Faults(faults) };

for (const tab of tabs) tab.addEventListener("click", () => show(tab.dataset.shows));
deskToggle.addEventListener("click", () => {
  const open = main.classList.toggle("with-desk");
  deskToggle.setAttribute("aria-expanded", String(open));
  if (!open) return;
  desk.read();
  desk.line.focus();
});

/** On a narrow page one panel is shown at a time. */
function show(panel) {
  main.dataset.shown = panel;
  for (const tab of tabs) {
    if (tab.dataset.shows === panel) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
  phones.find(({ kind }) => kind.channel === panel)?.read();
  if (panel === "desk") desk.read();
}

function badgeOf(panel) {
  return document.querySelector(`.tabs [data-shows="${panel}"] .badge`);
}

async function look() {
  const [ledger, time, armed, staff, mails] = await Promise.all([
    ask("/world/ledger"),
    ask("/world/clock"),
    ask("/world/faults"),
    ask(`/world/staff/screen?after=${desk.cursor}`),
    ask("/world/mail"),
    ...phones.map((phone) => phone.kind.look?.(phone)),
  ]);
  beside.ledger.take(ledger);
  beside.clock.take(time);
  beside.faults.take(armed);
  desk.take(staff, mails);
}

for (;;) {
  await seen();
  try {
    await look();
    reachable("books", true);
  } catch (failure) {
    if (!(failure instanceof Unreachable)) throw failure;
    reachable("books", false);
  }
  await pause(BETWEEN_LOOKS);
}
