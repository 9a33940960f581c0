// Checks a receipt (flows/receipts.py) with nothing but what is in this page; `verifyAsync` is noble-ed25519's.
const KEYS = %KEYS%;
const SIGNED = new TextEncoder().encode("wasl-receipt/1\0");
const LENGTH = 109, HEAD = 45;
const SAID = {
  genuine: ["الإيصال صحيح.", "The receipt is genuine."],
  none: ["لا يوجد هنا إيصال كامل.", "There is no whole receipt here."],
  key: ["وُقّع بمفتاح آخر غير المعروف لهذه الصفحة.", "It was signed with another key than this page knows."],
  signature: ["الإيصال غير صحيح: تغيّر فيه شيء أو هو مزوّر.", "The receipt is not genuine: something in it was changed, or it is forged."],
};
const at = (id) => document.getElementById(id);
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));

function read(words) {
  const found = [...words.matchAll(/W1\.\s*((?:[A-Za-z0-9_-]\s*){146})(?![A-Za-z0-9_-])/g)];
  if (found.length !== 1) return null;
  const letters = found[0][1].replace(/\s+/g, "").replace(/-/g, "+").replace(/_/g, "/");
  const bytes = Uint8Array.from(atob(letters + "=="), (letter) => letter.charCodeAt(0));
  return bytes.length === LENGTH && bytes[0] === 1 ? bytes : null;
}

async function verdict(bytes) {
  if (!bytes) return "none";
  const key = KEYS[hex(bytes.slice(37, HEAD))];
  if (!key) return "key";
  const signed = new Uint8Array(SIGNED.length + HEAD);
  signed.set(SIGNED);
  signed.set(bytes.slice(0, HEAD), SIGNED.length);
  try {
    return (await verifyAsync(bytes.slice(HEAD), signed, unhex(key), { zip215: false })) ? "genuine" : "signature";
  } catch {
    return "signature";
  }
}

async function check() {
  const bytes = read(at("receipt").value);
  const said = await verdict(bytes);
  const answer = at("answer");
  answer.className = said === "genuine" ? "genuine" : "refused";
  answer.textContent = SAID[said][0];
  const english = document.createElement("span");
  english.lang = "en";
  english.dir = "ltr";
  english.textContent = SAID[said][1];
  answer.append(english);
  at("details").hidden = said !== "genuine";
  if (said !== "genuine") return;
  const days = (bytes[1] << 8) | bytes[2];
  at("day").textContent = new Date(days * 86400000).toISOString().slice(0, 10);
  at("revision").textContent = String((bytes[3] << 8) | bytes[4]);
  at("digest").textContent = hex(bytes.slice(5, 37));
  at("key").textContent = hex(bytes.slice(37, HEAD));
}

at("check").addEventListener("click", check);
at("keys").textContent = Object.keys(KEYS).join(", ");
if ("BarcodeDetector" in window) {
  at("by-picture").hidden = false;
  at("picture").addEventListener("change", async (event) => {
    const image = await createImageBitmap(event.target.files[0]);
    const codes = await new BarcodeDetector({ formats: ["qr_code"] }).detect(image);
    at("receipt").value = codes.map((code) => code.rawValue).join("\n");
    await check();
  });
}
