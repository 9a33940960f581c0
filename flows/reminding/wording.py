"""What a message that we send by ourselves may not say: whoever looks on must learn nothing from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flows.languages import utf16_length

LONGEST = 1000
#: Beginnings of words that give the matter away, decide a fate or promise something.
TELLING: Mapping[str, tuple[str, ...]] = {
    "ar": (
        "مفقود",
        "مختف",
        "اختف",
        "سجن",
        "معتقل",
        "اعتقال",
        "متوف",
        "جثة",
        "رفات",
        "شهيد",
        "بلاغ",
        "نضمن",
        "ضحية",
        "وفاة",
    ),
    "ku": ("winda", "girtîgeh", "zindan", "mirî", "şehîd", "cenaze"),
    "tr": ("kayıp", "kaybol", "hapis", "cezaevi", "gözaltı", "ölü", "ceset", "şehit", "garanti"),
    "en": (
        "missing",
        "disappear",
        "prison",
        "detain",
        "victim",
        "deceased",
        "corpse",
        "remains",
        "guarantee",
        "died",
        "killed",
    ),
    "de": ("vermisst", "verschw", "gefängnis", "haft", "opfer", "leiche", "tote", "gestorben", "getötet", "garantie"),
    "fr": ("disparu", "prison", "détenu", "victime", "décéd", "cadavre", "mort", "tué", "garanti"),
}


def complaints(texts: Mapping[str, str], offered: tuple[str, ...], names: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with a broadcast's texts, a sentence each with its remedy. `names`: the organisation's, by language."""
    for language in offered:
        text = texts.get(language, "").strip()
        if not text:
            yield f"`text.{language}` is missing: the bot speaks {', '.join(offered)}, and every family must be able to read it."
            continue
        if (length := utf16_length(text)) > LONGEST:
            yield f"`text.{language}` has {length} characters; at most {LONGEST} can be taken in at a glance."
        found = [word for word in TELLING.get(language, ()) if word in text.lower()]
        if found:
            yield f"`text.{language}` says {found[0]!r}, and others may see the phone: say it without naming the matter."
        name = names.get(language, "")
        if name and name.lower() in text.lower():
            yield f"`text.{language}` names the organisation, and others may see the phone: leave the name out."
        if "http://" in text or "https://" in text or "t.me/" in text:
            yield f"`text.{language}` holds an address: families are told never to follow one, so leave it out."
    for language in texts.keys() - set(offered):
        yield f"`text.{language}` is for nobody: the bot speaks {', '.join(offered)}. Remove it."
