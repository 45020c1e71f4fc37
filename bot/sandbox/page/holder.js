// Who holds the phone: their name, their language or country, and what changes about them.

import { askFor } from "./dialogs.js";
import { fillMenu, make } from "./elements.js";
import { word } from "./words.js";

export function wireHolder(phone) {
  const { channel, origins, originWord, nameOf, someone, changes } = phone.kind;
  const name = phone.root.querySelector(".traveller");
  const origin = phone.root.querySelector(".origin");
  phone.root.querySelector(".origin-word").textContent = word(originWord);
  origin.append(...origins.map((tag) => make("option", { value: tag, textContent: nameOf(tag) })));

  const kept = recall(channel);
  phone.traveller = name.value = kept.traveller ?? someone;
  phone.origin = origin.value = origins.includes(kept.origin) ? kept.origin : fitting(origins);

  name.addEventListener("change", () => {
    name.value = name.value.trim() || phone.traveller;
    if (name.value === phone.traveller) return;
    phone.hold(name.value);
    keep(phone);
  });
  name.addEventListener("keydown", ({ key }) => key === "Enter" && name.dispatchEvent(new Event("change")));
  origin.addEventListener("change", () => {
    phone.origin = origin.value;
    keep(phone);
  });
  fillMenu(phone.root.querySelector(".more"), [
    [word("followLink"), () => followLink(phone)],
    [word("block"), () => phone.act("block")],
    [word("unblock"), () => phone.act("unblock")],
    ...changes.map(([key, change]) => [word(key), () => changeIdentity(phone, change)]),
  ]);
}

async function followLink(phone) {
  const link = await askFor(word("linkToFollow"));
  if (link?.trim()) await phone.act("open", { link: link.trim() });
}

async function changeIdentity(phone, change) {
  if (await phone.act("identity", { change })) phone.hold(phone.traveller);
}

function fitting(origins) {
  const wishes = navigator.languages.flatMap((wish) => [wish, wish.split("-")[0]]);
  return wishes.find((wish) => origins.includes(wish)) ?? "en";
}

function recall(channel) {
  try {
    return JSON.parse(localStorage.getItem(`sandbox.${channel}`)) ?? {};
  } catch {
    return {};
  }
}

function keep({ kind, traveller, origin }) {
  localStorage.setItem(`sandbox.${kind.channel}`, JSON.stringify({ traveller, origin }));
}
