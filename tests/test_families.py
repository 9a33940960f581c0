"""A small run of the scripted families; `make families` is the long one. Its own control: an altered script is found out."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.families import broken_promises, run, summary
from bench.personas import PERSONAS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


async def test_every_kind_of_family_is_understood_exactly_and_leaves_no_trace(tmp_path: Path) -> None:
    outcome = await run(40, tmp_path)
    figures = summary(outcome)
    assert figures["differing"] == {}
    assert broken_promises(figures) == []
    assert figures["personas"].keys() == {kind.__name__ for kind in PERSONAS}
    assert figures["drafts_locked_for_300_days"] == 5
    assert figures["discreet_phones_looked_at"] > 30  # who is discreet, and how often it is looked at, is drawn by lot
    assert figures["attachments"] > 40
    assert figures["with_an_older_one_that_was_emptied"] > 0, "an anchor too old to be deleted says nothing any more"

    # The control: what one family's script says is altered after the fact, in each thing that is compared.
    albums, several = outcome.households[5], outcome.households[7]
    told = albums.told
    told["event-1", "when"].value = {"type": "date", "edtf": "1999", "earliest": "1999-01-01", "latest": "1999-12-31"}
    del told["person-1", "birth"]
    told["person-1", "photo"].files = told["person-1", "photo"].files[::-1]
    albums.consents["share", "icmp"] = "never asked"
    several.persons += 1
    found = outcome.differing()
    assert found.keys() == {5, 7}
    for lack in ("event-1/when: value differs", "person-1/birth: not in the script", "person-1/photo: a file differs"):
        assert lack in found[5]
    assert any(lack.startswith("consent share icmp") for lack in found[5])
    assert any(lack.startswith("persons") for lack in found[7])
    assert broken_promises(summary(outcome)) == ["38 of 40 exact"]
