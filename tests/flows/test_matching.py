"""The scorers against pairs: names across scripts and habits, hard negatives, records, blocking, and any text at all."""

from __future__ import annotations

import csv
import json
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.matching.blocking import blocking_keys
from flows.matching.keys import name_key
from flows.matching.records import RecordKey, record_key, record_match
from flows.matching.score import PLAUSIBLE, key_score, name_score
from flows.matching.sounds import distance, skeletons, symbols
from flows.matching.spans import gap, span
from flows.matching.variants import people, rows
from flows.reading.cli import cli

PAIRS = Path(__file__).parent.parent / "data" / "reading"


def _names(file: str) -> list[tuple[str, str, int]]:
    with (PAIRS / file).open(encoding="utf-8") as lines:
        found = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row["name_a"], row["name_b"], int(row["same_person_plausible"])) for row in found]


def _records(file: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (PAIRS / file).read_text(encoding="utf-8").splitlines()]


def _match(a: dict[str, Any], b: dict[str, Any]) -> float:
    return record_match(record_key(a), record_key(b)).score


@pytest.mark.parametrize(
    "file", ["name_pairs.tsv", "name_pairs_held_out.tsv", "name_pairs_fresh.tsv", "name_pairs_blind.tsv"]
)
def test_names_are_told_apart_and_found_again(file: str) -> None:
    """What the desk is promised: recall 0.95 at precision 0.90, at 0.5."""
    scored = [(name_score(a, b) >= PLAUSIBLE, label) for a, b, label in _names(file)]
    found = sum(plausible and label for plausible, label in scored)
    assert found / sum(label for _, label in scored) >= 0.95
    assert found / sum(plausible for plausible, _ in scored) >= 0.90


@pytest.mark.parametrize("file", ["record_pairs.jsonl", "record_pairs_held_out.jsonl"])
def test_no_two_people_are_suggested_as_one(file: str) -> None:
    scored = [(pair["id"], _match(pair["a"], pair["b"]) >= PLAUSIBLE, pair["label"]) for pair in _records(file)]
    assert [identifier for identifier, same, label in scored if same and not label] == []
    assert sum(same for _, same, label in scored if label) / sum(label for *_, label in scored) >= 0.97


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("محمد الأحمد", "Mhd Alahmad"), ("Samira Khoury", "سميرة خوري"), ("عبد الرحمن حسن", "Evdirehman Hesen"),
        ("عبد القادر زين", "Abd El Kader Zein"), ("صلاح الدين نجار", "Selahattin Neccar"), ("يوسف حداد", "Jussuf Haddad"),
        ("شيرين بكر", "Schirin Bakr"), ("HADDAD Jonas", "Jonas Haddad"), ("أمل يوسف (أم سمير)", "Amal Yusuf"),
        ("قره بت", "Karabet"), ("سميرة خوري Samira Khoury", "Samira Churi"), ("سمير أحمدد", "سمير احمد"),
        ("Ѕаmirа Khoury", "Samira Khoury"),
    ],
)  # fmt: skip
def test_one_name_in_two_spellings(a: str, b: str) -> None:
    assert name_score(a, b) >= PLAUSIBLE


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("محمد الأحمد", "محمود الأحمد"), ("محمد الأحمد", "Mahmut Elahmed"), ("حسن يوسف", "حسين يوسف"),
        ("يوسف سمير حداد", "سمير يوسف حداد"), ("عبد الحميد زين", "Abdulmecit Zein"), ("نور الدين زين", "نور الهدى زين حداد"),
        ("أبو سمير", "سمير حداد"), ("سمير", "سمير يوسف حداد"), ("", ""), ("غير معروف", "غير معروف"), ("12", "12"),
        ("أمل حداد", "أمل حدادين"), ("زيد حداد", "أبو زيد حداد"),
    ],
)  # fmt: skip
def test_two_names_or_none(a: str, b: str) -> None:
    assert name_score(a, b) < PLAUSIBLE


def test_a_kunya_alone_matches_only_itself() -> None:
    assert name_score("أبو خالد", "Abu Khaled") >= PLAUSIBLE
    assert name_score("أبو خالد", "أبو وليد") < PLAUSIBLE
    assert name_key("أبو خالد").blank


def test_two_listed_names_never_match() -> None:
    names = [row.name for row in rows() if row.kind == "given" and " " not in row.name][:400]
    for index, name in enumerate(names):
        for other in names[index + 1 : index + 6]:
            key, other_key = name_key(name), name_key(other)
            shared = [x.listed.names & y.listed.names for x in key.tokens[0].forms for y in other_key.tokens[0].forms]
            if not any(shared) and key.tokens[0].head == other_key.tokens[0].head == "":
                assert key_score(key, other_key) < PLAUSIBLE, (name, other)


