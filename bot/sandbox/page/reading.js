// Where the reader of a conversation is: at its end, or at the top of what they have not seen yet.

const NEAR = 80; // pixels from the end of the log that still count as reading along
const ABOVE = 12; // pixels between the top of the log and what is read from there

export class Reading {
  constructor(log) {
    this.log = log;
    this.placed = 0; // pixels: where this put the log last
    this.begin();
    log.addEventListener("scroll", () => this.moved());
    log.addEventListener("load", () => this.follow(), { capture: true }); // a picture takes its room late
    new ResizeObserver(() => this.follow()).observe(log);
  }

  /** Another conversation, read from its end. */
  begin() {
    this.expecting = false; // whether something was done that asks for an answer
    this.attend();
  }

  /** The reader did something that will be answered. */
  expect() {
    this.expecting = true;
  }

  /** What comes next is what the reader wants to see, from its beginning. */
  attend() {
    this.atEnd = true;
    this.unseen = null;
  }

  /** Something new came. */
  arrived(element) {
    if (this.expecting) this.begin();
    this.unseen ??= element;
  }

  /** A message gave way to its newer self, or to nothing. */
  replaced(element, by = null) {
    if (this.unseen === element) this.unseen = by;
  }

  /** Stay at the end, for who is there. */
  follow() {
    if (this.atEnd) this.scroll();
  }

  /** To the end, but not past the top of what is unseen: a long answer is read from its beginning. */
  scroll() {
    const end = this.log.scrollHeight - this.log.clientHeight;
    const top = this.unseen ? this.unseen.offsetTop - this.log.offsetTop - ABOVE : end;
    this.log.scrollTop = Math.min(top, end);
    this.placed = this.log.scrollTop;
  }

  /** The reader scrolled; what this has set itself tells nothing, for a picture may have taken its room since. */
  moved() {
    const { scrollHeight, scrollTop, clientHeight } = this.log;
    if (Math.abs(scrollTop - this.placed) <= 1) return;
    this.atEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    if (this.atEnd && scrollTop > this.placed) this.unseen = null; // all is seen
  }
}
