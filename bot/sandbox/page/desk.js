// The shop's desk: the staff chat, as a member sees and uses it, and the mails that the shop sent.

import { link, paper, picture, textOf } from "./message.js";
import { aligned, button, count, make } from "./elements.js";
import { Reading } from "./reading.js";
import { moment, time, word } from "./words.js";
import { here, Refused, tell } from "./world.js";

const MEMBER = "sam";
const NO_PHONE = { follow: () => false }; // at the desk every link opens a tab

export class Desk {
  constructor(root, badges) {
    this.root = root;
    this.badges = badges;
    this.cursor = 0;
    this.unread = 0;
    this.topic = null; // the one that is looked at; null: all
    this.replyTo = null;
    this.messages = new Map();
    this.mails = "";
    this.lay();
  }

  lay() {
    this.log = make("div", { className: "log", role: "log", tabIndex: 0, "aria-live": "polite", "aria-label": word("staffChat") });
    this.topics = make("div", { className: "topics", role: "group", "aria-label": word("topic") });
    this.answering = make("p", { className: "answering", hidden: true });
    this.member = make("input", { value: MEMBER, maxLength: 64, spellcheck: false, autocomplete: "off" });
    this.line = make("input", { className: "line", dir: "auto", maxLength: 4096, placeholder: word("message"), "aria-label": word("message") });
    this.complaint = make("p", { className: "complaint", role: "status", hidden: true });
    const form = make("form", {}, this.line, make("button", { className: "primary" }, word("send")));
    form.addEventListener("submit", (event) => (event.preventDefault(), this.say()));
    this.mailbox = make("div", { className: "mails" });
    this.root.append(
      make("header", {}, make("h2", {}, word("staffChat")), make("label", {}, word("member"), this.member)),
      this.topics,
      this.log,
      this.answering,
      form,
      this.complaint,
      make("h2", {}, word("mail")),
      this.mailbox,
    );
    this.log.append(make("p", { className: "none" }, word("noStaff")));
    this.reading = new Reading(this.log);
    this.mailbox.append(make("p", { className: "none" }, word("noMail")));
  }

  async say() {
    const text = this.line.value.trim();
    if (!text) return;
    const body = { text, reply_to: this.replyTo?.id ?? null, topic: this.replyTo?.topic ?? this.topic };
    if (!(await this.tell("say", body))) return;
    this.line.value = "";
    this.answer(null);
    this.reading.attend();
  }

  /** Do something as a member; what the world refuses is said below. */
  async tell(what, body) {
    this.complaint.hidden = true;
    try {
      await tell(`/world/staff/${encodeURIComponent(this.member.value.trim() || MEMBER)}/${what}`, body);
      return true;
    } catch (refusal) {
      if (!(refusal instanceof Refused)) throw refusal;
      this.complaint.textContent = refusal.message;
      this.complaint.hidden = false;
      return false;
    }
  }

  answer(message) {
    this.replyTo = message;
    this.answering.hidden = message === null;
    if (message === null) return;
    const drop = button("×", () => this.answer(null), { "aria-label": word("close") });
    this.answering.replaceChildren(`${word("replyingTo")}: `, make("q", { dir: "auto" }, message.text.split("\n")[0]), drop);
    this.line.focus();
  }

  /** What the world says of the staff chat since the cursor, and the mails. */
  take({ cursor, messages }, mails) {
    if (cursor < this.cursor) this.messages.clear();
    const news = this.cursor ? messages.filter(({ id, who }) => who === "bot" && !this.messages.has(id)).length : 0;
    this.cursor = cursor;
    for (const message of messages) this.messages.set(message.id, message);
    if (messages.length) this.draw();
    this.drawMails(mails);
    this.unread = this.root.offsetParent === null ? this.unread + news : 0;
    for (const badge of this.badges) count(badge, this.unread);
  }

  /** Somebody is looking at it now. */
  read() {
    this.unread = 0;
    for (const badge of this.badges) count(badge, 0);
    this.reading.scroll();
  }

  draw() {
    const all = [...this.messages.values()];
    const topics = [...new Set(all.map(({ topic }) => topic).filter((topic) => topic !== null && topic !== undefined))];
    this.topics.replaceChildren(
      ...(topics.length ? [null, ...topics] : []).map((topic) =>
        button(topic === null ? word("allTopics") : this.nameOf(topic, all), () => this.look(topic), { "aria-pressed": String(topic === this.topic) }),
      ),
    );
    const shown = all.filter(({ topic }) => this.topic === null || topic === this.topic);
    this.log.replaceChildren(...shown.map((message) => this.article(message)));
    this.reading.follow();
  }

  look(topic) {
    this.topic = topic;
    this.reading.attend();
    this.draw();
  }

  nameOf(topic, all) {
    const opening = all.find((message) => message.topic === topic && message.text.startsWith("# "));
    return opening?.text.slice(2) ?? `${word("topic")} ${topic}`;
  }

  article(message) {
    return make(
      "article",
      { className: `from-${message.who}` },
      make("small", {}, ...aligned(message.from ?? (message.who === "bot" ? word("shop") : ""), time(message.at))),
      picture(message),
      paper(message),
      textOf(message.text, NO_PHONE),
      make(
        "div",
        { className: "keys" },
        ...message.buttons.map((one) => this.button(one)),
        button(word("reply"), () => this.answer(message), { className: "reply" }),
      ),
    );
  }

  button({ label, url }) {
    if (url) return link(url, label, NO_PHONE, "quiet");
    return button(label, () => this.tell("press", { label }), { className: "quiet" });
  }

  drawMails(mails) {
    const seen = JSON.stringify(mails.map(({ subject, at }) => [subject, at]));
    if (seen === this.mails || !mails.length) return;
    this.mails = seen;
    this.mailbox.replaceChildren(...mails.toReversed().map(letter));
  }
}

function letter({ to, subject, text, attachments, at }) {
  const links = attachments.map((url, number) => make("a", { href: here(url), target: "_blank", rel: "noopener" }, `📎 ${number + 1}`));
  return make(
    "details",
    {},
    make("summary", {}, make("b", { dir: "auto" }, subject), make("small", {}, `${word("to")} `, ...aligned(to, moment(at)))),
    make("pre", { dir: "auto" }, text),
    make("p", {}, ...links),
  );
}
