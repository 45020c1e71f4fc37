// The ledger: money in, lines bought, money back, and what can happen to each of them outside the chat.

import { aligned, fillMenu, icon, make } from "./elements.js";
import { Entries } from "./entries.js";
import { moment, money, word } from "./words.js";
import { Refused, tell } from "./world.js";

const REFUNDS = [["refund", "refund"], ["refundFails", "refund-fails"]];
// What can happen next at the bank, by how a payment stands now.
const HAPPENINGS = {
  succeeded: [...REFUNDS, ["dispute", "dispute"]],
  partially_refunded: [...REFUNDS, ["dispute", "dispute"]],
  refunded: [["refundFails", "refund-fails"]],
  disputed: [["disputeWon", "dispute-won"], ["disputeLost", "dispute-lost"]],
  failed: [["expire", "expire"]],
};
const NOT_TAKEN = ["failed", "expired", "open", "pending", "declined", "canceled", "requires_payment_method"];

export class Ledger {
  constructor(root) {
    this.complaint = make("p", { className: "complaint", role: "status", hidden: true });
    this.sums = make("dl", { className: "sums" });
    this.payments = new Entries((record) => (record.session === undefined ? star(record) : this.charge(record)));
    this.lines = new Entries((record) => (record.notes === undefined ? refill(record) : this.line(record)));
    root.append(
      make("h2", {}, word("books")),
      this.sums,
      make("h3", {}, word("payments")),
      this.payments.list,
      make("h3", {}, word("lines")),
      this.lines.list,
      this.complaint,
    );
  }

  take(books) {
    this.heldBefore = this.held;
    this.held = books.held_back;
    const heldBack = Math.min(this.heldBefore ?? 0, this.held ?? 0); // what is only passing through is not worth a word
    this.sumUp([
      ["moneyIn", moneyIn(books)],
      ["linesBought", books.lines.length],
      ["linesDelivered", new Set(books.delivered.map(({ iccid }) => iccid)).size],
      ["moneyBack", moneyBack(books)],
      ...metered(books.metering),
      ...(heldBack ? [["heldBack", heldBack]] : []),
    ]);
    this.payments.take([...books.charges.map((charge) => withReturns(charge, books)), ...books.stars.map((star) => ({ ...star, key: star.order }))]);
    this.lines.take([...books.lines, ...books.refills].map((one) => ({ ...one, key: `${one.iccid} ${one.created_at}` })));
  }

  sumUp(sums) {
    const seen = JSON.stringify(sums);
    if (seen === this.summed) return;
    this.summed = seen;
    this.sums.replaceChildren(...sums.map(([key, value]) => make("div", {}, make("dt", {}, word(key)), make("dd", {}, String(value)))));
  }

  charge({ session, order, amount, currency, status, returns }) {
    const back = returns.filter((one) => one !== "succeeded").map((one) => `↩ ${standing(one)}`);
    return make(
      "li",
      {},
      make("b", {}, money(amount, currency)),
      make("span", { className: `status ${NOT_TAKEN.includes(status) ? "not" : ""}` }, [standing(status), ...back].join(" ")),
      session ? this.menu(session, HAPPENINGS[status] ?? []) : null,
      make("small", { title: order ?? "" }, order ?? session ?? ""),
    );
  }

  menu(session, happenings) {
    if (!happenings.length) return null;
    const menu = make(
      "details",
      { className: "menu" },
      make("summary", { "aria-label": word("atTheBank"), title: word("atTheBank") }, icon("more")),
      make("div", { className: "choices" }),
    );
    fillMenu(menu, happenings.map(([key, call]) => [word(key), () => this.act(`/world/checkouts/${encodeURIComponent(session)}/${call}`)]));
    return menu;
  }

  line({ iccid, sku, notes, created_at }) {
    const used = make("input", { type: "number", min: 0, max: 1_000_000, placeholder: "500", "aria-label": word("usedSoFar") });
    const form = make("form", { className: "usage" }, make("label", {}, word("usedSoFar"), used), make("button", {}, word("set")));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.act("/world/usage", { iccid, used_bytes: Math.round(used.valueAsNumber * 1024 ** 2) || 0 });
      document.activeElement.blur();
    });
    return make(
      "li",
      {},
      make("details", {}, make("summary", {}, make("b", {}, String(sku)), make("small", {}, ...aligned(tail(iccid), moment(created_at)))), make("p", { className: "iccid" }, ...aligned(iccid, notes)), form),
    );
  }

  async act(path, body = {}) {
    this.complaint.hidden = true;
    try {
      await tell(path, body);
    } catch (refusal) {
      if (!(refusal instanceof Refused)) throw refusal;
      this.complaint.textContent = refusal.message;
      this.complaint.hidden = false;
    }
  }
}

/** A charge with how its refunds stand. */
function withReturns(charge, { refunds }) {
  const returns = refunds.filter(({ session }) => session === charge.session).map(({ status }) => status);
  return { ...charge, returns, key: charge.session ?? charge.order };
}

function star({ order, amount, refunded }) {
  return make("li", {}, make("b", {}, money(amount, "XTR")), make("span", { className: "status" }, refunded ? "↩" : ""), make("small", { title: order }, order));
}

function refill({ iccid, sku, created_at }) {
  return make("li", {}, make("b", {}, `${word("refill")} ${sku}`), make("small", {}, ...aligned(tail(iccid), moment(created_at))));
}

/** How a payment or refund stands, in the reader's words; the bank's own where we have none. */
function standing(status) {
  const key = `status ${status}`;
  return word(key) === key ? status : word(key);
}

/** The end of an ICCID, which tells lines apart. */
function tail(iccid) {
  return make("bdi", { dir: "ltr" }, `…${iccid.slice(-6)}`);
}

/** What WhatsApp has charged for this month: free-form messages of the free ones, and all that cost something. */
function metered({ free, free_used, billed }) {
  const paid = Object.values(billed).reduce((sum, many) => sum + many, 0);
  return [
    ["whatsappFree", `${free_used} / ${free}`],
    ["whatsappBilled", paid],
  ];
}

function moneyIn({ charges, stars }) {
  return total([
    ...charges.filter(({ status }) => !NOT_TAKEN.includes(status)),
    ...stars.map(({ amount }) => ({ amount, currency: "XTR" })),
  ]);
}

function moneyBack({ refunds, stars }) {
  return total([
    ...refunds.filter(({ status }) => !NOT_TAKEN.includes(status)),
    ...stars.filter(({ refunded }) => refunded).map(({ amount }) => ({ amount, currency: "XTR" })),
  ]);
}

function total(amounts) {
  const sums = new Map();
  for (const { amount, currency } of amounts) sums.set(currency, (sums.get(currency) ?? 0) + amount);
  return [...sums].map(([currency, amount]) => money(amount, currency)).join(" + ") || "—";
}
