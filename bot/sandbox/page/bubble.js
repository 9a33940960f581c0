// One message as a bubble, with its buttons below.

import { h, icon } from "./dom.js";
import { lines } from "./lines.js";

/** `acts`: tap(message, button), menu(message, anchor), command(text), link(url); `waits(message, button)`. */
export function bubble(message, phone, acts) {
  const { say, time } = phone;
  const words = message.text
    ? h("div", { class: "words" }, lines(message.text, message.entities, { onCommand: acts.command, onLink: acts.link }))
    : null;
  const meta = h(
    "div",
    { class: "meta" },
    message.protected ? h("span", { title: say("protected") }, icon("lock")) : null,
    message.edited ? h("span", {}, say("edited")) : null,
    h("time", { datetime: new Date(message.date * 1000).toISOString() }, time(message.date)),
  );
  const menu = h(
    "button",
    { type: "button", class: "bubble-menu", "aria-label": say("message_menu"), "aria-haspopup": "menu", onclick: (e) => acts.menu(message, e.currentTarget) },
    icon("down"),
  );
  const body = h("div", { class: "bubble" }, quoted(message), media(message, say), words, meta, menu);
  listenForLongPress(body, () => acts.menu(message, menu));
  const who = message.from_bot ? phone.botName() : say("you");
  return h(
    "li",
    {
      class: `message ${message.from_bot ? "theirs" : "mine"}${message.protected ? " protected" : ""}${message.media_group_id ? " album" : ""}`,
      "data-id": message.message_id,
    },
    h("span", { class: "hidden-words" }, `${who}: `),
    body,
    message.keyboard.length ? keyboard(message, acts) : null,
  );
}

function keyboard(message, acts) {
  return h(
    "div",
    { class: "keyboard" },
    message.keyboard.map((row) =>
      h(
        "div",
        { class: "keyboard-row" },
        row.map((button) => {
          const waiting = acts.waits(message, button);
          return h(
            "button",
            {
              type: "button",
              class: `key${waiting ? " waiting" : ""} ${button.style || ""}`,
              "aria-busy": waiting ? "true" : undefined,
              onclick: () => acts.tap(message, button),
            },
            h("span", { dir: "auto", class: "key-words" }, button.text),
            button.copy_text ? icon("copy") : button.url ? icon("link", { flip: true }) : null,
          );
        }),
      ),
    ),
  );
}

function quoted(message) {
  if (!message.reply_to) return null;
  return h("div", { class: "quoted", dir: "auto" }, message.reply_to.text || "…");
}

function media(message, say) {
  const file = message.media;
  if (!file) return null;
  const url = file.file_id ? `/sim/files/${encodeURIComponent(file.file_id)}` : "";
  switch (file.kind) {
    case "photo":
      return h("img", { class: "photo", src: url, alt: say("photo"), width: file.width, height: file.height, loading: "lazy" });
    case "voice":
      return h("audio", { class: "voice", src: url, controls: true, preload: "metadata", "aria-label": say("voice") });
    case "document":
      return h(
        "a",
        { class: "document", href: url, download: file.file_name },
        h("span", { class: "round" }, icon("file")),
        h("span", { class: "document-words" }, h("bdi", {}, file.file_name || say("document")), h("small", { dir: "ltr" }, size(file.file_size))),
      );
    case "contact":
      return h(
        "div",
        { class: "document" },
        h("span", { class: "round" }, icon("person")),
        h("span", { class: "document-words" }, h("bdi", {}, file.first_name), h("small", { dir: "ltr" }, file.phone_number)),
      );
    default:
      return h(
        "div",
        { class: "document" },
        h("span", { class: "round" }, icon("place")),
        h("span", { class: "document-words" }, h("small", { dir: "ltr" }, `${file.latitude?.toFixed(4)}, ${file.longitude?.toFixed(4)}`)),
      );
  }
}

function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(0)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

const LONG_PRESS_MS = 500;

/** Right click, the menu key, and a long press where the system has no gesture of its own for it. */
function listenForLongPress(element, act) {
  let timer = 0;
  element.addEventListener("contextmenu", (event) => {
    event.preventDefault();
    act();
  });
  element.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch") timer = setTimeout(act, LONG_PRESS_MS);
  });
  for (const end of ["pointerup", "pointercancel", "pointermove"]) element.addEventListener(end, () => clearTimeout(timer));
}
