// A small menu that opens at a button, closes on Escape or a press elsewhere, and is walked with the arrow keys.

import { h, icon } from "./dom.js";

let open = null;

export function closeMenu() {
  open?.();
}

/** `items`: [icon, label, act]; falsy ones are left out. `host` is the positioned element it is drawn in. */
export function showMenu(host, anchor, items) {
  closeMenu();
  const list = h("div", { class: "menu", role: "menu" });
  const close = () => {
    list.remove();
    document.removeEventListener("pointerdown", outside, true);
    open = null;
  };
  const outside = (event) => list.contains(event.target) || close();
  const buttons = items.filter(Boolean).map(([picture, label, act, hint]) =>
    h(
      "button",
      {
        type: "button", role: "menuitem", class: "menu-item",
        onclick: () => {
          close();
          act();
        },
      },
      picture ? icon(picture, { flip: picture === "reply" }) : null,
      h("span", { dir: "auto" }, label, hint ? h("small", {}, hint) : null),
    ),
  );
  list.append(...buttons);
  list.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(document.activeElement);
    if (event.key === "Escape") {
      close();
      anchor.focus();
    } else if (event.key === "ArrowDown") buttons[(at + 1) % buttons.length].focus();
    else if (event.key === "ArrowUp") buttons[(at + buttons.length - 1) % buttons.length].focus();
    else return;
    event.preventDefault();
  });
  host.append(list);
  place(list, host, anchor);
  document.addEventListener("pointerdown", outside, true);
  open = close;
  buttons[0]?.focus({ preventScroll: true });
}

function place(list, host, anchor) {
  const frame = host.getBoundingClientRect();
  const spot = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = list;
  const x = Math.min(Math.max(8, spot.left - frame.left), frame.width - width - 8);
  const below = spot.bottom - frame.top + 4;
  const y = below + height > frame.height - 8 ? Math.max(8, spot.top - frame.top - height - 4) : below;
  list.style.left = `${x}px`;
  list.style.top = `${y}px`;
}
