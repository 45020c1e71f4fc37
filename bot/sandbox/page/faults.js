// Switches for what can go wrong, and the shop's clock.

import { button, make } from "./elements.js";
import { moment, span, word } from "./words.js";
import { ask, Refused, tell } from "./world.js";

const NAMES = { keepgo: "KeepGo", airalo: "Airalo", stripe: "Stripe", telegram: "Telegram", whatsapp: "WhatsApp" };
const HOLDING = ["updates-held", "events-held"]; // they hold until switched off, however often that is
const FOREVER = 1_000_000;
const STEPS = [["PT1H", 1, "hour"], ["P1D", 1, "day"], ["P7D", 7, "day"], ["P30D", 30, "day"], ["P90D", 90, "day"]];

export class Faults {
  constructor(root) {
    this.root = root;
    this.often = make("select", {}, ...[["once", 1], ["thrice", 3], ["untilOff", FOREVER]].map(([key, times]) => make("option", { value: times }, word(key))));
    this.services = make("div", { className: "services" });
    this.complaint = make("p", { className: "complaint", role: "status", hidden: true });
    root.append(
      make("h2", {}, word("faults")),
      make("label", { className: "often" }, word("howOften"), this.often),
      this.services,
      button(word("allWell"), () => this.replace([]), { className: "quiet" }),
      this.complaint,
    );
  }

  take({ armed, kinds }) {
    this.armed = armed;
    if (!this.services.childElementCount) this.lay(kinds);
    for (const box of this.services.querySelectorAll("input")) {
      const mine = armed.filter(({ service, fault }) => service === box.name && fault === box.value);
      box.checked = mine.length > 0;
      box.parentElement.querySelector("small").textContent = times(mine);
    }
  }

  lay(kinds) {
    for (const [service, faults] of Object.entries(kinds)) {
      const redeliver = () => this.attempt(tell("/world/redeliver", { service, last: 1, times: 1 }));
      const again = service === "keepgo" ? null : button(word("sendAgain"), redeliver, { className: "quiet" });
      this.services.append(
        make("details", {}, make("summary", {}, NAMES[service] ?? service), ...faults.map((fault) => this.toggle(service, fault)), again),
      );
    }
  }

  toggle(service, fault) {
    const box = make("input", { type: "checkbox", role: "switch", name: service, value: fault });
    box.addEventListener("change", () => (box.checked ? this.arm(service, fault) : this.replace(this.armed.filter((one) => one.service !== service || one.fault !== fault))));
    return make("label", { className: "switch" }, box, make("span", {}, word(`fault ${fault}`)), make("small", { dir: "ltr" }));
  }

  arm(service, fault) {
    const often = HOLDING.includes(fault) ? {} : { times: Number(this.often.value) };
    return this.attempt(tell("/world/faults", { service, fault, ...often }));
  }

  /** The world disarms everything at once, so what is to stay is armed again. */
  replace(staying) {
    const rearm = async () => {
      await tell("/world/faults", {}, "DELETE");
      for (const fault of staying) await tell("/world/faults", fault);
    };
    return this.attempt(rearm());
  }

  async attempt(doing) {
    this.complaint.hidden = true;
    try {
      await doing;
    } catch (refusal) {
      if (!(refusal instanceof Refused)) throw refusal;
      this.complaint.textContent = refusal.message;
      this.complaint.hidden = false;
    }
    this.take(await ask("/world/faults"));
  }
}

export class ShopClock {
  constructor(root) {
    this.now = make("output", {});
    this.steps = STEPS.map(([advance, count, unit]) => button(`+ ${span(count, unit)}`, () => this.advance(advance)));
    root.append(make("h2", {}, word("shopClock")), this.now, make("div", { className: "steps" }, ...this.steps));
  }

  take({ now }) {
    if (!this.moving) this.now.textContent = moment(now);
  }

  async advance(by) {
    this.moving = true;
    this.now.textContent = word("clockMoves");
    for (const step of this.steps) step.disabled = true;
    try {
      await tell("/world/clock", { advance: by });
    } catch (refusal) {
      if (!(refusal instanceof Refused)) throw refusal;
    }
    this.moving = false;
    for (const step of this.steps) step.disabled = false;
    this.take(await ask("/world/clock"));
  }
}

function times(faults) {
  if (!faults.length) return "";
  const left = faults.reduce((sum, { times }) => sum + (times ?? FOREVER), 0);
  return left > FOREVER / 2 ? "∞" : `×${left}`;
}
