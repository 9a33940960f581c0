// Where the person writes: text, files, voice, commands, and the bot's reply keyboard below.

import { h, icon } from "./dom.js";

const MOST_LINES_PX = 140;

/** As near to Telegram's voice messages (OGG with Opus) as the browser can record; bots may refuse others. */
const RECORDED_AS = ["audio/ogg;codecs=opus", "audio/mp4;codecs=opus", "audio/mp4"];

export class Composer {
  /** `phone` is the Screen it belongs to. */
  constructor(phone) {
    this.phone = phone;
    this.editing = null;
    this.replying = null;
    this.recorder = null;
    const { say } = phone;
    this.input = h("textarea", {
      class: "input", rows: "1", dir: "auto", "aria-label": say("message"), placeholder: say("write"), maxlength: "4096",
      enterkeyhint: "send", oninput: () => this.grown(), onkeydown: (event) => this.pressed(event),
    });
    this.note = h("div", { class: "composer-note", hidden: true });
    this.attach = this.tool("attach", "attach", () => this.chooseFile());
    this.slash = this.tool("menu", "commands", () => phone.showCommands(this.slash));
    this.go = h("button", { type: "button", class: "send", onclick: () => this.submit() });
    this.keys = h("div", { class: "reply-keys", hidden: true });
    this.file = h("input", { type: "file", multiple: true, hidden: true, tabindex: "-1", onchange: () => this.sendFiles() });
    this.element = h(
      "div",
      { class: "composer-area" },
      this.note,
      h("div", { class: "composer" }, this.slash, this.attach, this.input, this.go, this.file),
      this.keys,
    );
    this.grown();
  }

  tool(picture, word, act) {
    const label = this.phone.say(word);
    return h("button", { type: "button", class: "tool", "aria-label": label, title: label, onclick: act }, icon(picture));
  }

  /** The send button is a microphone while there is nothing to send. */
  grown() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, MOST_LINES_PX)}px`;
    const voice = !this.input.value.trim() && !this.editing && Boolean(navigator.mediaDevices && window.MediaRecorder);
    const word = this.recorder ? "stop" : voice ? "record" : "send";
    this.go.replaceChildren(icon({ stop: "stop", record: "mic", send: "send" }[word], { flip: word === "send" }));
    this.go.className = `send ${word}`;
    this.go.setAttribute("aria-label", this.phone.say(word));
    this.go.title = this.phone.say(word);
  }

  pressed(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      if (this.input.value.trim()) this.submit();
    } else if (event.key === "Escape" && (this.editing || this.replying)) {
      event.stopPropagation();
      this.forgetNote();
    } else if (event.key === "ArrowUp" && !this.input.value) {
      this.phone.editLast();
    }
  }

  async submit() {
    if (this.recorder) return this.recorder.stop();
    const text = this.input.value;
    if (!text.trim()) return this.record();
    const { editing, replying } = this;
    // Taken out of the field at once: what is typed before the answer comes is the next message, not to be cleared with this one.
    this.input.value = "";
    this.forgetNote();
    this.input.focus();
    const done = editing
      ? await this.phone.act("edit", { message_id: editing.message_id, text })
      : await this.phone.act("say", { text, reply_to: replying?.message_id });
    if (!done) this.putBack(text, editing, replying);
  }

  /** What could not be sent stands in the field again, before what was typed since. */
  putBack(text, editing, replying) {
    const since = this.input.value;
    if (editing && !this.editing && !this.replying) this.edit(editing);
    else if (replying && !this.editing && !this.replying) this.reply(replying);
    this.input.value = [text, since].filter(Boolean).join("\n");
    this.grown();
  }

  edit(message) {
    this.noteOn("editing", message);
    this.editing = message;
    this.input.value = message.text;
    this.grown();
    this.input.focus();
  }

  reply(message) {
    this.noteOn("replying", message);
    this.replying = message;
    this.input.focus();
  }

  noteOn(word, message) {
    this.forgetNote();
    const label = this.phone.say("cancel");
    this.note.replaceChildren(
      icon(word === "editing" ? "edit" : "reply", { flip: true }),
      h("span", { class: "note-words" }, h("strong", {}, this.phone.say(word)), h("span", { dir: "auto" }, message.text)),
      h("button", { type: "button", class: "tool", "aria-label": label, onclick: () => this.forgetNote() }, icon("close")),
    );
    this.note.hidden = false;
  }

  forgetNote() {
    if (this.editing) this.input.value = "";
    this.editing = this.replying = null;
    this.note.hidden = true;
    this.grown();
  }

  chooseFile() {
    const pick = (kind, accept) => () => {
      this.kind = kind;
      this.file.accept = accept;
      this.file.click();
    };
    this.phone.menu(this.attach, [
      ["photo", "photo", pick("photo", "image/*")],
      ["file", "document", pick("document", "")],
      ["mic", "voice_file", pick("voice", "audio/*")],
      ["person", "contact", () => this.phone.act("contact")],
      ["place", "location", () => this.phone.act("location")],
    ]);
  }

  async sendFiles() {
    const form = new FormData();
    for (const file of this.file.files) form.append(this.kind, file, file.name);
    const caption = this.input.value;
    form.append("caption", caption);
    this.file.value = this.input.value = "";
    this.grown();
    if (!(await this.phone.act("upload", form))) this.putBack(caption);
  }

  async record() {
    if (!navigator.mediaDevices || !window.MediaRecorder) return;
    let sound;
    try {
      sound = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      this.phone.toast(this.phone.say("no_microphone"));
      return;
    }
    const parts = [];
    const began = Date.now();
    const mimeType = RECORDED_AS.find((type) => MediaRecorder.isTypeSupported(type));
    const recorder = (this.recorder = new MediaRecorder(sound, mimeType ? { mimeType } : {}));
    recorder.ondataavailable = (event) => parts.push(event.data);
    recorder.onstop = () => {
      sound.getTracks().forEach((track) => track.stop());
      this.recorder = null;
      this.grown();
      const form = new FormData();
      form.append("voice", new Blob(parts, { type: recorder.mimeType.split(";")[0] }), "voice");
      form.append("duration", String(Math.max(1, Math.round((Date.now() - began) / 1000))));
      this.phone.act("upload", form);
    };
    recorder.start();
    this.grown();
  }

  /** The bot's keyboard in place of the letters, or nothing. */
  showKeys(markup) {
    this.keys.hidden = !markup;
    this.keys.replaceChildren(
      ...(markup?.keyboard || []).map((row) =>
        h(
          "div",
          { class: "keyboard-row" },
          row.map((key) =>
            h("button", { type: "button", class: "key plain", onclick: () => this.phone.act("tap", { text: key.text }) }, h("span", { dir: "auto", class: "key-words" }, key.text)),
          ),
        ),
      ),
    );
    if (markup?.input_field_placeholder) this.input.placeholder = markup.input_field_placeholder;
    else this.input.placeholder = this.phone.say("write");
  }
}
