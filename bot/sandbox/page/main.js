// The page: which phones are on the table, the tools above them, and the stream that keeps all of it true.

import { h, icon } from "./dom.js";
import { Inspector } from "./inspector.js";
import { closeMenu } from "./menu.js";
import { CannotDo, get, post, remove, stream } from "./net.js";
import { Screen } from "./screen.js";
import { directionOf, LANGUAGES, loadWords, localeOf, PHONE_LANGUAGES, say as sayIn, spoken } from "./words.js";

const HOURS = { hour: 3600, day: 86400, days: 3 * 86400 };
const PHONE_WIDTH = 360;
/** Load tests make thousands of phones; the newest ones get a tab. */
const MOST_TABS = 40;

const $ = (id) => document.getElementById(id);
const kept = (name, otherwise) => localStorage.getItem(`wasl.${name}`) || otherwise;
const keep = (name, value) => localStorage.setItem(`wasl.${name}`, value);

const browserLanguage = navigator.language.split("-")[0];
let language = "en";
let ahead = 0;
let phones = [];
/** chat_id -> Screen, least recently looked at first. */
const open = new Map();
const say = (key, values) => sayIn(language, key, values);
let inspector = null;

const house = {
  now: () => new Date(Date.now() + ahead * 1000),
  pageLanguage: () => language,
  confirm: (text, word, detail) => dialog(text, word, { detail }),
  tell: (text, word, dir) => dialog(text, word, { dir, onlyOk: true }),
  editPhone: (phone) => phoneDialog(phone),
  removePhone: async (phone) => {
    if (await dialog(say("remove_sure", { name: phone.name }), say("remove"))) await remove(`/sim/phones/${phone.chat_id}`);
  },
};

// -- dialogs -----------------------------------------------------------------------------------------------------

/** Resolves to true when the person agrees. */
function dialog(text, word, { detail, dir, onlyOk = false, content = null } = {}) {
  const element = $("dialog");
  if (element.open) element.close();
  element.dir = dir || directionOf(language);
  return new Promise((resolve) => {
    const form = h(
      "form",
      { method: "dialog" },
      h("p", { class: "dialog-words", dir: "auto" }, text),
      detail ? h("p", { class: "dialog-detail", dir: "ltr" }, detail) : null,
      content,
      h(
        "div",
        { class: "dialog-buttons" },
        onlyOk ? null : h("button", { type: "button", class: "quiet", onclick: () => element.close("") }, say("cancel")),
        h("button", { type: "submit", class: "firm", value: "yes" }, word),
      ),
    );
    element.replaceChildren(form);
    element.returnValue = "";
    element.onclose = () => resolve(element.returnValue === "yes");
    element.showModal();
  });
}

async function phoneDialog(phone = null) {
  const name = h("input", { name: "name", required: true, maxlength: "64", dir: "auto", autocomplete: "off", value: phone?.name });
  const options = Object.entries(PHONE_LANGUAGES).map(([code, native]) =>
    h("option", { value: code, selected: code === (phone?.language_code || browserLanguage) }, native),
  );
  const choice = h("select", { name: "language" }, options);
  const content = h("div", { class: "fields" }, h("label", {}, say("name"), name), h("label", {}, say("phone_language"), choice));
  if (!(await dialog(say(phone ? "rename" : "add_phone"), say(phone ? "save" : "add"), { content }))) return;
  const given = { name: name.value, language_code: choice.value };
  if (phone) await post(`/sim/phones/${phone.chat_id}/rename`, given);
  else {
    const made = await post("/sim/phones", given);
    if (!phones.some((one) => one.chat_id === made.chat_id)) phones.push(made); // the stream may be slower, or faster
    show(made.chat_id);
  }
}

// -- phones on the table -----------------------------------------------------------------------------------------

const room = () => Math.max(1, Math.floor(($("phones").clientWidth || innerWidth) / PHONE_WIDTH));

/** Bring a phone to the front; on narrow screens it is the only one. */
function show(chatId) {
  const phone = phones.find((one) => one.chat_id === chatId);
  if (!phone) return;
  const screen = open.get(chatId) || newScreen(phone);
  open.delete(chatId);
  open.set(chatId, screen);
  keep("phone", chatId);
  fit();
}

function newScreen(phone) {
  const screen = new Screen(phone, house);
  screen.load().catch(() => {});
  return screen;
}

/** As many phones as there is room for, in the order they were made. */
function fit() {
  const many = room();
  while (open.size > many) open.delete(open.keys().next().value);
  for (const phone of phones) {
    if (open.size >= many) break;
    if (open.has(phone.chat_id)) continue;
    const latest = [...open.entries()];
    open.clear();
    open.set(phone.chat_id, newScreen(phone));
    latest.forEach(([id, screen]) => open.set(id, screen));
  }
  const order = [...open.values()].sort((a, b) => a.phone.chat_id - b.phone.chat_id);
  const elements = order.map((screen) => screen.element);
  const there = [...$("phones").children];
  if (elements.length !== there.length || elements.some((element, at) => element !== there[at])) {
    $("phones").replaceChildren(...elements);
    order.forEach((screen) => screen.toEnd());
  }
  paintTabs();
}

function paintTabs() {
  const current = [...open.keys()].at(-1);
  const tabs = phones.slice(-MOST_TABS).map((phone) =>
    h(
      "button",
      {
        type: "button", role: "tab", class: open.has(phone.chat_id) ? "tab on" : "tab",
        "aria-selected": String(phone.chat_id === current), "data-unread": phone.unread ? "" : undefined,
        onclick: () => {
          phone.unread = false;
          show(phone.chat_id);
        },
      },
      h("bdi", {}, phone.name),
    ),
  );
  $("tabs").replaceChildren(...tabs);
  $("tabs").setAttribute("aria-label", say("phones"));
}