def test_the_dictionary_is_well_formed() -> None:
    found = list(rows())
    assert len({(row.name, row.kind) for row in found}) == len(found)
    assert {row.kind for row in found} == {"given", "family", "divine"}
    assert sum(row.kind == "given" for row in found) > 1000
    for row in found:
        for spelling in [spelling for listed in row.spellings.values() for spelling in listed]:
            assert spelling == spelling.strip(), row.name
            assert spelling[0].isalnum() or spelling[0] == "ʿ", (row.name, spelling)
    assert people().find("muhammad").names == people().find("محمد").names


def test_one_name_has_one_skeleton_in_every_habit() -> None:
    spellings = [("محمد", "Arab"), ("mouhammad", "Latn"), ("mihemed", "Latn"), ("muhammet", "Latn")]
    shapes = [skeletons(symbols(*spelling)) for spelling in spellings]
    assert "MHMD" in frozenset.intersection(*shapes)
    assert distance(symbols("خالد", "Arab"), symbols("halid", "Latn")) < 0.2
    assert distance(symbols("خالد", "Arab"), symbols("walid", "Latn")) == 1.0


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_two_texts_score_the_same_both_ways(a: str, b: str) -> None:
    score = name_score(a, b)
    assert 0.0 <= score <= 1.0
    assert score == name_score(b, a)


_LETTERS = st.sampled_from("ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءأإآؤئ abcdefghijklmnopqrstuvwxyzşçğêîûöüıI'-")
_TYPED = st.text(_LETTERS, min_size=1, max_size=60)


@given(_TYPED, _TYPED)
def test_names_of_our_alphabets_score_the_same_both_ways(a: str, b: str) -> None:
    assert name_score(a, b) == name_score(b, a)


@given(_TYPED)
def test_a_name_is_itself(name: str) -> None:
    key = name_key(name)
    if not key.blank:
        assert name_score(name, name) == 1.0


@given(_TYPED, _TYPED, st.sampled_from("\u064e\u0651\u0640\u200f\u202b\u2067\u2069\u00ad\ufeff"), st.data())
def test_what_no_one_sees_changes_nothing(a: str, b: str, unseen: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(a)))
    assert name_score(a[:place] + unseen + a[place:], b) == name_score(a, b)


@pytest.mark.parametrize(
    "name",
    ["\u202e" * 4096, "a" * 4096, "أبو " * 1024, "عبد " * 1024, "al-" * 1365, "(" * 4096, "Mhsnkjhg " * 455, "Аhmаd " * 682,
     "\u0651" * 4096, "gcjchvts " * 455, "abu al " * 585, "محمد Ali " * 455],
)  # fmt: skip
def test_bad_input_costs_milliseconds(name: str) -> None:
    """5 ms on a quiet core; ten times that here, where other tests run beside."""
    name_key("warm up")
    start = time.perf_counter()
    key = name_key(name)
    key_score(key, name_key("سميرة خوري"))
    assert time.perf_counter() - start < 0.05


def test_a_hundred_thousand_comparisons() -> None:
    """At most 10 s on one core, keys computed once; a tenth of them here."""
    keys = [name_key(name) for a, b, _ in _names("name_pairs_held_out.tsv") for name in (a, b)]
    start = time.perf_counter()
    for index in range(10_000):
        key_score(keys[index % len(keys)], keys[index * 7 % len(keys)])
    assert time.perf_counter() - start < 1.0


BASE = {
    "name": "يوسف سمير حداد", "father": "سمير", "mother": "أمل", "birth_year": "1985", "place": "دوما", "place_code": "C2338",
    "date_of_disappearance": "2013-05",
}  # fmt: skip


def test_what_is_missing_counts_nothing() -> None:
    found = record_match(record_key(BASE), record_key({"name": BASE["name"]}))
    assert {reason.field: reason.weight for reason in found.reasons if reason.finding == "blank"} == {
        "mother": 0.0, "birth": 0.0, "place": 0.0, "date": 0.0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value", "finding"),
    [
        ("mother", "Amal", "match"),
        ("mother", "أمل الخوري", "match"),
        ("mother", "سعاد", "mismatch"),
        ("mother", "لا أعرف", "blank"),
        ("birth_year", "1986~", "match"),
        ("birth_year", "1986", "near"),
        ("birth_year", "1995", "mismatch"),
        ("birth_year", "?", "blank"),
        ("date_of_disappearance", "2013-21", "match"),
        ("date_of_disappearance", "2013-07", "near"),
        ("date_of_disappearance", "2016", "mismatch"),
        ("date_of_disappearance", "after Eid", "blank"),
        ("place_code", "C1007", "near"),
        ("place_code", None, "near"),
        ("father", "سمير حداد", "match"),
        ("name", "أبو سمير", "blank"),
        ("name", "يونس سمير حداد", "mismatch"),
    ],
)
def test_each_field_gives_its_reason(field: str, value: str | None, finding: str) -> None:
    short = {"birth_year": "birth", "date_of_disappearance": "date", "place_code": "place"}.get(field, field)
    one, other = record_key(BASE), record_key({**BASE, field: value})
    reasons = {reason.field: reason.finding for reason in record_match(one, other).reasons}
    assert reasons[short] == finding
    assert record_match(one, other) == record_match(other, one)


