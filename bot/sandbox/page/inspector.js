// For authors of forms: the last updates the bot was sent, and its last calls, refused ones in red.

import { h, icon } from "./dom.js";
import { get } from "./net.js";

const MOST = 150;

export class Inspector {
  /** `say` speaks the page's language; `onClose` is called by its own close button. */
  constructor(element, say, onClose) {
    this.element = element;
    this.say = say;
    this.onClose = onClose;
    this.calls = [];
    this.updates = [];
    this.showing = "calls";
    this.refusedOnly = false;
    this.build();
  }

  build() {
    const { say } = this;
    const tab = (what) =>
      h(
        "button",
        {
          type: "button", class: "chip", "aria-pressed": String(this.showing === what),
          onclick: () => {
            this.showing = what;
            this.build();
          },
        },
        say(what),
      );
    const only = h("input", {
      type: "checkbox", checked: this.refusedOnly,
      onchange: (event) => {
        this.refusedOnly = event.target.checked;
        this.paint();
      },
    });
    this.list = h("ol", { class: "entries", dir: "ltr", lang: "en" });
    this.element.setAttribute("aria-label", say("inspector"));
    this.element.replaceChildren(
      h(
        "header",
        { class: "inspector-header" },
        h("h2", {}, say("inspector")),
        h("button", { type: "button", class: "tool", "aria-label": say("close"), onclick: this.onClose }, icon("close")),
      ),
      h("div", { class: "inspector-tools" }, tab("calls"), tab("updates"), this.showing === "calls" ? h("label", {}, only, say("refused_only")) : null),
      this.list,
    );
    this.paint();
  }

  async load() {
    this.calls = (await get(`/sim/calls?limit=${MOST}`)).calls;
    this.paint();
  }

  hear(event) {
    if (event.event === "call") this.add(this.calls, event.call);
    else if (event.event === "update") this.add(this.updates, event.update);
  }

  add(list, item) {
    list.push(item);
    if (list.length > MOST) list.shift();
    if (!this.element.hidden && !this.due) {
      this.due = requestAnimationFrame(() => {
        this.due = 0;
        this.paint();
      });
    }
  }

  paint() {
    if (this.element.hidden) return;
    const open = new Set([...this.list.querySelectorAll("details[open]")].map((one) => one.dataset.key));
    const items = this.showing === "calls" ? this.calls.filter((call) => call.refused || !this.refusedOnly) : this.updates;
    const entries = [...items].reverse().map((item) => this.entry(item, open));
    this.list.replaceChildren(...(entries.length ? entries : [h("li", { class: "nothing" }, this.say("nothing_yet"))]));
  }

  entry(item, open) {
    const call = this.showing === "calls";
    const key = call ? `${item.at}/${item.method}/${JSON.stringify(item.values)}` : String(item.update_id);
    const kind = call ? item.method : Object.keys(item).find((name) => name !== "update_id") || "?";
    const chat = call ? item.values.chat_id : item[kind]?.from?.id;
    const details = h(
      "details",
      { "data-key": key, open: open.has(key) },
      h(
        "summary",
        {},
        h("code", {}, kind),
        h("span", { class: "entry-chat" }, chat ?? ""),
        call ? h("span", { class: item.refused ? "code bad" : "code" }, String(item.code)) : h("span", { class: "code" }, String(item.update_id)),
        item.refused ? h("span", { class: "reason" }, item.refused) : null,
      ),
      h("pre", { tabindex: "0" }, JSON.stringify(call ? item.values : item, null, 2)),
    );
    return h("li", { class: item.refused ? "refused" : "" }, details);
  }
}
