"""A command with many verbs, each in a module of its own that is imported only when it is called."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import ClassVar

import click

#: verb -> (module that holds its click command in `cli`, or `module:name`; its line in the help)
Table = Mapping[str, tuple[str, str]]


class Verbs(click.Group):
    """`@click.group(cls=verbs_of(TABLE))`: listing the verbs costs no import."""

    table: ClassVar[Table] = {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.table:
            return None
        module, _, name = self.table[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name or "cli")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl([(verb, line) for verb, (_, line) in self.table.items()])


def verbs_of(table: Table) -> type[Verbs]:
    """The group of these verbs."""
    return type("VerbsOfATable", (Verbs,), {"table": table})
