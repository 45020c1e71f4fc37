// What opens above the page: a picture looked at closely, the checkout, a question of the page's own.

import { button, make } from "./elements.js";
import { word } from "./words.js";
import { here } from "./world.js";

const TALL = 400; // pixels, of a checkout whose height cannot be read

const picture = document.getElementById("picture");
const checkout = document.getElementById("checkout");

/** Show a picture as large as it gets. */
export function showPicture(address, name) {
  const [shown, save] = [picture.querySelector("img"), picture.querySelector("a")];
  shown.src = save.href = address;
  shown.alt = name ?? word("picture");
  save.download = name ?? "esim.png";
  picture.showModal();
}

/** Open a checkout session's page on a phone. A link that leaves it closes it, and the phone follows. */
export function openCheckout(url, phone) {
  const frame = checkout.querySelector("iframe");
  frame.src = checkout.querySelector("a").href = here(url);
  frame.onload = () => {
    frame.style.height = `${frame.contentDocument?.body.offsetHeight || TALL}px`;
    frame.contentDocument?.querySelector("input, a, button")?.focus();
    frame.contentDocument?.addEventListener("click", (event) => {
      const link = event.target.closest("a[href]");
      if (!link || isCheckout(link.href)) return;
      event.preventDefault();
      checkout.close();
      phone.follow(link.href);
    });
  };
  const leave = () => {
    frame.onload = null;
    frame.src = "about:blank";
    phone.line.focus();
  };
  checkout.addEventListener("close", leave, { once: true });
  checkout.showModal();
}

/** Whether an address is a session's page. */
export function isCheckout(url) {
  return new URL(url, location.href).pathname.startsWith("/pay/");
}

/** Ask for one line of text; null when the reader changes their mind. */
export function askFor(question, given = "") {
  return new Promise((resolve) => {
    const line = make("input", { value: given, dir: "auto", required: true, maxLength: 4096 });
    const form = make(
      "form",
      { method: "dialog" },
      make("label", {}, question, line),
      make("div", { className: "actions" }, button(word("close"), () => dialog.close()), make("button", { className: "primary" }, word("send"))),
    );
    const dialog = make("dialog", { className: "question" }, form);
    form.addEventListener("submit", () => (dialog.returnValue = "said"));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "" ? null : line.value);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Dialogs close on a click beside them, as they do on Escape. */
export function closeDialogs() {
  for (const dialog of [picture, checkout]) {
    dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  }
}
