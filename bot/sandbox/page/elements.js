// Making parts of the page: elements, icons, menus that close themselves.

const SVG = "http://www.w3.org/2000/svg";

/** An element with properties and children; text is always text. */
export function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in element) element[key] = value;
    else if (value !== undefined && value !== null) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Values in one line, each reading in its own direction. */
export function aligned(...values) {
  return values.filter(Boolean).flatMap((value, at) => [at ? " · " : "", make("bdi", {}, value)]);
}

/** One of the drawings in icons.svg. */
export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `/page/icons.svg#${name}`);
  drawing.append(use);
  return drawing;
}

/** A plain button that does something. */
export function button(label, onclick, properties = {}) {
  return make("button", { type: "button", onclick, ...properties }, ...[label].flat());
}

/** Fill a <details class="menu"> with choices; each closes it. */
export function fillMenu(menu, choices) {
  menu.querySelector(".choices").replaceChildren(
    ...choices.map(([label, act]) =>
      button(label, () => {
        menu.open = false;
        menu.querySelector("summary").focus();
        act();
      }),
    ),
  );
}

/** Open menus close on Escape and on a click elsewhere. */
export function closeMenus() {
  document.addEventListener("click", ({ target }) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(target)) menu.open = false;
  });
  document.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}

/** A number on a badge; none when there is nothing to see. */
export function count(badge, number) {
  badge.textContent = number > 99 ? "99+" : String(number);
  badge.hidden = number === 0;
}