def test_a_bare_name_or_a_kunya_is_not_enough() -> None:
    assert _match({"name": "محمد الأحمد"}, {"name": "محمد الأحمد"}) < PLAUSIBLE
    assert _match({**BASE, "name": "أبو يوسف"}, {**BASE, "name": "أبو يوسف"}) < PLAUSIBLE
    assert _match(BASE, BASE) > 0.95


@given(st.dictionaries(st.sampled_from(sorted(BASE)), st.one_of(st.none(), st.integers(), st.text(max_size=30))))
def test_any_record_has_a_score(record: dict[str, Any]) -> None:
    assert 0.0 <= _match(record, BASE) <= 1.0


@pytest.mark.parametrize(
    ("edtf", "days"),
    [
        ("2013", ("2013-01-01", "2013-12-31")),
        ("2013-02", ("2013-02-01", "2013-02-28")),
        ("2013-05-04~", ("2013-05-04", "2013-05-04")),
        ("2013-22", ("2013-06-01", "2013-08-31")),
        ("2012-24", ("2012-01-01", "2013-02-28")),
        ("201X", ("2010-01-01", "2019-12-31")),
        ("2012-05~/2012-08~", ("2012-05-01", "2012-08-31")),
        ("../2013", ("0001-01-01", "2013-12-31")),
        ("2013/..", ("2013-01-01", "9999-12-31")),
        ("2013-02-30", None),
        ("2013-13", None),
        ("9999-24", None),
        ("0000", None),
        ("", None),
        ("2014/2013", None),
        ("2013-22-05", None),
    ],
)
def test_spans(edtf: str, days: tuple[str, str] | None) -> None:
    found = span(edtf)
    assert (found and (found[0].isoformat(), found[1].isoformat())) == days


@given(st.text(alphabet="0123456789-/.X~?%", max_size=24))
def test_no_text_breaks_a_span(text: str) -> None:
    found = span(text)
    assert found is None or (found[0] <= found[1] and gap(found, found) == 0)


@pytest.mark.parametrize("file", ["record_pairs.jsonl", "record_pairs_held_out.jsonl"])
def test_reports_of_one_person_share_a_block(file: str) -> None:
    for pair in _records(file):
        if pair["label"]:
            a, b = (blocking_keys(record_key(pair[side]), pair[side]["place_code"]) for side in ("a", "b"))
            assert a & b, pair["id"]


def test_blocks_are_few_and_hold_years_two_apart() -> None:
    def keys(record: dict[str, Any], district: str | None = None) -> frozenset[str]:
        key: RecordKey = record_key(record)
        return blocking_keys(key, district)

    other = {"name": "زيد عمر", "father": "Samir", "birth_year": "1987"}
    assert keys(BASE) & keys(other)
    assert not keys(BASE) & keys({**other, "birth_year": "1988"})
    assert keys({"mother": "Amal"}, "SY0301") & keys({"mother": "أمل"}, "SY0301")
    assert not keys({"mother": "Amal"}, "SY0301") & keys({"mother": "أمل"}, "SY0302")
    assert keys({"name": "أبو خالد"}) == frozenset()
    assert len(keys(BASE, "SY0301")) < 40


def test_pairs_on_standard_input() -> None:
    run = CliRunner().invoke(cli, ["names"], input="name_a\tname_b\tlabel\nأمل حداد\tAmal Haddad\t1\n\nx\n")
    lines = run.output.splitlines()
    a, b, score = lines[0].split("\t")  # the header is left out, as by the other verbs
    assert (a, b, float(score) >= PLAUSIBLE) == ("أمل حداد", "Amal Haddad", True)
    assert lines[1:] == ["x\t\t0.0000"]


def test_records_on_standard_input() -> None:
    line = json.dumps({"id": "R1", "a": BASE, "b": BASE, "label": 1})
    plain = json.loads(CliRunner().invoke(cli, ["records"], input=line).output)
    assert set(plain) == {"id", "score"}
    assert plain["score"] > 0.95
    told = json.loads(CliRunner().invoke(cli, ["records", "--reasons"], input=line).output)
    assert [reason["field"] for reason in told["reasons"]] == ["name", "father", "mother", "birth", "place", "date"]


def test_a_broken_line_is_named_and_not_quoted() -> None:
    run = CliRunner().invoke(cli, ["records"], input='{"a": "Samira"}\n')
    assert run.exit_code == 1
    assert "line 1" in run.output
    assert "Samira" not in run.output


def test_a_broken_line_is_counted_as_an_editor_counts_it() -> None:
    run = CliRunner().invoke(cli, ["records"], input='\n\n{"a": "Samira"}\n')
    assert "line 3" in run.output


settings.register_profile("matching", deadline=None)
