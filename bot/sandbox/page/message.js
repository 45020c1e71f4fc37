// What both platforms' messages are made of: text with its links, pictures, documents, the time.

import { showPicture } from "./dialogs.js";
import { button, icon, make } from "./elements.js";
import { time, word } from "./words.js";
import { here } from "./world.js";

const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]}»]/g;

/** A text with its links; `mark` may set parts of it: it is given plain text and returns nodes. */
export function textOf(said, phone, mark = (plain) => [plain]) {
  const body = make("div", { className: "text", dir: "auto" });
  let from = 0;
  for (const found of said.matchAll(LINK)) {
    body.append(...mark(said.slice(from, found.index)), link(found[0], found[0], phone));
    from = found.index + found[0].length;
  }
  body.append(...mark(said.slice(from)));
  return body;
}

/** Something to follow: the checkout opens in a dialog, a link to a chat on its phone, the rest in a tab. */
export function link(url, label, phone, className = "") {
  const anchor = make("a", { href: here(url), target: "_blank", rel: "noopener noreferrer", className }, ...[label].flat());
  anchor.addEventListener("click", (event) => {
    if (phone.follow(url)) event.preventDefault();
  });
  return anchor;
}

/** The picture of a message, to be looked at closely. */
export function picture(message) {
  if (!message.image) return null;
  const address = here(message.image);
  const shown = make("img", { src: address, alt: message.name ?? word("picture") });
  return button(shown, () => showPicture(address, message.name), { className: "picture", "aria-label": word("picture") });
}

/** The document of a message, to be kept. */
export function paper(message) {
  if (!message.document) return null;
  const name = message.name ?? word("document");
  return make(
    "a",
    { className: "paper", href: here(message.document), download: name },
    icon("file"),
    make("span", { dir: "auto", textContent: name }),
  );
}

/** When it was said, and whether it was changed since: it stands at the end of the text, and reads as the page does. */
export function meta(message, ...more) {
  const parts = [message.edited ? word("edited") : null, time(message.at)].filter(Boolean);
  const said = make("bdi", { dir: document.documentElement.dir }, parts.join(" · "), ...more);
  return make("small", { className: "meta" }, said);
}

/** The time stands in the text's last line where there is room. */
export function ended(text, when) {
  text?.append(when);
  return text ?? when;
}

/** The message that this one answers, in one line. */
export function quote(message, phone) {
  const answered = message.reply_to && phone.message(String(message.reply_to));
  return answered ? make("blockquote", { dir: "auto", textContent: answered.text.split("\n")[0] }) : null;
}
