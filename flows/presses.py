"""What pressing a button means, as a short token that fits into a chat's 64 bytes of button data with room for a tag.

About one question (`name.2` is the second person's):
c:relationship:son   choose        t:needs:papers   tick or untick (several choices)     d:needs   done ticking or sending
s:birth:unknown      answer by status               e:birth   change this answer         b:birth   back from here
o:when:adha  it meant this one     y:when  understood right     r:photo  remove what was sent here
w:share_icmp  withdraw this consent         i:name  these words were no answer: do what was meant instead
About the whole conversation:
v  review   v:p2  its second page   m  menu of what can be added   m:photo.2  open that section
k:p1  what can be corrected   u:check_status  this is what I would like (an intent of ours)
send  submit   p  pause   g  go on   x / xx  delete, yes delete
h  a person, please   hp  a person, for what is better told   hs  tell the team about a swindle
n  new request   md  my data   wl  what was agreed to   ea / ek  ask for erasure, take it back
st  is there any news   l:L0123abcde  see that letter of the team   pt:noon  a good time for a call   wt  write to the team
q / qo  no messages, messages again   cp  code and PIN for another phone   re  continue from another phone   hd  hide this chat
st  how it stands   pn / pd / px  the PIN of what was sent, a second one, none   tk  go on here with what code and PIN opened
rc / rc:r2  a receipt of the last sending, of the second
sf  is it really you?   vf  is this message ours?   ph  the words for a call   wd / wd:w7  our word, this one
im  somebody pretends to be us
rm  reminders   ry / rn  remind me, do not   rd:m3  a regular update every three months (m0 none)
ct:yes / ct:changed  this is (no longer) a good way to reach me   ap:yes / ap:other / ap:no  about an appointment
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Names of questions and choices: short, ASCII, stable. Two of them, a verb and a tag fit into 64 bytes.
NAME = re.compile(r"[a-z][a-z0-9_]{0,23}")
#: A question or section of one instance of a repeat: `name`, `name.2` … `name.30`.
INSTANCE = re.compile(r"[a-z][a-z0-9_]{0,23}(\.[1-9][0-9]?)?")
CHOICE = re.compile(r"[A-Za-z0-9_-]{1,24}")
#: The tag of a letter from the team (`flows.letters`); a conversation's tag has no letter beyond f.
LETTER = re.compile(r"L[0-9a-f]{9}")

#: verbs about a question and something said of it
_PAIRS = frozenset("ctso")
#: verbs about a question
_SINGLES = frozenset("debyrwi")
#: verbs about the whole conversation, with a word of their own: a page, a section
_WORDED = frozenset({"v", "m", "k", "u", "pt", "rc", "wd", "rd", "ct", "ap"})
#: verbs about the whole conversation
PLAIN = frozenset(
    {
        *("v", "m", "send", "p", "g", "h", "hp", "hs", "x", "xx", "n", "md", "wl"),
        *("ea", "ek", "q", "qo", "cp", "re", "hd", "st", "wt", "rm", "ry", "rn"),
        *("pn", "pd", "px", "tk", "rc", "sf", "vf", "ph", "wd", "im"),
    }
)


@dataclass(frozen=True, slots=True)
class Press:
    """A token read: its verb, and the question and the word it speaks of (empty where there is none)."""

    verb: str
    question: str = ""
    word: str = ""


def press(verb: str, question: str = "", word: str = "") -> str:
    """The token for a button."""
    return ":".join(part for part in (verb, question, word) if part)


def read_press(token: str) -> Press | None:
    """The press a token stands for; None for anything that is none of ours (stale or forged)."""
    match token.split(":"):
        case [verb] if verb in PLAIN:
            return Press(verb)
        case ["l", word] if LETTER.fullmatch(word):
            return Press("l", word=word)
        case [verb, word] if verb in _WORDED and INSTANCE.fullmatch(word):
            return Press(verb, word=word)
        case [verb, question] if verb in _SINGLES and INSTANCE.fullmatch(question):
            return Press(verb, question)
        case [verb, question, word] if verb in _PAIRS and INSTANCE.fullmatch(question) and CHOICE.fullmatch(word):
            return Press(verb, question, word)
    return None
