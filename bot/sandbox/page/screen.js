// One phone: its header, its chat, its composer, and what the person does with them.

import { bubble } from "./bubble.js";
import { Composer } from "./composer.js";
import { freshId, h, icon } from "./dom.js";
import { showMenu } from "./menu.js";
import { CannotDo, get, post } from "./net.js";
import { directionOf, localeOf, say as sayIn, spoken } from "./words.js";

const TOAST_MS = 3500;
const TYPING_MS = 5000;
/** After this the spinner of a tapped button stops, answered or not. */
const SPINNER_MS = 60000;

export class Screen {
  /** `house`: now(), pageLanguage(), confirm(text, word), editPhone(phone), removePhone(phone). */
  constructor(phone, house) {
    this.house = house;
    this.phone = phone;
    this.messages = new Map();
    this.waiting = new Map();
    this.bot = { name: "…", description: "", commands: [] };
    this.say = (key, values) => sayIn(this.language, key, values);
    this.time = (seconds) => this.clock.format(new Date(seconds * 1000));
    this.botName = () => this.bot.name;
    this.element = h("section", { class: "phone", role: "tabpanel" });
    this.build();
  }

  get chat() {
    return `/sim/phones/${this.phone.chat_id}`;
  }

  /** Everything whose words depend on the language. */
  build() {
    this.language = spoken(this.phone.language_code, this.house.pageLanguage());
    const locale = localeOf(this.language);
    this.clock = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" });
    this.calendar = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", year: "numeric" });
    this.element.lang = this.language;
    this.element.dir = directionOf(this.language);
    const headingId = freshId("phone");
    this.element.setAttribute("aria-labelledby", headingId);
    this.title = h("h2", { class: "bot-name", id: headingId, dir: "auto" });
    this.status = h("p", { class: "bot-status" });
    const label = this.say("chat_menu");
    this.more = h(
      "button",
      { type: "button", class: "tool", "aria-label": label, title: label, "aria-haspopup": "menu", onclick: () => this.chatMenu() },
      icon("more"),
    );
    this.list = h("ol", { class: "messages", role: "log", "aria-live": "polite", "aria-label": this.say("message") });
    this.scroller = h("div", { class: "scroller", tabindex: "0", onscroll: () => this.scrolled() }, this.list);
    new ResizeObserver(() => this.sticks !== false && this.toEnd()).observe(this.scroller);
    this.newest = h(
      "button",
      { type: "button", class: "newest", hidden: true, "aria-label": this.say("newest"), onclick: () => this.toEnd() },
      icon("down"),
    );
    this.toasts = h("div", { class: "toasts", role: "status", "aria-live": "assertive" });
    this.composer = new Composer(this);
    this.foot = h("div", { class: "foot" });
    this.element.replaceChildren(
      h(
        "header",
        { class: "phone-header" },
        h("img", { class: "avatar", src: "page/mark.svg", alt: "", width: "42", height: "42" }),
        h("div", { class: "bot-words" }, this.title, this.status),
        h("span", { class: "owner", dir: "auto" }, this.phone.name),
        this.more,
      ),
      h("div", { class: "wall" }, this.scroller, this.newest, this.toasts),
      this.foot,
    );
    this.showBot();
    this.showFoot();
    this.showAll();
  }

  /** Read everything again from the server. */
  async load() {
    const [phone] = await Promise.all([get(this.chat), this.loadBot()]);
    this.messages = new Map(phone.messages.map((message) => [message.message_id, message]));
    this.become(phone);
    this.showAll();
  }

  async loadBot() {
    const language = encodeURIComponent(this.phone.language_code);
    this.bot = await get(`/sim/bot?language=${language}&chat_id=${this.phone.chat_id}`);
    this.showBot();
    this.showFoot();
  }

  become(phone) {
    const speaks = phone.language_code !== this.phone.language_code || phone.name !== this.phone.name;
    this.phone = { ...this.phone, ...phone, messages: undefined };
    if (speaks) {
      this.build();
      this.loadBot();
    } else this.showFoot();
  }

  showBot() {
    this.title.textContent = this.bot.name;
    this.status.textContent = this.say("bot");
  }

