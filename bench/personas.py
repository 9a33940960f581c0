"""Eight kinds of families. Each has two acts: before a pause of three hundred days, and after it."""

from __future__ import annotations

import re

from bench.attachments import Sent, paper, picture, program, recording
from bench.household import Household, Told, name_value
from bench.script import Teller

#: To Arabic-Indic digits, as many families type them.
DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
_CODE = re.compile(r"(?:\d{4} ){3}\d{4}")


class Persona(Teller):
    """A family that tells its story, sends it, and perhaps comes back."""

    #: what it still means to do with what it has sent
    later: str = ""
    #: out of which it chooses that
    extras: tuple[str, ...] = ("", "add", "withdraw", "think_twice", "add+withdraw")

    async def first(self) -> None:
        """What it does at once."""
        await self.welcome()
        await self.story()
        await self.hand_in()
        self.later = self.rng.choice(self.extras)
        if self.rng.random() < 0.5:
            await self.extra()

    async def second(self) -> None:
        """What it does three hundred days later."""
        await self.extra()

    async def extra(self) -> None:
        plan, self.later = self.later, ""
        for one in plan.split("+"):
            if one:
                await getattr(self, one)()

    async def story(self) -> None:
        """From the first question about the missing person to the review."""
        await self.core()
        await self.sections()


class Skips(Persona):
    """Leaves open whatever can be left open, in every way there is."""

    async def story(self) -> None:
        house, riddles = self.house, self.tongue.riddles
        await self.kinship()
        for question in ("name", "father", "mother"):
            await self.leave(question)
        await self._undated("birth")
        if self.rng.random() < 0.3:
            await house.mumble("category", *riddles)
        else:
            await self.leave("category")
        await self._undated("when")
        await self.leave("where")
        await self.leave("tell")
        await self.leave("others")
        await self.leave("my_name")
        await self.leave("my_country")
        await house.consent("share_icmp", "later")
        await self.leave("share_icrc")
        house.consents.pop(("share", "icrc"), None)
        await self._sections()

    async def _undated(self, question: str) -> None:
        if self.rng.random() < 0.4:
            await self.house.mumble(question, *self.tongue.riddles)
        else:
            await self.leave(question)

    async def _sections(self) -> None:
        await self.menu()
        for section, questions in (("looks", ("height", "build", "hair", "eyes", "marks", "medical")),
                                   ("heard_since", ("heard_what",)), ("documents", ("papers_have",)),
                                   ("reach_me", ("phone", "second_contact"))):  # fmt: skip
            await self.open(section)
            for question in questions:
                await self.leave(question)
        await self.review()


class Edits(Persona):
    """Corrects itself: the pencil, a button of an old screen, an edited message."""

    async def story(self) -> None:
        house, tongue = self.house, self.tongue
        await self.kinship()
        await house.until_asked("name")
        if self.rng.random() < 0.5:  # a phone slow to show the next question
            await house.press_stale("c:relationship:brother")
            house.tell("relationship", Told("answered", house.choice("relationship", "brother")))
            self.related(1, "brother")
        message = await house.name("name", tongue.persons[0])
        await house.until_asked("father")
        if not house.discreet:
            better = f"{tongue.persons[1]} {tongue.fathers[0]}"
            await house.edit(message, better)
            house.tell("name", Told("answered", name_value(better), better))
        await house.name("father", tongue.fathers[0])
        await house.until_asked("mother")
        if not house.discreet:  # the old question above keeps the way back to its answer
            await house.press_above("e:father")
            await house.name("father", tongue.fathers[1])
            await house.until_asked("mother")
        await house.name("mother", tongue.mothers[0])
        await self.mean("birth", tongue.births[0])
        await self.circumstances()
        await self.perhaps("tell", self.words)
        await self.others()
        await self.about_me()
        await self._pencils()
        await self.sections()

    async def _pencils(self) -> None:
        house = self.house
        for _ in range(self.rng.randint(1, 3)):
            await house.until_offered("send")
            match self.rng.choice(("birth", "when", "category", "name", "my_country")):
                case "birth":
                    await house.press("e:birth")
                    await self.mean("birth", self.rng.choice(self.tongue.births))
                case "when":
                    await house.press("e:when")
                    await self.date("when")
                case "category":
                    await house.press("e:category")
                    await house.pick("category", "unsure")
                    self.category = "unsure"
                case "name":
                    await house.press("e:name")
                    await house.name("name", self.rng.choice(self.tongue.persons))
                case "my_country":
                    await house.press("e:my_country")
                    await house.leave("my_country", "refused")


