"""Looks over the sentences Rasa learns and is tested with: enough, none twice, none that teaches a test or says two things.

    python nlu/check.py              every language
    python nlu/check.py ar ku        these only

Needs PyYAML and nothing else, on Python 3.10 or later. `problems` gives complaints as sentences, none when all is well.
"""

import itertools
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

INTENTS = (
    "report_missing",
    "check_status",
    "add_information",
    "have_information",
    "withdraw_report",
    "talk_to_person",
    "help",
    "change_language",
    "affirm",
    "deny",
    "dont_know",
    "skip",
    "go_back",
    "pause",
    "cancel",
    "greet",
    "thanks",
    "faq_privacy",
    "faq_cost",
    "faq_how_long",
    "faq_who_are_you",
    "faq_dna",
    "faq_death_certificate",
    "report_scam",
    "distress",
    "out_of_scope",
)
# those Wasl was made for, and any that has got sentences since
_WRITTEN = sorted(path.stem for path in Path(__file__).parent.glob("data/*.yml"))
LANGUAGES = tuple(dict.fromkeys(("ar", "ar-Latn", "ku", "tr", "en", "de", "fr", *_WRITTEN)))
FOLDERS = {"train": "data", "test": "tests", "acceptance": "acceptance"}
ENOUGH = {"train": 50, "test": 10, "acceptance": 10}  # sentences per intent and language
ENOUGH_ARABIZI = {
    "train": 30,
    "test": 6,
    "acceptance": 6,
}  # written the way it sounds, by few: the sentences cost more than they bring
LONGEST = 600  # characters; the bot sends no more of a message than this
ALIKE = 0.85  # share of common letter triples (Dice) from which a test sentence counts as a training sentence again
ANSWERS = "answers.yml"
ENOUGH_ANSWERS = 320

_INVISIBLE = re.compile("[\u00ad\u061c\u0640\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0e\ufe0f\ufeff]")
_ARABIC = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه", "ک": "ك", "ء": ""}
)
_LATIN = str.maketrans({"ı": "i", "ß": "ss", "œ": "oe", "æ": "ae", "ø": "o"})


class Sentence(NamedTuple):
    """One example: the part it belongs to (train, test), language, intent, and the words as written."""

    part: str
    language: str
    intent: str
    words: str

    def place(self) -> str:
        return f"{self.part} {self.language} {self.intent}"


def fold(words: str) -> str:
    """The words as two spellings of one sentence share them: no case, accent, punctuation, emoji, space or doubled letter.

    What has no letter or digit in it (an emoji, "؟") stays as it is, or all of it would be one sentence.
    """
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", words)).translate(_ARABIC).casefold().translate(_LATIN)
    bare = "".join(sign for sign in unicodedata.normalize("NFD", plain) if not unicodedata.combining(sign))
    letters = "".join(sign for sign in bare if sign.isalnum()).translate(_ARABIC)
    return re.sub(r"([^\W\d])\1+", r"\1", letters) or plain.strip()


def close_fold(words: str) -> str:
    """As `fold`, but accents and doubled letters stay: Turkish süre (time) is not English sure."""
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", words)).casefold()
    return "".join(sign for sign in plain if sign.isalnum() or unicodedata.combining(sign)) or plain.strip()


def problems(root: Path | str, languages: Iterable[str] = LANGUAGES) -> list[str]:
    """Complaints about the sentences under a folder, one sentence each; an empty list when there are none.

    A file that is not readable YAML raises yaml.YAMLError; every other fault is a complaint.
    """
    wanted = tuple(languages)
    found, sentences = _read_all(Path(root), wanted)
    found += _too_few(sentences, wanted)
    found += _unfit(sentences)
    found += _said_twice(sentences)
    found += _test_taught(sentences, wanted)
    found += _answers(Path(root) / FOLDERS["test"] / ANSWERS)
    return found


def counts(root: Path | str, languages: Iterable[str] = LANGUAGES) -> dict[tuple[str, str, str], int]:
    """How many sentences each (part, language, intent) has; pairs without any are left out."""
    sentences = _read_all(Path(root), languages)[1]
    return dict(Counter((s.part, s.language, s.intent) for s in sentences))


def _read_all(root: Path, languages: Iterable[str]) -> tuple[list[str], list[Sentence]]:
    """What `_read` says of each language's files, together."""
    complaints: list[str] = []
    sentences: list[Sentence] = []
    for language in languages:
        for part, folder in FOLDERS.items():
            found, read = _read(part, language, root / folder / f"{language}.yml")
            complaints += found
            sentences += read
    return complaints, sentences


def _read(part: str, language: str, path: Path) -> tuple[list[str], list[Sentence]]:
    """Complaints about the file's shape, and the sentences in it."""
    if not path.is_file():
        return [f"{part} {language}: there is no file {path.name}."], []
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict) or content.get("version") != "3.1" or not isinstance(content.get("nlu"), list):
        return [f'{part} {language}: {path.name} is not Rasa NLU data with version "3.1" and a list under nlu.'], []
    complaints: list[str] = []
    sentences: list[Sentence] = []
    seen: set[str] = set()
    for block in content["nlu"]:
        intent = block.get("intent") if isinstance(block, dict) else None
        examples = block.get("examples") if isinstance(block, dict) else None
        if intent not in INTENTS or not isinstance(examples, str):
            complaints.append(f"{part} {language}: a block without a known intent and its examples ({intent}).")
            continue
        if intent in seen:
            complaints.append(f"{part} {language} {intent}: stands in two blocks; one is enough.")
        seen.add(intent)
        for line in examples.splitlines():
            if line.startswith("- "):
                sentences.append(Sentence(part, language, intent, line[2:].strip()))
            elif line.strip():
                complaints.append(f'{part} {language} {intent}: "{line}" does not begin with "- ".')
    return complaints, sentences