  showFoot() {
    const { started, blocked, keyboard } = this.phone;
    const state = blocked ? "blocked" : started ? "writing" : "new";
    this.composer.showKeys(keyboard);
    this.composer.slash.hidden = !this.bot.commands.length;
    if (this.state === state && this.foot.childElementCount) return;
    this.state = state;
    const big = (word, gesture) => h("button", { type: "button", class: "big", onclick: () => this.act(gesture) }, this.say(word));
    if (state === "writing") this.foot.replaceChildren(this.composer.element);
    else if (state === "blocked") this.foot.replaceChildren(h("p", { class: "foot-note" }, this.say("blocked")), big("unblock", "unblock"));
    else this.foot.replaceChildren(big("start", "start"));
    if (!this.messages.size) this.showAll();
  }

  // -- the chat --------------------------------------------------------------------------------------------------

  showAll() {
    const children = [];
    let day = "";
    for (const message of this.messages.values()) {
      const its = this.dayOf(message.date);
      if (its !== day) children.push(this.dayMark((day = its)));
      children.push(this.bubbleOf(message));
    }
    if (!children.length && !this.phone.started) children.push(this.welcome());
    this.list.replaceChildren(...children);
    this.toEnd();
  }

  welcome() {
    return h(
      "li",
      { class: "welcome" },
      h("img", { src: "page/mark.svg", alt: "", width: "72", height: "72" }),
      h("h3", { dir: "auto" }, this.bot.description || this.say("hello")),
      h("p", {}, this.say("hello_more")),
    );
  }

  dayOf(seconds) {
    const day = new Date(seconds * 1000).toDateString();
    const now = this.house.now();
    if (day === now.toDateString()) return this.say("today");
    const before = new Date(now);
    before.setDate(before.getDate() - 1);
    if (day === before.toDateString()) return this.say("yesterday");
    return this.calendar.format(new Date(seconds * 1000));
  }

  dayMark(words) {
    return h("li", { class: "day" }, h("span", {}, words));
  }

  bubbleOf(message) {
    return bubble(message, this, {
      tap: (one, button) => this.tap(one, button),
      waits: (one, button) => this.waiting.has(`${one.message_id}/${button.callback_data}`),
      menu: (one, anchor) => this.messageMenu(one, anchor),
      command: (text) => this.act("say", { text }),
      link: (url) => this.link(url),
    });
  }

  find(messageId) {
    return this.list.querySelector(`[data-id="${messageId}"]`);
  }

  repaint(messageId) {
    const message = this.messages.get(messageId);
    const old = this.find(messageId);
    if (!message || !old) return;
    const focused = [...old.querySelectorAll("button")].indexOf(document.activeElement);
    const fresh = this.bubbleOf(message);
    const stay = this.atEnd();
    old.replaceWith(fresh);
    if (focused >= 0) fresh.querySelectorAll("button")[focused]?.focus({ preventScroll: true });
    if (stay) this.toEnd();
  }

  hear(event) {
    switch (event.event) {
      case "message": {
        const { message } = event;
        const stay = this.atEnd() || !message.from_bot;
        const last = [...this.messages.values()].at(-1);
        if (this.messages.has(message.message_id)) return;
        this.messages.set(message.message_id, message);
        if (!last) this.list.replaceChildren();
        const day = this.dayOf(message.date);
        if (!last || this.dayOf(last.date) !== day) this.list.append(this.dayMark(day));
        const element = this.bubbleOf(message);
        element.classList.add("arriving");
        this.list.append(element);
        if (message.from_bot) this.showBot();
        if (stay) this.toEnd();
        break;
      }
      case "edited":
        if (!this.messages.has(event.message.message_id)) return;
        this.messages.set(event.message.message_id, event.message);
        this.repaint(event.message.message_id);
        break;
      case "deleted":
        event.message_ids.forEach((id) => {
          this.messages.delete(id);
          this.find(id)?.remove();
        });
        this.list.querySelectorAll(".day").forEach((mark) => {
          if (!mark.nextElementSibling || mark.nextElementSibling.classList.contains("day")) mark.remove();
        });
        break;
      case "cleared":
        this.showAll();
        break;
      case "answered":
        this.answered(event);
        break;
      case "action":
        this.status.textContent = this.say("typing");
        clearTimeout(this.typing);
        this.typing = setTimeout(() => this.showBot(), TYPING_MS);
        break;
      case "phone":
        this.become(event.phone);
        break;
      case "bot":
        this.loadBot();
        break;
    }
  }

