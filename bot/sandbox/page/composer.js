// The line to write in, with what else a phone can send.

import { askFor } from "./dialogs.js";
import { fillMenu } from "./elements.js";
import { word } from "./words.js";

const KINDS = ["photo", "voice", "location", "contact", "sticker"];

export function wireComposer(phone) {
  const form = phone.root.querySelector(".composer");
  const { line } = phone;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const said = line.value.trim();
    line.value = "";
    form.classList.remove("writing");
    if (said) phone.say(said);
    line.focus();
  });
  line.addEventListener("input", () => form.classList.toggle("writing", line.value.trim() !== ""));
  line.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  fillMenu(form.querySelector(".attach"), [
    ...KINDS.map((kind) => [word(kind), () => phone.act("send", { kind })]),
    [word("editLast"), () => editLast(phone)],
  ]);
}

async function editLast(phone) {
  const mine = [...phone.shown.values()].map(({ message }) => message).filter(({ who, text }) => who === "me" && text);
  const said = await askFor(word("editLast"), mine.at(-1)?.text);
  if (said?.trim()) await phone.act("edit", { text: said.trim() });
}
