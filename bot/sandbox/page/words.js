// The page's own few words, in the reader's language. What the bot says is never touched.

import { english } from "./words.en.js";
import { french } from "./words.fr.js";
import { arabic } from "./words.ar.js";

const LANGUAGES = { en: english, fr: french, ar: arabic };
const KEPT = "sandbox.language";

export let language = chosen();

/** The word for a key; the key itself would be a mistake of ours and shows as such. */
export function word(key) {
  return LANGUAGES[language][key] ?? english[key] ?? key;
}

/** Speak another language from now on. The page is drawn anew, so that nothing is left behind. */
export function speak(tag) {
  localStorage.setItem(KEPT, tag);
  location.reload();
}

/** Fill in every element that asks for a word. */
export function fillIn(root) {
  for (const element of root.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
  for (const element of root.querySelectorAll("[data-word-label]")) {
    element.setAttribute("aria-label", word(element.dataset.wordLabel));
    if (element.matches("button, summary")) element.title = word(element.dataset.wordLabel);
  }
  for (const element of root.querySelectorAll("[data-word-hint]")) element.placeholder = word(element.dataset.wordHint);
  for (const element of root.querySelectorAll("[data-word-title]")) element.title = word(element.dataset.wordTitle);
}

/** With a capital first letter, where the script has such. */
export function capital(name) {
  return name.charAt(0).toLocaleUpperCase(language) + name.slice(1);
}

/** "3 days", "1 hour", in the reader's language. */
export function span(count, unit) {
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(count);
}

/** An amount of minor units, with its currency. */
export function money(amount, currency) {
  const code = String(currency).toUpperCase();
  if (code === "XTR") return `⭐ ${new Intl.NumberFormat(language).format(amount)}`;
  try {
    const format = new Intl.NumberFormat(language, { style: "currency", currency: code });
    return format.format(amount / 10 ** format.resolvedOptions().maximumFractionDigits);
  } catch {
    return `${amount} ${code}`;
  }
}

/** Hours and minutes of a moment. */
export function time(at) {
  const moment = new Date(at);
  return Number.isNaN(moment.valueOf()) ? "" : moment.toLocaleTimeString(language, { timeStyle: "short" });
}

/** The day and the time of a moment. */
export function moment(at) {
  const options = { dateStyle: "medium", timeStyle: "short" };
  const found = new Date(at);
  return Number.isNaN(found.valueOf()) ? "" : found.toLocaleString(language, options);
}

function chosen() {
  const wishes = [localStorage.getItem(KEPT), ...navigator.languages].filter(Boolean);
  const known = wishes.map((wish) => wish.split("-")[0]).find((wish) => wish in LANGUAGES);
  return known ?? "en";
}
