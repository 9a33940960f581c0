// Elements made from plain values. Text always becomes a text node, never markup.

export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const PATHS = {
  send: "M20 12L4 4l4 8-4 8z M8 12h12",
  attach: "M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.4 3.4 0 0 1 4.8 4.8L9.5 17a1.7 1.7 0 0 1-2.4-2.4L14.5 7.5",
  mic: "M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3z M6 11a6 6 0 0 0 12 0 M12 17v4",
  stop: "M7 7h10v10H7z",
  more: "M12 5.5v.01 M12 12v.01 M12 18.5v.01",
  plus: "M12 5v14 M5 12h14",
  close: "M6 6l12 12 M18 6L6 18",
  menu: "M5 7h14 M5 12h14 M5 17h14",
  copy: "M9 9h10v11H9z M5 15V4h10",
  link: "M8 16L17 7 M10 7h7v7",
  lock: "M6 11h12v9H6z M9 11V8a3 3 0 0 1 6 0v3",
  file: "M7 3h7l4 4v14H7z M14 3v4h4",
  photo: "M4 5h16v14H4z M4 16l5-5 4 4 3-3 4 4 M15.5 9v.01",
  person: "M12 4a4 4 0 0 1 0 8 4 4 0 0 1 0-8z M4 21c0-4 4-6 8-6s8 2 8 6",
  place: "M12 21c5-6 7-9 7-12a7 7 0 0 0-14 0c0 3 2 6 7 12z M12 9.5v.01",
  down: "M6 10l6 6 6-6",
  clock: "M12 3a9 9 0 0 1 0 18 9 9 0 0 1 0-18z M12 7v5l3 3",
  look: "M4 6h16v12H4z M9 10l-2 2 2 2 M15 10l2 2-2 2",
  phone: "M8 2h8a2 2 0 0 1 2 2v16a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2z M11 18.5h2",
  edit: "M4 20l1-4L16 5l3 3L8 19z",
  reply: "M10 7l-6 5 6 5 M4 12h9a7 7 0 0 1 7 7",
  bin: "M5 7h14 M9 7V4h6v3 M7 7l1 13h8l1-13",
  block: "M12 3a9 9 0 0 1 0 18 9 9 0 0 1 0-18z M6 6l12 12",
};

/** A line drawing. `flip` mirrors it where the writing goes right to left. */
export function icon(name, { flip = false } = {}) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `icon icon-${name}${flip ? " flip" : ""}`);
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

let serial = 0;
export const freshId = (prefix) => `${prefix}-${++serial}`;