async function load() {
  const [{ phones: list }, clock] = await Promise.all([get("/sim/phones"), get("/sim/clock")]);
  ahead = clock.ahead;
  phones = list;
  if (!phones.length) {
    const speaks = PHONE_LANGUAGES[browserLanguage] ? browserLanguage : "en";
    const first = await post("/sim/phones", { name: sayIn(spoken(speaks, "en"), "first_name"), language_code: speaks });
    if (!phones.some((phone) => phone.chat_id === first.chat_id)) phones.push(first);
  }
  for (const chatId of open.keys()) {
    if (!phones.some((phone) => phone.chat_id === chatId)) open.delete(chatId);
  }
  open.forEach((screen) => screen.load().catch(() => {}));
  const last = Number(kept("phone", 0));
  show(phones.some((phone) => phone.chat_id === last) ? last : phones.at(-1).chat_id);
  paintClock();
  await inspector.load();
}

function hear(event) {
  inspector.hear(event);
  switch (event.event) {
    case "phone": {
      const known = phones.find((phone) => phone.chat_id === event.chat_id);
      if (known) Object.assign(known, event.phone);
      else phones.push(event.phone);
      open.get(event.chat_id)?.hear(event);
      fit();
      break;
    }
    case "phone_gone":
      phones = phones.filter((phone) => phone.chat_id !== event.chat_id);
      open.delete(event.chat_id);
      fit();
      break;
    case "clock":
      ahead = event.ahead;
      paintClock();
      open.forEach((screen) => screen.showAll());
      break;
    case "bot":
      open.forEach((screen) => screen.hear(event));
      break;
    default: {
      const screen = open.get(event.chat_id);
      if (screen) screen.hear(event);
      else if (event.event === "message" && event.message.from_bot) {
        const phone = phones.find((one) => one.chat_id === event.chat_id);
        if (phone && !phone.unread) {
          phone.unread = true;
          paintTabs();
        }
      }
    }
  }
}

// -- the bar -----------------------------------------------------------------------------------------------------

function paintBar() {
  document.documentElement.lang = language;
  document.documentElement.dir = directionOf(language);
  document.title = say("title");
  const label = (element, word, picture, text = false) => {
    element.setAttribute("aria-label", say(word));
    element.title = say(word);
    element.replaceChildren(icon(picture), ...(text ? [h("span", {}, say(word))] : []));
  };
  label($("add"), "add_phone", "plus", true);
  label($("more"), "tools", "menu");
  const select = (word, options, value, act) =>
    h(
      "label",
      { class: "choice" },
      h("span", {}, say(word)),
      h("select", { onchange: (e) => act(e.target.value) }, options.map(([code, text]) => h("option", { value: code, selected: code === value }, text))),
    );
  const jump = Object.entries(HOURS).map(([word, seconds]) =>
    h("button", { type: "button", class: "chip", onclick: () => post("/sim/clock", { seconds }).catch(() => {}) }, say(word)),
  );
  $("tools").replaceChildren(
    h("div", { class: "time", role: "group", "aria-label": say("clock") }, h("span", { class: "clock", title: say("clock") }, icon("clock"), h("time", { id: "now" })), jump),
    select("language", Object.entries(LANGUAGES), language, setLanguage),
    select("theme", ["auto", "day", "night"].map((theme) => [theme, say(`theme_${theme}`)]), kept("theme", "auto"), setTheme),
    h("button", { type: "button", class: "chip", id: "look", "aria-pressed": String(!$("inspector").hidden), onclick: toggleInspector }, icon("look"), say("inspector")),
  );
  paintClock();
}

function paintClock() {
  const format = new Intl.DateTimeFormat(localeOf(language), { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });
  const now = $("now");
  if (now) now.textContent = format.format(house.now());
}

function setLanguage(code) {
  language = code;
  keep("language", code);
  paintBar();
  paintTabs();
  inspector.build();
  open.forEach((screen) => screen.build());
}

function setTheme(theme) {
  keep("theme", theme);
  document.documentElement.dataset.theme = theme;
}

function toggleInspector() {
  $("inspector").hidden = !$("inspector").hidden;
  $("look").setAttribute("aria-pressed", String(!$("inspector").hidden));
  inspector.paint();
  toggleTools(false);
  fit();
}

function toggleTools(on = !$("tools").classList.contains("open")) {
  $("tools").classList.toggle("open", on);
  $("more").setAttribute("aria-expanded", String(on));
}

function reconnected() {
  $("trouble").hidden = true;
  load().catch((error) => {
    if (!(error instanceof CannotDo)) throw error;
  });
}

async function begin() {
  setTheme(kept("theme", "auto"));
  await loadWords();
  language = spoken(kept("language", browserLanguage));
  inspector = new Inspector($("inspector"), say, toggleInspector);
  paintBar();
  $("add").addEventListener("click", () => phoneDialog());
  $("more").addEventListener("click", () => toggleTools());
  document.addEventListener("pointerdown", (event) => {
    if (!$("tools").contains(event.target) && !$("more").contains(event.target)) toggleTools(false);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      closeMenu();
      toggleTools(false);
    }
  });
  addEventListener("resize", fit);
  setInterval(paintClock, 20000);
  stream({
    onOpen: reconnected,
    onEvent: hear,
    onLost: () => {
      $("trouble").textContent = say("lost");
      $("trouble").hidden = false;
    },
  });
}

begin();