class Pauses(Persona):
    """Stops in the middle, and comes back three hundred days later by one tap."""

    extras = ("", "add")

    async def first(self) -> None:
        await self.welcome()
        await self.kinship()
        await self.identity()
        await self.house.until_asked("category")
        if self.rng.random() < 0.5:
            await self.house.press("p")
            await self.house.until_offered("g")

    async def second(self) -> None:
        await self.house.press_continue()
        await self.circumstances()
        await self.perhaps("tell", self.words)
        await self.others()
        await self.about_me()
        await self.sections()
        await self.hand_in()
        self.later = self.rng.choice(self.extras)
        await self.extra()


class Moves(Persona):
    """Begins on one phone and goes on on another, with a code and a PIN."""

    async def story(self) -> None:
        await self.kinship()
        await self.identity()
        await self.house.until_asked("category")
        await self._move()
        await self.circumstances()
        await self.perhaps("tell", self.words)
        await self.others()
        await self.about_me()
        await self.sections()

    async def _move(self) -> None:
        house = self.house
        digits = DIGITS if self.rng.random() < 0.5 else {}
        pin = self.rng.choice(("731852", "480617", "926304"))
        await house.press("p")
        await house.press("cp")
        await house.until("the question for a PIN", lambda: not house.offers("cp") and house.offers("g"))
        if self.rng.random() < 0.3:
            await house.say("123456")  # too easy: another one is asked for
        await house.say(pin.translate(digits))
        await house.until("a code", lambda: self._code() is not None)
        code = self._code()
        assert code is not None
        house.change_phone()
        await house.arrive()
        await house.until_asked("language")
        await house.say("/resume")
        await house.until("the question for the code", lambda: house.offers("g"))
        await house.say(f"{code} {pin}".translate(digits))

    def _code(self) -> str | None:
        found = (_CODE.search(text) for text in self.house.texts())
        return next((one.group() for one in found if one), None)


class DoubleTaps(Persona):
    """Presses every button twice; sends again, as an edit, what it has just written."""

    def __init__(self, house: Household) -> None:
        super().__init__(house)
        self.house.twice = True


class Albums(Persona):
    """Sends pictures, several at once, papers, and something that cannot be taken."""

    async def story(self) -> None:
        house = self.house
        await self.core()
        await self.menu()
        await self.open("pictures")
        whole = self.rng.random() < 0.3
        await house.consent("keep_originals", "yes" if whole else "no")
        seeds = [f"{house.number}/album/{nth}" for nth in range(self.rng.randint(2, 4))]
        album = [picture(seed, whole=whole) for seed in seeds]
        await house.until_asked("photo")
        await house.send("photo", *((one.name, one.body) for one in album))
        sharper = picture(f"{house.number}/sharper", "PNG", whole=whole)
        await house.send("document", (sharper.name, sharper.body))
        await house.send("document", program())
        await house.press("d:photo")
        house.tell("photo", Told("answered", files=(*album, sharper)))
        await self.date("photo_year")
        await self.open("documents")
        await house.tick("papers_have", "court", "letter")
        await self.files("papers_copy", "document", [paper(f"{house.number}/{nth}", whole=whole) for nth in range(2)])
        await self.review()


class Voices(Persona):
    """Speaks where others write."""

    async def story(self) -> None:
        house = self.house
        await self.kinship()
        await house.speak("name", self._voice("name"))
        await self.leave("father")
        await house.speak("mother", self._voice("mother"))
        await self.mean("birth", self.tongue.births[0])
        await self.circumstances()
        await house.speak("tell", self._voice("tell"))
        await self.others()
        await self.about_me()
        await self.menu()
        await self.open("that_day")
        await house.speak("with_whom", self._voice("with_whom"))
        await self.words("items")
        await house.speak("occupation", self._voice("occupation"))
        await self.open("heard_since")
        await house.speak("heard_what", self._voice("heard_what"))
        await self.review()

    def _voice(self, question: str) -> Sent:
        return recording(f"{self.house.number}/{question}")


class SeveralPeople(Persona):
    """Looks for two to five who were taken together."""

    async def story(self) -> None:
        more = self.rng.randint(1, 4)
        await self.core(more)
        await self.menu()
        for person in self.rng.sample(range(1, more + 2), 2):
            await self.section(self.rng.choice(("looks", "other_names", "pictures")), person)
        await self.review()


PERSONAS: tuple[type[Persona], ...] = (Skips, Edits, Pauses, Moves, DoubleTaps, Albums, Voices, SeveralPeople)