def _too_few(sentences: list[Sentence], languages: tuple[str, ...]) -> Iterator[str]:
    tally = Counter((s.part, s.language, s.intent) for s in sentences)
    for (part, enough), language, intent in itertools.product(ENOUGH.items(), languages, INTENTS):
        floor = ENOUGH_ARABIZI[part] if language == "ar-Latn" else enough
        there = tally[part, language, intent]
        if there < floor:
            yield f"{part} {language} {intent}: {there} sentences, {floor} are needed."


def _unfit(sentences: list[Sentence]) -> Iterator[str]:
    for sentence in sentences:
        if not sentence.words:
            yield f"{sentence.place()}: an empty sentence."
        elif len(sentence.words) > LONGEST:
            yield f'{sentence.place()}: longer than {LONGEST} characters: "{sentence.words[:60]}…".'
        elif sentence.words.startswith("/") or re.search(r"\]\s*[({]", sentence.words):
            yield f'{sentence.place()}: Rasa would read "{sentence.words}" as a command or an entity.'


def _said_twice(sentences: list[Sentence]) -> Iterator[str]:
    """The same words twice in one language however spelt, or exactly the same in two: one joint model learns them all."""
    alike: dict[tuple[str, str], list[Sentence]] = defaultdict(list)
    for sentence in sentences:
        alike[sentence.language, fold(sentence.words)].append(sentence)
        alike["", close_fold(sentence.words)].append(sentence)
    for (language, _), group in alike.items():
        for first, second in itertools.combinations(group, 2):
            if not language and first.language == second.language:
                continue  # seen under its own language
            if first.intent != second.intent:
                yield f'"{second.words}" stands under two intents: {first.place()} and {second.place()}.'
            elif first.part != second.part:
                yield f'"{second.words}" stands in two parts: {first.place()} and {second.place()}.'
            elif language:
                yield f'"{second.words}" stands twice: {second.place()}.'


def _test_taught(sentences: list[Sentence], languages: tuple[str, ...]) -> Iterator[str]:
    """Test sentences that differ from a training sentence of their language by a few letters only."""
    for language in languages:
        taught = [(s, _triples(s.words)) for s in sentences if s.part == "train" and s.language == language]
        holders: dict[str, list[int]] = defaultdict(list)
        for number, (_, triples) in enumerate(taught):
            for triple in triples:
                holders[triple].append(number)
        for sentence in (s for s in sentences if s.part != "train" and s.language == language):
            triples = _triples(sentence.words)
            # Only those that share a triple: looking at every pair takes minutes.
            common = Counter(number for triple in triples for number in holders[triple])
            for number, count in common.items():
                other, others = taught[number]
                same = 2 * count / (len(triples) + len(others))
                if same >= ALIKE and fold(sentence.words) != fold(other.words):
                    yield f'{sentence.place()}: "{sentence.words}" is nearly "{other.words}" in training ({other.intent}).'


def _triples(words: str) -> frozenset[str]:
    padded = f"  {fold(words)}  "
    return frozenset(padded[i : i + 3] for i in range(len(padded) - 2))


def _answers(path: Path) -> Iterator[str]:
    """Answers may be the same words as a command (a person named سلام): only the question asked tells them apart."""
    if not path.is_file():
        yield f"There is no file {path.name}."
        return
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(rows, list):
        yield f"{path.name} is not a list."
        return
    seen: set[tuple[str, str]] = set()
    for row in rows:
        fields = row if isinstance(row, dict) else {}
        if set(fields) != {"language", "text", "kind"} or not all(isinstance(field, str) for field in fields.values()):
            yield f"{path.name}: {row!r} is not a row of language, text and kind, each a string."
            continue
        if row["language"] not in LANGUAGES:
            yield f"{path.name}: no such language, {row['language']}."
        key = (row["language"], fold(row["text"]))
        if key in seen:
            yield f'{path.name}: "{row["text"]}" stands twice.'
        seen.add(key)
    if len(rows) < ENOUGH_ANSWERS:
        yield f"{path.name}: {len(rows)} answers, {ENOUGH_ANSWERS} are needed."


def main(arguments: list[str]) -> int:
    """Print the counts and the complaints; 1 when there are any."""
    here = Path(__file__).parent
    languages = tuple(arguments) or LANGUAGES
    tally = counts(here, languages)
    for part, language in itertools.product(ENOUGH, languages):
        per_intent = [tally.get((part, language, intent), 0) for intent in INTENTS]
        print(
            f"{part:10} {language:7} {sum(per_intent):5} sentences, {min(per_intent)} to {max(per_intent)} per intent"
        )
    complaints = problems(here, languages)
    print("\n".join(complaints) or "No complaints.")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