  atEnd() {
    return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < 60;
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  scrolled() {
    this.sticks = this.newest.hidden = this.atEnd();
  }

  // -- what the person does --------------------------------------------------------------------------------------

  /** A gesture; its answer, or null when it wasn't possible (and the person was told). */
  async act(gesture, given = {}) {
    try {
      return await post(`${this.chat}/${gesture}`, given);
    } catch (error) {
      if (!(error instanceof CannotDo)) throw error;
      this.toast(error.message || this.say("lost"));
      return null;
    }
  }

  async tap(message, button) {
    if (button.url) return this.link(button.url);
    if (button.copy_text) return this.copy(button.copy_text.text);
    const key = `${message.message_id}/${button.callback_data}`;
    if (this.waiting.has(key)) return undefined;
    this.waiting.set(key, null);
    this.repaint(message.message_id);
    const done = await this.act("tap", { message_id: message.message_id, data: button.callback_data });
    if (done && this.waiting.get(key) !== "done") {
      this.waiting.set(key, done.query_id);
      setTimeout(() => this.calm(done.query_id), SPINNER_MS);
      if (this.early?.has(done.query_id)) this.calm(done.query_id);
    } else {
      this.waiting.delete(key);
      this.repaint(message.message_id);
    }
    return undefined;
  }

  answered({ query_id: query, text, show_alert: alert }) {
    // The answer may come over the stream before the tap's own response does.
    this.early = (this.early || new Set()).add(query);
    this.calm(query);
    if (text && alert) this.house.tell(text, this.say("ok"), this.element.dir);
    else if (text) this.toast(text);
  }

  calm(query) {
    for (const [key, value] of this.waiting) {
      if (value !== query) continue;
      this.waiting.delete(key);
      this.repaint(Number(key.split("/")[0]));
    }
  }

  toast(text) {
    const toast = h("p", { class: "toast", dir: "auto" }, text);
    this.toasts.append(toast);
    setTimeout(() => toast.remove(), TOAST_MS);
  }

  async copy(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      return;
    }
    this.toast(this.say("copied"));
  }

  async link(url) {
    if (!/^(https?:|mailto:|tel:)/i.test(url)) return;
    if (await this.house.confirm(this.say("open_link"), this.say("open"), url)) window.open(url, "_blank", "noopener,noreferrer");
  }

  menu(anchor, items) {
    showMenu(this.element, anchor, items.filter(Boolean).map(([picture, word, act]) => [picture, this.say(word), act]));
  }

  messageMenu(message, anchor) {
    const { from_bot: theirs, message_id: id, text } = message;
    this.menu(anchor, [
      ["reply", "reply", () => this.composer.reply(message)],
      text && !message.protected && ["copy", "copy", () => this.copy(text)],
      text && !theirs && ["edit", "edit", () => this.composer.edit(message)],
      ["bin", "delete", () => this.act("delete", { message_id: id })],
      ["bin", "delete_both", () => this.act("delete", { message_id: id, for_both: true })],
    ]);
  }

  editLast() {
    const own = [...this.messages.values()].filter((message) => !message.from_bot && message.text).at(-1);
    if (own) this.composer.edit(own);
  }

  chatMenu() {
    const { blocked } = this.phone;
    this.menu(this.more, [
      ["edit", "rename", () => this.house.editPhone(this.phone)],
      ["bin", "clear", () => this.act("clear")],
      ["block", blocked ? "unblock" : "block", () => this.act(blocked ? "unblock" : "block")],
      ["close", "remove_phone", () => this.house.removePhone(this.phone)],
    ]);
  }

  showCommands(anchor) {
    showMenu(
      this.element,
      anchor,
      this.bot.commands.map(({ command, description }) => [
        null,
        description,
        () => this.act("say", { text: `/${command}` }),
        `/${command}`,
      ]),
    );
  }
}
