"""An XLSForm workbook -> a form's YAML and its catalogs. Everything wrong with it is said at once, by sheet, row and column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flows.load import BadForm, Mistake, parse_form
from flows.own_words import OwnWords
from flows.reach import unsendable
from flows.transcript import FACTS
from flows.xlsform.cells import BadSheet, Fault, Row, Table, read_tables
from flows.xlsform.kinds import ASKED, NOT_COLLECTED, READS, TODAY, UNSUPPORTED
from flows.xlsform.names import Names
from flows.xlsform.texts import MORE, OTHER, REST, SPECIFY, Texts, code_of, noun, plain
from flows.xlsform.unrolling import ENDS, MOST_COPIES, MOST_DEEP, block, can_hold, marked
from flows.xlsform.validating import validated
from flows.xlsform.yaml_text import Place, dump, places

_TRUE = frozenset({"yes", "true", "true()", "1", "y"})
_FALSE = frozenset({"", "no", "false", "false()", "0", "n"})
#: what a chat does not do with a question, but what is kept for the way back
_KEPT = frozenset(
    {"default", "read_only", "required_message", "guidance_hint", "parameters", "appearance", "repeat_count"}
    | {"media::image", "media::video", "media::big-image", "autoplay", "accuracythreshold", "trigger"}
)
#: our own keys and whether they are texts, which have translations
OWN: Mapping[str, bool] = {
    "title": True,
    "before": True,
    "thanks": True,
    "ends": True,
    "shows": True,
    "note": False,
    "reads": False,
    "field": False,
    "sets": False,
    "ends_unless": False,
    "for_each": False,
    "purpose": False,
    "sensitivity": False,
    "adds": False,
    "menu": False,
    "calls_person": False,
    "attention": False,
}
_TEXTS = ("label", "hint", "constraint_message")
_SELECT = re.compile(r"(select(?:_| )?(?:one|multiple|all that apply)|select1|select)(?:\s+from)?(?:\s+(.*))?", re.I)
_FACT = re.compile(r"(?<!\$)\{([a-z_]+)\}")
_COLUMN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_NEVER_ENDED = "this is never ended; add a row 'end group' or 'end repeat'"
_ODK_X = ("clause", "values_list", "display.prompt.text")


@dataclass(frozen=True, slots=True)
class Imported:
    """A form as text, its translations, and what a chat does otherwise than the workbook says."""

    text: str
    own: OwnWords
    remarks: tuple[str, ...]


def import_form(path: Path) -> Imported:
    """The form in a workbook. `BadSheet` with everything wrong when it cannot be taken whole; OSError when not read."""
    return _Importer(path).run()


@dataclass
class _Importer:
    path: Path
    faults: list[Fault] = field(default_factory=list)
    remarks: dict[str, list[int]] = field(default_factory=dict)
    names: Names = field(default_factory=Names)
    texts: Texts = field(default_factory=Texts)
    where: dict[int, Place] = field(default_factory=dict)
    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    filters: dict[str, set[str]] = field(default_factory=dict)
    ours: bool = False

    def run(self) -> Imported:
        tables = read_tables(self.path)
        survey = tables.get("survey")
        if survey is None:
            listed = ", ".join(tables) or "none"
            raise BadSheet(
                [Fault(str(self.path), "survey", 1, "", f"there is no sheet 'survey'; sheets here: {listed}")]
            )
        self._heads(survey)
        if self.faults:
            raise BadSheet(self.faults)
        self.faults += validated(self.path, survey)
        settings = next(iter(tables.get("settings", Table("settings", {})).rows), Row(2, {}))
        self.ours = any(header.startswith("wasl::") for header in survey.letters)
        self.texts.default(settings["default_language"], survey)
        rows = [row for row in survey.rows if row["type"] and row["disabled"].lower() not in _TRUE]
        self._name(rows)
        self._filters(rows)
        self._choices(tables.get("choices", Table("choices", {})))
        title = settings["form_title"] or settings["form_id"] or self.path.stem
        form: dict[str, Any] = {
            "form": settings["form_id"] or self.path.stem,
            "version": settings["version"] or "1",
            "title": title,
        }
        form["questions"] = questions = self._rows(survey, iter(rows), None)
        used = set(_lists(questions))
        lists = {name: entries for name, entries in self.lists.items() if name in used or (self.ours and entries)}
        if lists:
            form = {**form, "choices": lists, "questions": form.pop("questions")}
        self.texts.translate_title(settings, title, form["form"])
        return self._checked(form)

    def _checked(self, form: dict[str, Any]) -> Imported:
        """The form as the loader takes it; what the loader finds is said of the cell it came from."""
        text, own = dump(form), self.texts.spoken()
        try:
            flow = parse_form(text, file=str(self.path), recipients=("example",), own=own)
            mistakes = [Mistake(str(self.path), question.line, says) for question, says in unsendable(flow)]
        except BadForm as bad:
            mistakes = list(bad.mistakes)
        if mistakes:
            known = places(text, form, self.where)
            for mistake in mistakes:
                place = known.at(mistake.line)
                first = mistake.says.split(" ")[0].rstrip(":")  # "relevant names …", "constraint: …"
                column = place.column(first) or place.column(known.key_at(mistake.line))
                fault = Fault(str(self.path), place.sheet, place.row, column, mistake.says)
                if not any((one.sheet, one.row) == (fault.sheet, fault.row) for one in self.faults):
                    self.faults.append(fault)
        if self.faults:
            raise BadSheet(sorted(self.faults, key=lambda fault: (fault.sheet != "survey", fault.row)))
        return Imported(text, own, tuple(self._remarked()))

    # -- what is said ----------------------------------------------------------------------------------------------------

    def wrong(self, table: Table, row: int, header: str, says: str) -> None:
        fault = Fault(str(self.path), table.name, row, table.letters.get(header, ""), says)
        if fault not in self.faults:  # a row of an inner repeat is looked at once for each copy
            self.faults.append(fault)

    def remark(self, row: Row, says: str) -> None:
        rows = self.remarks.setdefault(says, [])
        if row.number not in rows:
            rows.append(row.number)

    def _remarked(self) -> Iterator[str]:
        for says, rows in self.remarks.items():
            yield f"{says} (row{'s' if len(rows) > 1 else ''} {', '.join(map(str, rows))})"

    # -- before the questions --------------------------------------------------------------------------------------------

    def _heads(self, survey: Table) -> None:
        if any(head in survey.letters for head in _ODK_X):
            head = next(head for head in _ODK_X if head in survey.letters)
            self.wrong(survey, 1, head, "this is a form of ODK-X, another format; write it as an XLSForm")
            return
        for head in ("type", "name"):
            if head not in survey.letters:
                self.wrong(survey, 1, "", f"there is no column {head!r}; an XLSForm needs type, name and label")
        if not survey.languages("label"):
            self.wrong(survey, 1, "", "there is no column 'label'; families need words to answer")

    def _name(self, rows: list[Row]) -> None:
        """All names first: an expression may stand before the question it names."""
        for row in rows:
            kind = _kind(row)
            if kind not in ENDS and (kind != "begin group" or row["wasl::menu"]):
                name = row["name"] or f"{_letters(kind)}_{row.number}"
                self.names.rows[row.number] = self.names.question(name)

    def _filters(self, rows: list[Row]) -> None:
        for row in rows:
            if words := row["choice_filter"]:
                named = set(_COLUMN.findall(re.sub(r"""'[^']*'|"[^"]*"|\$\{[^}]*\}""", " ", words)))
                self.filters.setdefault(_list_of(row), set()).update(named)

    def _choices(self, table: Table) -> None:
        head = "list_name" if "list_name" in table.letters else "list"
        for row in table.rows:
            name, list_name = row["name"], row[head]
            if not list_name or not name or row["wasl::given"]:
                continue
            entry: dict[str, Any] = {"name": self.names.choice(name)}
            label = self.texts.of(table, row, "label", list_name) or name
            entry["label"] = self._sayable(table, row, "label", label)
            self._own(table, row, entry, list_name)
            columns = {
                key: row[key] for key in sorted(self.filters.get(list_name, ())) if key in row.cells and key != "name"
            }
            if columns:
                entry["columns"] = {key: self.names.choices.get(value, value) for key, value in columns.items()}
            self.where[id(entry)] = Place(table.name, row.number, table.letters)
            self.lists.setdefault(list_name, []).append(entry)

    # -- the questions ---------------------------------------------------------------------------------------------------

    def _rows(self, table: Table, rows: Iterator[Row], inside: Row | None, repeat: str = "") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for row in rows:
            kind = _kind(row)
            if kind in ENDS:
                return found
            if kind == "begin group":
                found += self._group(table, row, rows, repeat)
            elif kind == "begin repeat":
                found += self._repeat(table, row, rows, repeat)
            else:
                found += self._question(table, row, repeat)
        if inside is not None and not self.faults:
            self.wrong(table, inside.number, "type", _NEVER_ENDED)
        return found

    def _group(self, table: Table, row: Row, rows: Iterator[Row], repeat: str) -> list[dict[str, Any]]:
        entry: dict[str, Any] = {"type": "group", "name": self.names.rows.get(row.number, row["name"])}
        self._placed(table, row, entry)
        if label := self.texts.of(table, row, "label", entry["name"]):
            entry["label"] = plain(label)
        self._own(table, row, entry, entry["name"])
        self._expressions(row, entry, ("relevant",))
        questions = self._rows(table, rows, row, repeat)
        if not questions:
            return []
        return [self._with(entry, questions)]

    def _repeat(self, table: Table, row: Row, rows: Iterator[Row], repeat: str) -> list[dict[str, Any]]:
        name = self.names.rows[row.number]
        entry: dict[str, Any] = {"type": "repeat", "name": name}
        self._placed(table, row, entry)
        label = plain(self.texts.of(table, row, "label", name))
        if label:
            entry["label"] = label
        self._own(table, row, entry, name)
        self._expressions(row, entry, ("relevant",))
        if row["repeat_count"]:
            self.remark(row, "how often a repeat is asked is the family's to say: 'one more?' is asked after each")
            self._kept(row, entry)
        inside, ended = block(rows, _kind)
        if not ended and not self.faults:
            self.wrong(table, row.number, "type", _NEVER_ENDED)
        if repeat and not self.ours:
            return self._unrolled(table, row, entry, inside, repeat)
        with self.names.nearest(inside):
            questions = self._rows(table, iter(inside), None, name)
        if not questions:
            return []
        found = [self._with(entry, questions)]
        if not self.ours:
            found.append(self._one_more(table, row, entry, name))
        return found

    def _unrolled(
        self, table: Table, row: Row, entry: dict[str, Any], inside: list[Row], repeat: str
    ) -> list[dict[str, Any]]:
        """A repeat inside a repeat: its questions in copies, each asked when there is one more; the rest in own words."""
        if len(self.names.copy) + 2 > MOST_DEEP:
            says = f"the repeat {row['name']!r} is more than {MOST_DEEP} repeats deep"
            says = f"{says}; take it out, or ask for it in one text question"
            self.wrong(table, row.number, "type", says)
            return []
        self.remark(
            row,
            f"a repeat in a repeat is asked up to {MOST_COPIES} times, and what is beyond that in the family's words",
        )
        found: list[dict[str, Any]] = []
        condition = entry.get("relevant", "")
        for number in range(1, MOST_COPIES + 1):
            with self.names.copied(inside, number):
                questions = self._rows(table, iter(inside), None, repeat)
            if not questions:
                return found
            copy = {"type": "group", "name": f"{entry['name']}_{number}"}
            found.append(self._with(self._if(copy, condition), questions))
            more = self._one_more(table, row, entry, entry["name"], number)
            found.append(self._if(more, condition))
            condition = f"${{{more['name']}}} = 'yes'"
        return [*found, self._if(self._rest(table, row, entry), condition)]

    def _if(self, entry: dict[str, Any], condition: str) -> dict[str, Any]:
        """The entry, asked only when the condition holds."""
        if not condition:
            return entry
        questions = entry.pop("questions", None)
        entry["relevant"] = condition
        return entry if questions is None else self._with(entry, questions)

    def _one_more(self, table: Table, row: Row, repeat: Mapping[str, Any], name: str, copy: int = 0) -> dict[str, Any]:
        """The question whether the repeat is asked once more: a workbook leaves that to the app.

        After a `copy` of an inner repeat it asks for the next one.
        """
        self.lists.setdefault("one_more", [{"name": "yes", "label": "Yes"}, {"name": "no", "label": "No"}])
        more = self.names.question(f"{name}_more_{copy}" if copy > 1 else f"{name}_more")
        entry = {"type": "select_one one_more", "name": more}
        self._asked_of(entry, MORE, repeat, row, (*self.names.copy, copy + 1) if copy else ())
        if copy:
            entry["field"] = f"person.{more}"
        else:
            entry |= {"adds": name, "field": f"event.{more}"}
            self._if(entry, repeat.get("relevant", ""))
        for language, answers in OTHER.items():
            for answer in ("Yes", "No"):
                self.texts.add(("one_more", answer), language, answers[answer])
        self._placed(table, row, entry)
        return entry

    def _rest(self, table: Table, row: Row, repeat: Mapping[str, Any]) -> dict[str, Any]:
        """What is asked in words of those for whom there is no copy any more."""
        name = self.names.question(f"{repeat['name']}_rest")
        entry = {"type": "text", "name": name}
        self._asked_of(entry, REST, repeat, row, self.names.copy)
        entry["field"] = f"person.{name}"
        self._placed(table, row, entry)
        return entry

    def _asked_of(
        self, entry: dict[str, Any], asks: Mapping[str, str], repeat: Mapping[str, Any], row: Row, copy: tuple[int, ...]
    ) -> None:
        """Put a question of ours about a repeat into words, in every language we have them in."""
        about = repeat.get("label") or row["name"].replace("_", " ")
        told = self.texts.told((repeat["name"], about))
        label = asks["en"].format(name=marked(about, copy))
        entry |= {"label": label, "title": marked(noun(asks["en"].format(name=about)), copy)}
        for language, words in asks.items():
            name = plain(told.get(language, about))
            self.texts.add((entry["name"], label), language, words.format(name=marked(name, copy)))
            self.texts.add((entry["name"], entry["title"]), language, marked(noun(words.format(name=name)), copy))

    def _question(self, table: Table, row: Row, repeat: str) -> list[dict[str, Any]]:
        kind, lists = self._type(table, row)
        if not kind:
            return []
        name = self.names.rows[row.number]
        entry: dict[str, Any] = {"type": f"{kind} {lists}".strip(), "name": name}
        self._placed(table, row, entry)
        if (row["calculation"] and kind not in ("calculate", "note")) or kind == "hidden":
            kind = entry["type"] = "calculate"
        for key in _TEXTS:
            if words := self.texts.of(table, row, key, name):
                entry[key] = self._sayable(table, row, key, words)
        self._labelled(table, row, entry, kind)
        self._expressions(row, entry, ("relevant", "constraint", "choice_filter"))
        if self.names.copy and not can_hold(entry.get("relevant", "")):
            return []  # asked in another copy only: `position(..) = 1`
        if kind == "calculate":
            entry["calculation"] = self.names.expression(row["calculation"]) or "''"
        self._required(table, row, entry, kind)
        self._appearance(row, entry)
        self._own(table, row, entry, name)
        if not self.ours and kind != "note":
            entry.setdefault("field", f"{'person' if repeat else 'event'}.{name}")
            self._titled(entry, name, kind)
            if reads := READS.get(_kind(row)):
                entry["reads"] = reads
        if kind == "note" and not entry.get("label"):
            return []
        self._marked(entry)
        self._audio(table, row, entry)
        self._kept(row, entry)
        return [entry, *self._specified(table, row, entry)]

    def _marked(self, entry: dict[str, Any]) -> None:
        """In a copy of an inner repeat, words say which one it is."""
        for words in {entry[key] for key in ("label", "title") if key in entry}:
            self.texts.marked((entry["name"], words), self.names.copy)
        entry |= {key: marked(entry[key], self.names.copy) for key in ("label", "title") if key in entry}

    def _type(self, table: Table, row: Row) -> tuple[str, str]:
        """The form's type and its list of choices; nothing when the row asks nothing."""
        said = _kind(row)
        if said in NOT_COLLECTED:
            self.remark(row, "what a phone would fill in by itself is not collected")
            return self._stand_in(row, "''")
        if said in TODAY:
            return self._stand_in(row, "today()")
        if remedy := UNSUPPORTED.get(said.split(" ")[0] if said.startswith("select") else said):
            self.wrong(table, row.number, "type", f"{row['type']!r}: {remedy}")
            return "", ""
        if select := _SELECT.fullmatch(row["type"].strip()):
            return self._select(table, row, select)
        if said not in ASKED:
            known = "text, integer, decimal, date, select_one, select_multiple, note, calculate, image, audio, file"
            self.wrong(table, row.number, "type", f"the type {row['type']!r} is not known here; known: {known}")
            return "", ""
        if said in ("geopoint", "gps", "location", "time", "datetime", "barcode"):
            self.remark(row, f"{said} is asked in words")
        if said == "video":
            self.remark(row, "films are not taken in: a video is asked for as a picture or a paper")
        return ASKED[said], ""

    def _stand_in(self, row: Row, value: str) -> tuple[str, str]:
        if not row["name"]:
            return "", ""
        row.cells["calculation"] = value  # type: ignore[index]
        return "calculate", ""

    def _select(self, table: Table, row: Row, select: re.Match[str]) -> tuple[str, str]:
        words = (select[2] or "").split()
        multiple = "multiple" in select[1].lower() or "all" in select[1].lower() or select[1].lower() == "select"
        name = words[0] if words else ""
        if name not in self.lists and not (self.ours and name == "languages"):
            known = ", ".join(sorted(self.lists)) or "none"
            says = f"there is no list {name!r} on the sheet choices; lists there: {known}"
            self.wrong(table, row.number, "type", says if name else "the type needs a list: 'select_one LIST'")
            return "", ""
        return "select_multiple" if multiple else "select_one", name

    def _labelled(self, table: Table, row: Row, entry: dict[str, Any], kind: str) -> None:
        if kind in ("calculate", "note") or entry.get("label"):
            return
        if entry.get("hint"):
            entry["label"] = entry.pop("hint")
        else:
            says = "this question has no words; write a label, or make it a calculate"
            self.wrong(table, row.number, "label" if "label" in table.letters else "name", says)
            entry["label"] = "?"

    def _titled(self, entry: dict[str, Any], name: str, kind: str) -> None:
        label = entry.get("label", "")
        title = noun(label) or name
        entry.setdefault("title", title)
        for language, words in self.texts.told((name, label)).items():
            if told := noun(words):
                self.texts.add((name, title), language, told)

    def _required(self, table: Table, row: Row, entry: dict[str, Any], kind: str) -> None:
        wanted = row["required"].lower().replace(" ", "")
        if wanted in _FALSE or kind in ("calculate", "note"):
            return
        if kind.startswith("select") and wanted in _TRUE:
            entry["required"] = "yes"
            return
        self.remark(row, "an answer in words may always be left open: required holds for buttons only")

    def _appearance(self, row: Row, entry: dict[str, Any]) -> None:
        if re.fullmatch(r"columns-[1-4]", row["appearance"]):
            entry["appearance"] = row["appearance"]

    def _audio(self, table: Table, row: Row, entry: dict[str, Any]) -> None:
        for language, header in table.languages("media::audio").items():
            if not (path := row[header]):
                continue
            code = code_of(language)
            if path.endswith((".ogg", ".oga")):
                entry[f"media::audio::{code}" if code else "media::audio"] = path
            else:
                entry.setdefault("sheet", {})[header] = path
                self.remark(
                    row, "a recording that is no OGG file (Opus) is kept but not played; convert it to have it played"
                )

    def _kept(self, row: Row, entry: dict[str, Any]) -> None:
        """What means nothing in a chat goes along for the way back to a workbook."""
        kept = {key: value for key, value in row.cells.items() if key.split("::")[0] in _KEPT or _base(key) in _KEPT}
        kept.pop("appearance", None) if "appearance" in entry else None
        for key in kept:
            if key not in ("appearance", "read_only", "autoplay", "repeat_count"):
                self.remark(row, f"{_base(key)} is kept but does nothing in a chat")
        if kept:
            entry["sheet"] = {**entry.get("sheet", {}), **kept}

    def _specified(self, table: Table, row: Row, entry: dict[str, Any]) -> list[dict[str, Any]]:
        """`or_other`: one more choice, and a question for the words."""
        if "or_other" not in row["type"].split() and "or specify other" not in row["type"]:
            return []
        choices = self.lists[entry["type"].split()[1]]
        if not any(choice["name"] == "other" for choice in choices):
            choices.append({"name": "other", "label": "Other"})
            for language, words in OTHER.items():
                self.texts.add((entry["type"].split()[1], "Other"), language, words["Other"])
        name = self.names.question(f"{entry['name']}_other")
        label = SPECIFY["en"]
        other = {"type": "text", "name": name, "label": label, "title": label, "field": f"{entry['field']}_other"}
        other["relevant"] = f"selected(${{{entry['name']}}}, 'other')"
        for language, words_ in SPECIFY.items():
            self.texts.add((name, label), language, words_)
        self._marked(other)
        self._placed(table, row, other)
        return [other]

    # -- small things ----------------------------------------------------------------------------------------------------

    def _own(self, table: Table, row: Row, entry: dict[str, Any], context: str) -> None:
        for key, translated in OWN.items():
            header = f"wasl::{key}"
            words = self.texts.of(table, row, header, context) if translated else row[header]
            if words:
                entry[key] = words

    def _expressions(self, row: Row, entry: dict[str, Any], keys: tuple[str, ...]) -> None:
        for key in keys:
            if row[key]:
                entry[key] = self.names.expression(row[key])

    def _sayable(self, table: Table, row: Row, header: str, words: str) -> str:
        """Words without what only a form's app can draw; braces that would be read as a fact are pointed at."""
        for fact in _FACT.findall(words):
            if fact not in FACTS and fact != "recipient":
                self.wrong(table, row.number, header, f"{{{fact}}} would be filled in by the operator; write ({fact})")
        said = words if self.ours else plain(words)
        renamed = self.names.words(said)
        self.texts.renamed(said, renamed, words, self.names.words, clean=not self.ours)
        return renamed

    def _placed(self, table: Table, row: Row, entry: dict[str, Any]) -> None:
        self.where[id(entry)] = Place(table.name, row.number, table.letters)

    def _with(self, entry: dict[str, Any], questions: list[dict[str, Any]]) -> dict[str, Any]:
        entry["questions"] = questions
        return entry


def _base(header: str) -> str:
    parts = header.split("::")
    return "::".join(parts[:2]) if parts[0] in ("media", "bind", "body", "instance") else parts[0]


def _kind(row: Row) -> str:
    """The type in small letters; `begin_group` and the like as two words."""
    said = " ".join(row["type"].lower().split())
    return re.sub(r"^(begin|end)[ _](group|repeat|loop)( .*)?$", r"\1 \2", said)


def _list_of(row: Row) -> str:
    select = _SELECT.fullmatch(row["type"].strip())
    words = (select[2] or "").split() if select else []
    return words[0] if words else ""


def _letters(kind: str) -> str:
    return re.sub("[^a-z]+", "_", kind).strip("_") or "q"


def _lists(entries: list[dict[str, Any]]) -> Iterator[str]:
    for entry in entries:
        if "questions" in entry:
            yield from _lists(entry["questions"])
        elif " " in entry["type"]:
            yield entry["type"].split()[1]
