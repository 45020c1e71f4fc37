// A text with Telegram's formatting: entities are counted in UTF-16 units, as strings are here too.

import { make } from "./elements.js";
import { link } from "./message.js";

const SET_IN = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote", spoiler: "mark",
};

/** The text as it is to be read; entities nest, outer ones first. */
export function formatted(text, entities, phone) {
  const body = make("div", { className: "text", dir: "auto" });
  body.append(...within(text, 0, text.length, entities, phone));
  return body;
}

function within(text, start, end, entities, phone) {
  const nodes = [];
  let from = start;
  let rest = entities;
  while (rest.length) {
    const [{ type, offset, length, url }, ...others] = rest;
    const until = offset + length;
    const inside = others.filter((other) => other.offset < until);
    rest = others.slice(inside.length);
    nodes.push(text.slice(from, offset), setting(type, url, text.slice(offset, until), within(text, offset, until, inside, phone), phone));
    from = until;
  }
  return [...nodes, text.slice(from, end)];
}

function setting(type, url, plain, children, phone) {
  if (type === "text_link" || type === "url") return link(url ?? complete(plain), children, phone);
  if (type === "bot_command") return link(`tg:${plain}`, children, { follow: () => (phone.say(plain), true) });
  if (type === "copy_text" || !(type in SET_IN)) return make("span", {}, ...children);
  return make(SET_IN[type], {}, ...children);
}

function complete(address) {
  return /^[a-z]+:/i.test(address) ? address : `https://${address}`;
}
