"""The gazetteer that ships: its keys are today's, and it is rebuilt from tables like its sources'."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from flows.gazetteer.build import main
from flows.reading.places.gazetteer import gazetteer, read
from flows.reading.places.keys import loose, parts, strict

SOURCE = Path(__file__).parent.parent / "data" / "reading" / "gazetteer_source"


def test_it_is_rebuilt_from_its_sources(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, [str(SOURCE), "--to", str(tmp_path)])
    assert result.exit_code == 0, result.output
    built = read(tmp_path)
    assert built.version.startswith("syria-")
    assert set(built.exactly(strict(parts("Duma")))) >= {"C2338"}
    assert built.place("C2338").rank == 4  # the seat of its district
    assert built.place("C2528").rank == 6  # a governorate's capital
    assert built.place("N0239").within == ("C2528", "SY040100")
    assert list(built.exactly("prison:" + strict(parts("صيدنايا")))) == ["F-PR-SEDNAYA"]
    assert list(built.exactly("many:" + strict(parts("الأمن العسكري")))) == ["F-MI-261"]
    assert "C2404" in built.place("F-PR-SEDNAYA").within


def test_the_same_sources_make_the_same_files(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        CliRunner().invoke(main, [str(SOURCE), "--to", str(tmp_path / folder)])
    for name in ("places.tsv", "names.tsv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_the_keys_that_ship_are_what_words_fold_to() -> None:
    """A changed normaliser needs a rebuilt gazetteer."""
    shelf = gazetteer()
    for code in list(shelf.rows)[::7]:
        place = shelf.place(code)
        for name in place.names:
            key = strict(parts(name))
            assert not key or code in shelf.exactly(key), (code, "rebuild: python -m flows.gazetteer.build")
            assert not key or code in shelf.by_sound(loose(key))
