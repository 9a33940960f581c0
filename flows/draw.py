"""The flow as a picture: an SVG of our own layout (PNG from it), and Mermaid for pages that draw it themselves.

A form is an ordered list, so its picture is a spine: what is always asked runs down the left, and questions that hang on
a condition stand to the right under that condition.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, tostring

from flows.questions import Flow, Question

_WIDTH, _HEIGHT, _GAP = 380, 58, 16
_LEFT, _RIGHT, _TOP = 24, 470, 72
_PAPER, _INK, _FAINT, _LINE = "#fbf9f4", "#2b2a27", "#77736a", "#c9c3b5"
_COLOURS = {"setup": "#8a8577", "consent": "#a2642a", "enquirer": "#3d6b8e", "person": "#2f7a63", "event": "#7a4b8a"}


def as_svg(flow: Flow) -> bytes:
    """The picture as an SVG document."""
    body = Element("g")
    y = _TOP
    for condition, run in groupby(flow.questions, key=lambda question: question.relevant and question.relevant.text):
        x = _RIGHT if condition else _LEFT
        if condition:
            _text(body, x, y + 10, f"if {condition}", size=12, colour=_FAINT, family="monospace")
            _line(body, _LEFT + 190, y + 6, x - 12, y + 6)
            y += 22
        for question in run:
            _box(body, x, y, question)
            y += _HEIGHT + _GAP
    height = y + 24
    svg = Element(
        "svg", xmlns="http://www.w3.org/2000/svg", width="880", height=str(height), viewBox=f"0 0 880 {height}"
    )
    SubElement(svg, "rect", width="880", height=str(height), fill=_PAPER)
    _text(svg, _LEFT, 38, f"{flow.title.msgid} · version {flow.version}", size=20)
    _line(svg, _LEFT + 190, _TOP, _LEFT + 190, height - 24)
    svg.append(body)
    document: bytes = tostring(svg, encoding="utf-8", xml_declaration=True)
    return document


def as_png(flow: Flow) -> bytes:
    """The picture as PNG, drawn with this machine's fonts."""
    import resvg_py

    return bytes(resvg_py.svg_to_bytes(svg_string=as_svg(flow).decode()))


def as_mermaid(flow: Flow) -> str:
    """The flow as a Mermaid flowchart."""
    return "\n".join(["flowchart TD", *_mermaid(flow)]) + "\n"


def _mermaid(flow: Flow) -> Iterator[str]:
    before: str | None = None
    conditional: list[str] = []
    for question in flow.questions:
        yield f'  {question.name}["{_plain(question.title.msgid)}"]'
        if question.relevant is None:
            for name in [before, *conditional]:
                if name:
                    yield f"  {name} --> {question.name}"
            before, conditional = question.name, []
        else:
            yield f'  {before} -->|"{_plain(question.relevant.text)}"| {question.name}'
            conditional.append(question.name)
        if question.ends_unless:
            yield f"  {question.name} -. otherwise .-> ended(( ))"


def _plain(text: str) -> str:
    return text.split("\n")[0].translate(str.maketrans('"', "'", "${}"))


def _box(parent: Element, x: int, y: int, question: Question) -> None:
    colour = _COLOURS[question.about]
    box = SubElement(parent, "rect", x=str(x), y=str(y), rx="8", fill="white", stroke=_LINE)
    box.set("width", str(_WIDTH))
    box.set("height", str(_HEIGHT))
    SubElement(parent, "rect", x=str(x), y=str(y), width="6", height=str(_HEIGHT), rx="3", fill=colour)
    _text(parent, x + 18, y + 24, _shorten(question.title.msgid, 44), size=15)
    kind = (
        f"{question.kind} · {len(question.choices)} choices"
        if question.choices
        else f"{question.kind} · {question.reads}"
    )
    _text(parent, x + 18, y + 44, f"{question.name}   {kind}", size=12, colour=_FAINT, family="monospace")
    if question.ends_unless:
        _text(parent, x + _WIDTH - 78, y + 44, "may end here", size=11, colour=_COLOURS["consent"])


def _shorten(text: str, most: int) -> str:
    line = text.split("\n")[0]
    return line if len(line) <= most else line[: most - 1] + "…"


def _text(
    parent: Element, x: int, y: int, words: str, *, size: int, colour: str = _INK, family: str = "sans-serif"
) -> None:
    element = SubElement(parent, "text", x=str(x), y=str(y), fill=colour)
    element.set("font-size", str(size))
    element.set("font-family", family)
    element.text = words


def _line(parent: Element, x1: int, y1: int, x2: int, y2: int) -> None:
    SubElement(parent, "line", x1=str(x1), y1=str(y1), x2=str(x2), y2=str(y2), stroke=_LINE).set("stroke-width", "2")
