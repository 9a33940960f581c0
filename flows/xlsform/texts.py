"""The words of a workbook: which language is the form's own, what the others say, and what a chat can show of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from babel import Locale, UnknownLocaleError

from flows.languages import SOURCE_LANGUAGE
from flows.xlsform.cells import Row, Table
from flows.xlsform.unrolling import marked

_CODE = re.compile(r"\(([A-Za-z]{2,3}(?:[-_][A-Za-z]+)?)\)\s*$")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_MARKS = re.compile(r"\*\*|__|^#+ *", re.M)
_TITLE = 40
#: languages by the names people give their columns
_NAMED = {
    (Locale(code).get_display_name("en") or "").lower(): code
    for code in (
        "ar",
        "ku",
        "tr",
        "en",
        "de",
        "fr",
        "es",
        "pt",
        "it",
        "nl",
        "sw",
        "fa",
        "uk",
        "ru",
        "so",
        "am",
        "ne",
        "hi",
    )
} | {
    "français": "fr",
    "francais": "fr",
    "español": "es",
    "عربي": "ar",
    "العربية": "ar",
    "kiswahili": "sw",
    "deutsch": "de",
}

#: what the app of a phone asks by itself, in the languages Wasl speaks
MORE: Mapping[str, str] = {
    "en": "Is there one more: {name}?",
    "ar": "هل هناك المزيد: {name}؟",
    "de": "Gibt es noch mehr: {name}?",
    "fr": "Y en a-t-il d'autres : {name} ?",
}
REST: Mapping[str, str] = {
    "en": "You can write here about the others: {name}",
    "ar": "يمكنكم الكتابة هنا عن البقية: {name}",
    "de": "Über die übrigen können Sie hier schreiben: {name}",
    "fr": "Vous pouvez écrire ici au sujet des autres : {name}",
}
SPECIFY: Mapping[str, str] = {
    "en": "What else?",
    "ar": "ما هو غير ذلك؟",
    "de": "Was sonst?",
    "fr": "Quoi d'autre ?",
}
OTHER: Mapping[str, Mapping[str, str]] = {
    "ar": {"Yes": "نعم", "No": "لا", "Other": "غير ذلك"},
    "de": {"Yes": "Ja", "No": "Nein", "Other": "Anderes"},
    "fr": {"Yes": "Oui", "No": "Non", "Other": "Autre"},
}


@dataclass
class Texts:
    """Collects translations, by (context, sentence)."""

    own: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    #: the languages the workbook itself speaks; what we add in others would leave gaps all around it
    heard: set[str] = field(default_factory=set)
    _source: str = ""
    _raw: dict[str, dict[str, str]] = field(default_factory=dict)
    _contexts: dict[str, str] = field(default_factory=dict)

    def default(self, said: str, survey: Table) -> None:
        """Choose the column whose words are the form's own: English, else the form's default, else the first."""
        columns = [language for language in survey.languages("label") if language]
        english = [language for language in columns if code_of(language) == SOURCE_LANGUAGE]
        named = [language for language in columns if language == said]
        self._source = next(iter([*english, *named, *columns]), "")

    def of(self, table: Table, row: Row, base: str, context: str) -> str:
        """The words of a translated column in the form's own language; the others are remembered for its catalogs."""
        columns = table.languages(base)
        said = {language: row[header] for language, header in columns.items() if row[header]}
        words = said.get(self._source) or said.get("") or next(iter(said.values()), "")
        for language, translation in said.items():
            code = code_of(language)
            if code and code != SOURCE_LANGUAGE and language != self._source:
                self.heard.add(code)
                self.add((context, words), code, translation)
        self._contexts[words] = context
        return words

    def add(self, key: tuple[str, str], language: str, translation: str) -> None:
        if language != SOURCE_LANGUAGE:
            self.own.setdefault(key, {})[language] = translation

    def told(self, key: tuple[str, str]) -> dict[str, str]:
        return dict(self.own.get(key, {}))

    def renamed(self, said: str, now: str, words: str, rename: Callable[[str], str], *, clean: bool) -> None:
        """The sentence is another one now: its translations follow, and are cleaned as it was."""
        context = self._contexts.get(words, "")
        told = self.own.pop((context, words), None)
        if told is not None:
            cleaned = {language: rename(plain(one) if clean else one) for language, one in told.items()}
            self.own.setdefault((context, now), {}).update(cleaned)

    def marked(self, key: tuple[str, str], copy: Sequence[int]) -> None:
        """The sentence says which copy of an inner repeat it belongs to, and so do its translations."""
        context, sentence = key
        if (now := marked(sentence, copy)) != sentence and (told := self.own.pop(key, None)) is not None:
            self.own[context, now] = {language: marked(one, copy) for language, one in told.items()}

    def translate_title(self, settings: Row, title: str, context: str) -> None:
        for header, words in settings.cells.items():
            code = code_of(header.removeprefix("wasl::title::")) if header.startswith("wasl::title::") else ""
            if code:
                self.heard.add(code)
                self.add((context, title), code, words)

    def spoken(self) -> dict[tuple[str, str], dict[str, str]]:
        """The translations in the workbook's languages."""
        kept = {key: {code: one for code, one in told.items() if code in self.heard} for key, told in self.own.items()}
        return {key: told for key, told in kept.items() if told}


def code_of(language: str) -> str:
    """`Arabic (ar)`, `ar` or `Arabic` -> `ar`; empty for none and for what nobody knows."""
    if found := _CODE.search(language):
        return found[1].lower().replace("-", "_").partition("_")[0]
    name = language.strip().lower()
    if name in _NAMED:
        return _NAMED[name]
    if len(name) in (2, 3):
        try:
            return str(Locale.parse(name).language)
        except (UnknownLocaleError, ValueError):
            return ""
    return ""


def plain(words: str) -> str:
    """A sentence without tags and marks that only a form's app draws."""
    return _MARKS.sub("", _TAG.sub("", words)).strip()


def noun(words: str) -> str:
    """A short title made of a question's words."""
    line = re.sub(r"\$\{[^}]*\}", "…", plain(words)).strip().splitlines()
    first = line[0].rstrip(" :?؟.*") if line else ""
    return first if len(first) <= _TITLE else f"{first[: _TITLE - 1].rstrip()}…"
