// One phone: who holds it, the conversation on its screen, and the line to write in.

import { wireComposer } from "./composer.js";
import { isCheckout, openCheckout } from "./dialogs.js";
import { count, make } from "./elements.js";
import { wireHolder } from "./holder.js";
import { Reading } from "./reading.js";
import { fillIn, word } from "./words.js";
import { ask, pause, reachable, Refused, seen, tell, Unreachable } from "./world.js";

const HELD = 25; // seconds that the world holds an answer until there is something new
const TOAST = 4000; // milliseconds

/** `kind` is a platform: its channel, its words, and how it draws a message. */
export class Phone {
  constructor(root, kind, badges) {
    this.root = root;
    this.kind = kind;
    this.badges = badges;
    this.unread = 0;
    root.append(document.getElementById("phone-template").content.cloneNode(true));
    fillIn(root);
    this.log = root.querySelector(".log");
    this.line = root.querySelector("textarea");
    root.querySelector(".presence").textContent = word(kind.presence);
    wireHolder(this);
    wireComposer(this);
    this.reading = new Reading(this.log);
    document.addEventListener("visibilitychange", () => document.hidden && this.turn?.abort());
    this.hold(this.traveller);
    this.run();
  }

  /** Hand the phone to somebody, and show their conversation. */
  hold(traveller) {
    this.traveller = traveller;
    this.cursor = 0;
    this.shown = new Map();
    this.begun = false; // whether what was said before is on the screen
    this.reading.begin();
    this.log.replaceChildren(this.kind.empty(this));
    this.turn?.abort();
    this.kind.held?.(this);
  }

  message(id) {
    return this.shown.get(id)?.message;
  }

  /** Do something with the phone; what the world refuses is shown as a toast. */
  async act(what, body = {}) {
    try {
      await tell(this.path(what), body);
      return true;
    } catch (refusal) {
      if (!(refusal instanceof Refused)) throw refusal;
      this.toast(refusal.message);
      return false;
    }
  }

  async say(text) {
    await this.act("say", { text, language: this.origin });
    this.kind.held?.(this);
  }

  /** Press a button of a message; it shows that it is busy until the platform has taken it. */
  async press(label, pressed) {
    this.reading.expect();
    pressed?.classList.add("busy");
    await this.act("press", { label });
    pressed?.classList.remove("busy");
  }

  /** Follow a link as this phone would. False: a new tab is right. */
  follow(url) {
    if (isCheckout(url)) {
      this.reading.expect();
      openCheckout(url, this);
      return true;
    }
    const phone = Phone.all.find(({ kind }) => kind.opens(new URL(url, location.href)));
    phone?.act("open", { link: url }).then(() => phone.show());
    return phone !== undefined;
  }

  toast(text) {
    const toast = this.root.querySelector(".toast");
    toast.textContent = text;
    toast.hidden = false;
    clearTimeout(this.fading);
    this.fading = setTimeout(() => (toast.hidden = true), TOAST);
  }

  async run() {
    for (;;) {
      await seen();
      this.turn = new AbortController();
      const held = this.traveller;
      try {
        const news = await ask(this.path(`screen?after=${this.cursor}&wait=${HELD}&present=1`), this.turn);
        reachable(this.kind.channel, true);
        if (held === this.traveller) this.take(news);
      } catch (failure) {
        if (failure.name === "AbortError") continue;
        if (!(failure instanceof Unreachable)) throw failure;
        reachable(this.kind.channel, false);
        await pause(2);
      }
    }
  }

  take({ cursor, messages, present }) {
    if (cursor < this.cursor) {
      this.hold(this.traveller); // another life of the world: begin anew
      return;
    }
    const first = !this.begun;
    this.begun = true;
    this.cursor = cursor;
    for (const message of messages) this.draw(message, first);
    for (const id of this.shown.keys()) if (!present.includes(id)) this.drop(id);
    if (this.shown.size === 0) this.log.replaceChildren(this.kind.empty(this));
    if (messages.length) this.reading.follow();
    if (first) this.kind.held?.(this);
  }

  draw(message, first) {
    const known = this.shown.get(message.id);
    const element = make("article", { className: `message from-${message.who}` }, ...this.kind.draw(message, this));
    this.shown.set(message.id, { message, element });
    if (known) {
      const focused = known.element.contains(document.activeElement);
      known.element.replaceWith(element);
      this.reading.replaced(known.element, element);
      if (focused) (element.querySelector("button, a") ?? this.log).focus();
    } else {
      if (this.shown.size === 1) this.log.replaceChildren();
      this.log.append(element);
      if (message.who === "me") this.reading.attend();
      else if (!first) this.notice(element);
    }
    if (message.toast && !first && !(known && known.message.toast === message.toast && known.message.text !== message.text)) {
      this.toast(message.toast);
    }
  }

  drop(id) {
    const { element } = this.shown.get(id);
    element.remove();
    this.reading.replaced(element);
    this.shown.delete(id);
  }

  notice(element) {
    this.reading.arrived(element);
    this.unread = this.root.offsetParent === null ? this.unread + 1 : 0;
    for (const badge of this.badges) count(badge, this.unread);
  }

  /** The reader is looking at it now. */
  read() {
    this.unread = 0;
    for (const badge of this.badges) count(badge, 0);
    this.reading.scroll();
  }

  path(what) {
    return `/world/phones/${this.kind.channel}/${encodeURIComponent(this.traveller)}/${what}`;
  }
}

/** Every phone on the page, so that a link on one can open a chat on the other. */
Phone.all = [];
