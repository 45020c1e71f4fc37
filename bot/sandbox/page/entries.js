// A list that is drawn anew without disturbing its reader: what is open stays open, what has the focus keeps it.

import { make } from "./elements.js";
import { word } from "./words.js";

const NEWEST = 4; // rows that are seen at once
const MOST_ROWS = 30;

export class Entries {
  /** `draw` makes one record's row; a record's `key` names it for as long as it lives. */
  constructor(draw) {
    this.draw = draw;
    this.drawn = "";
    this.list = make("ul", { className: "entries" });
  }

  /** Show these records, given oldest first, newest first. */
  take(records) {
    const seen = JSON.stringify(records);
    if (seen === this.drawn || this.busy()) return;
    this.drawn = seen;
    const open = this.keys("details[open]");
    const focused = this.keys(":focus");
    const rows = records.toReversed().slice(0, MOST_ROWS).map((one) => this.row(one));
    this.list.replaceChildren(...(rows.length ? rows.slice(0, NEWEST) : [make("li", { className: "none" }, word("nothingYet"))]));
    if (rows.length > NEWEST) this.list.append(older(rows.slice(NEWEST)));
    for (const row of this.list.querySelectorAll("li")) {
      if (open.has(row.dataset.key)) row.querySelector("details").open = true;
      if (focused.has(row.dataset.key)) row.querySelector("summary")?.focus();
    }
  }

  /** Somebody is choosing or typing here: what they look at must not move away. */
  busy() {
    return this.list.querySelector(".menu[open], input:focus") !== null;
  }

  row(record) {
    const row = this.draw(record);
    row.dataset.key = record.key;
    return row;
  }

  /** The rows in which something is so. */
  keys(something) {
    return new Set([...this.list.querySelectorAll(something)].map((part) => part.closest("li").dataset.key));
  }
}

function older(rows) {
  const folded = make("details", {}, make("summary", {}, `${word("older")} (${rows.length})`), make("ul", { className: "entries" }, ...rows));
  return make("li", { className: "older", "data-key": "older" }, folded);
}
