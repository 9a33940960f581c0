// Text and entities into elements: one block per line, so that each line finds its own direction, as in Telegram.

import { h } from "./dom.js";

const BLOCKS = { blockquote: "quote", expandable_blockquote: "quote", pre: "pre" };
const SAFE_LINK = /^(https?:\/\/|tel:|mailto:)/i;

/** `onCommand(text)` is called when a /command is pressed, `onLink(url)` when a link is. */
export function lines(text, entities, { onCommand, onLink }) {
  const result = [];
  let from = 0;
  for (const line of text.split("\n")) {
    const to = from + line.length;
    const inside = entities.filter((one) => one.offset < to && one.offset + one.length > from);
    const block = inside.find((one) => BLOCKS[one.type]);
    const element = h("div", { dir: "auto", class: block ? `line ${BLOCKS[block.type]}` : "line" });
    if (line) element.append(...pieces(text, from, to, inside.filter((one) => !BLOCKS[one.type]), onCommand, onLink));
    else element.append(h("br"));
    result.push(element);
    from = to + 1;
  }
  return result;
}

function pieces(text, from, to, entities, onCommand, onLink) {
  const cuts = new Set([from, to]);
  for (const one of entities) {
    cuts.add(Math.max(from, one.offset));
    cuts.add(Math.min(to, one.offset + one.length));
  }
  const sorted = [...cuts].sort((a, b) => a - b);
  return sorted.slice(0, -1).map((start, index) => {
    const end = sorted[index + 1];
    let node = document.createTextNode(text.slice(start, end));
    const around = entities.filter((one) => one.offset <= start && one.offset + one.length >= end);
    for (const one of around.reverse()) node = dressed(one, node, text, onCommand, onLink);
    return node;
  });
}

const TAGS = { bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code" };

function dressed(entity, node, text, onCommand, onLink) {
  const words = text.slice(entity.offset, entity.offset + entity.length);
  switch (entity.type) {
    case "spoiler":
      return h(
        "span",
        { class: "spoiler", tabindex: "0", role: "button", onclick: reveal, onkeydown: (e) => e.key === "Enter" && reveal(e) },
        node,
      );
    case "bot_command":
      return h("button", { type: "button", class: "inline-link", onclick: () => onCommand(words) }, node);
    case "url":
    case "text_link":
    case "email": {
      const url = entity.url || (entity.type === "email" ? `mailto:${words}` : words);
      if (!SAFE_LINK.test(url)) return node;
      return h("button", { type: "button", class: "inline-link", title: url, onclick: () => onLink(url) }, node);
    }
    default:
      return TAGS[entity.type] ? h(TAGS[entity.type], {}, node) : node;
  }
}

const reveal = (event) => event.currentTarget.classList.add("seen");
