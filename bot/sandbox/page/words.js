// The page's own words, by language; a phone speaks its person's language where we have it, else the page's.
// To add a language: put words/xx.json beside the others and its code and name into LANGUAGES.

export const LANGUAGES = { en: "English", ar: "العربية", de: "Deutsch", fr: "Français" };
/** What a phone may be set to: what Telegram would tell the bot. */
export const PHONE_LANGUAGES = {
  ar: "العربية", ku: "Kurdî", tr: "Türkçe", en: "English", de: "Deutsch", fr: "Français",
};
const RTL = new Set(["ar", "fa", "he", "ur", "ckb"]);
const catalogs = {};

export const directionOf = (language) => (RTL.has(language.split("-")[0]) ? "rtl" : "ltr");
/** Syria writes كانون الثاني, not يناير; digits as in codes and phone numbers. */
export const localeOf = (language) => (language === "ar" ? "ar-SY-u-nu-latn" : language || "en");

export async function loadWords() {
  await Promise.all(
    Object.keys(LANGUAGES).map(async (code) => {
      catalogs[code] = await (await fetch(`page/words/${code}.json`)).json();
    }),
  );
}

export const spoken = (language, otherwise = "en") => (catalogs[language] ? language : otherwise);

/** The word for `key`, with {name} filled in. */
export function say(language, key, values = {}) {
  const text = catalogs[spoken(language)]?.[key] ?? catalogs.en?.[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
