"""What scripted families write and choose, with the meaning a reader must find in it; and the stretches all personas share.

The meanings beside the words are written by hand, not computed: they are what the report is compared with.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bench.attachments import Sent, paper, picture
from bench.household import Household, Told, Value
from flows.presses import press


def _date(edtf: str, earliest: str, latest: str) -> Value:
    return {"type": "date", "edtf": edtf, "earliest": earliest, "latest": latest}


def _place(text: str, code: str, name: str, kind: str, admin1: str | None = None) -> Value:
    place = {"type": "place", "text": text, "code": code, "name": name, "kind": kind, "admin1": admin1}
    return {**place, "gazetteer": "syria-77704540"}


@dataclass(frozen=True, slots=True)
class Words:
    """What is written, what it means, and the button that says so when the bot asks back."""

    text: str
    means: Value
    #: the verb of the button and its word, such as `y` (yes, that is right) or `o:day1` (this one)
    agreed_by: str = ""


@dataclass(frozen=True, slots=True)
class Tongue:
    """How families of one language write."""

    persons: tuple[str, ...]
    fathers: tuple[str, ...]
    mothers: tuple[str, ...]
    births: tuple[Words, ...]
    dates: tuple[Words, ...]
    places: tuple[Words, ...]
    countries: tuple[Words, ...]
    sentences: tuple[str, ...]
    #: nothing that can be read as a date
    riddles: tuple[str, str]


ENGLISH = Tongue(
    persons=("Amal Khaled", "Yusuf Haddad", "Elias Nasr", "Jonas Haddad", "Maryam Khaled", "Karim Nasr"),
    fathers=("Khaled", "Elias", "Haddad"),
    mothers=("Samira Nasr", "Maryam Haddad"),
    births=(
        Words("1990", _date("1990", "1990-01-01", "1990-12-31")),
        Words("36 years old", {"type": "age", "years": 36}),
        Words("12/05/1988", _date("1988-05-12", "1988-05-12", "1988-05-12"), "o:day1"),
    ),
    dates=(
        Words("June 2013", _date("2013-06", "2013-06-01", "2013-06-30")),
        Words("summer 2014", _date("2014-22", "2014-06-01", "2014-08-31"), "y"),
        Words("about March 2014", _date("2014-03~", "2014-03-01", "2014-03-31"), "y"),
        Words("14 August 2013", _date("2013-08-14", "2013-08-14", "2013-08-14")),
        Words("2012", _date("2012", "2012-01-01", "2012-12-31")),
    ),
    places=(
        Words("Baba Amr", _place("Baba Amr", "N0268", "Baba Amr", "neighbourhood", "SY04")),
        Words("Homs", _place("Homs", "C2528", "Homs", "community", "SY04")),
    ),
    countries=(Words("Sweden", _place("Sweden", "SE", "Sweden", "country")),),
    sentences=(
        "She was on her way to the university.",
        "They came at night and nobody saw where they went.",
        "A scar on the left hand, from a burn.",
        "He wore a brown jacket and carried a bag of bread.",
        "Two colleagues were there as well.",
    ),
    riddles=("before the flood", "when the river was high"),
)
ARABIC = Tongue(
    persons=("آمال خالد", "يوسف حداد", "إلياس نصر", "مريم خالد", "كريم نصر"),
    fathers=("خالد", "إلياس"),
    mothers=("سميرة نصر", "مريم حداد"),
    births=(
        Words("١٩٨٥", _date("1985", "1985-01-01", "1985-12-31")),
        Words("1990", _date("1990", "1990-01-01", "1990-12-31")),
    ),
    dates=(
        Words("صيف 2013", _date("2013-22", "2013-06-01", "2013-08-31"), "y"),
        Words("حزيران ٢٠١٣", _date("2013-06", "2013-06-01", "2013-06-30")),
        Words("٢٠١٤", _date("2014", "2014-01-01", "2014-12-31")),
    ),
    places=(
        Words("بابا عمرو", _place("بابا عمرو", "N0268", "Baba Amr", "neighbourhood", "SY04")),
        Words("حمص", _place("حمص", "C2528", "Homs", "community", "SY04")),
    ),
    countries=(Words("السويد", _place("السويد", "SE", "Sweden", "country")),),
    sentences=("كانت في طريقها إلى الجامعة.", "كان يلبس سترة بنية.", "رآه الجيران في ذلك اليوم."),
    riddles=("قبل الطوفان", "عندما ارتفع النهر"),
)
GERMAN = Tongue(
    persons=("Amal Khaled", "Yusuf Haddad", "Elias Nasr", "Maryam Khaled", "Karim Nasr"),
    fathers=("Khaled", "Elias", "Haddad"),
    mothers=("Samira Nasr", "Maryam Haddad"),
    births=(
        Words("1990", _date("1990", "1990-01-01", "1990-12-31")),
        Words("36 Jahre alt", {"type": "age", "years": 36}),
        Words("12.05.1988", _date("1988-05-12", "1988-05-12", "1988-05-12")),
    ),
    dates=(
        Words("Juni 2013", _date("2013-06", "2013-06-01", "2013-06-30")),
        Words("Sommer 2014", _date("2014-22", "2014-06-01", "2014-08-31"), "y"),
        Words("ungefähr März 2014", _date("2014-03~", "2014-03-01", "2014-03-31"), "y"),
        Words("14. August 2013", _date("2013-08-14", "2013-08-14", "2013-08-14")),
    ),
    places=(
        Words("Baba Amr", _place("Baba Amr", "N0268", "Baba Amr", "neighbourhood", "SY04")),
        Words("Homs", _place("Homs", "C2528", "Homs", "community", "SY04")),
    ),
    countries=(Words("Schweden", _place("Schweden", "SE", "Sweden", "country")),),
    sentences=(
        "Sie war auf dem Weg zur Universität.",
        "Er trug eine braune Jacke.",
        "Zwei aus der Arbeit waren auch dort.",
    ),
    riddles=("vor der Sintflut", "als der Fluss hoch stand"),
)
FRENCH = Tongue(
    persons=("Amal Khaled", "Youssef Haddad", "Elias Nasr", "Maryam Khaled", "Karim Nasr"),
    fathers=("Khaled", "Elias", "Haddad"),
    mothers=("Samira Nasr", "Maryam Haddad"),
    births=(
        Words("1990", _date("1990", "1990-01-01", "1990-12-31")),
        Words("36 ans", {"type": "age", "years": 36}),
        Words("12/05/1988", _date("1988-05-12", "1988-05-12", "1988-05-12")),
    ),
    dates=(
        Words("juin 2013", _date("2013-06", "2013-06-01", "2013-06-30")),
        Words("été 2014", _date("2014-22", "2014-06-01", "2014-08-31"), "y"),
        Words("vers mars 2014", _date("2014-03~", "2014-03-01", "2014-03-31"), "y"),
        Words("14 août 2013", _date("2013-08-14", "2013-08-14", "2013-08-14")),
    ),
    places=(
        Words("Baba Amr", _place("Baba Amr", "N0268", "Baba Amr", "neighbourhood", "SY04")),
        Words("Homs", _place("Homs", "C2528", "Homs", "community", "SY04")),
    ),
    countries=(Words("Suède", _place("Suède", "SE", "Sweden", "country")),),
    sentences=("Elle allait à son cours.", "Il portait une veste marron.", "Deux collègues étaient là aussi."),
    riddles=("avant le déluge", "quand le fleuve était haut"),
)
TURKISH = Tongue(
    persons=("Emel Halit", "Yusuf Haddad", "İlyas Nasır", "Meryem Halit", "Kerim Nasır"),
    fathers=("Halit", "İlyas"),
    mothers=("Samira Nasır", "Meryem Haddad"),
    births=(
        Words("1990", _date("1990", "1990-01-01", "1990-12-31")),
        Words("12.05.1988", _date("1988-05-12", "1988-05-12", "1988-05-12")),
    ),
    dates=(
        Words("Haziran 2013", _date("2013-06", "2013-06-01", "2013-06-30")),
        Words("2014 yazı", _date("2014-22", "2014-06-01", "2014-08-31"), "y"),
        Words("14 Ağustos 2013", _date("2013-08-14", "2013-08-14", "2013-08-14")),
    ),
    places=(Words("Kamışlı", _place("Kamışlı", "C4564", "Quamishli", "community", "SY08")),),
    countries=(Words("İsveç", _place("İsveç", "SE", "Sweden", "country")),),
    sentences=("Üniversiteye gidiyordu.", "Üzerinde kahverengi bir ceket vardı.", "İki iş arkadaşı da oradaydı."),
    riddles=("tufandan önce", "nehir yükseldiğinde"),
)
KURMANJI = Tongue(
    persons=("Amal Xalid", "Yûsif Hedad", "Elyas Nasir", "Meryem Xalid", "Kerîm Nasir"),
    fathers=("Xalid", "Elyas"),
    mothers=("Semîra Nasir", "Meryem Hedad"),
    births=(Words("1990", _date("1990", "1990-01-01", "1990-12-31")),),
    dates=(
        Words("hezîrana 2013", _date("2013-06", "2013-06-01", "2013-06-30")),
        Words("havîna 2014", _date("2014-22", "2014-06-01", "2014-08-31"), "y"),
    ),
    places=(Words("Qamişlo", _place("Qamişlo", "C4564", "Quamishli", "community", "SY08")),),
    countries=(Words("Swêd", _place("Swêd", "SE", "Sweden", "country")),),
    sentences=("Ew diçû zanîngehê.", "Çakêtekî qehweyî lê bû.", "Du hevalên kar jî li wir bûn."),
    riddles=("beriya tofanê", "gava çem bilind bû"),
)
#: every language families are offered, in the order in which they take turns
TONGUES = {"en": ENGLISH, "ar": ARABIC, "de": GERMAN, "fr": FRENCH, "tr": TURKISH, "ku": KURMANJI}

MALE, FEMALE = ("son", "brother", "husband", "father"), ("daughter", "sister", "wife", "mother")
#: Circumstances after which no person has to be called before the story goes on.
CIRCUMSTANCES = ("detained", "abducted_other", "attack", "displacement", "migration", "contact_lost", "unsure")
GOVERNORATES = ("SY01", "SY02", "SY04", "SY05", "SY07", "SY11", "SY13")

PHONE = "+49 30 901820"
PHONE_VALUE = {"type": "phone", "e164": "+4930901820", "region": "DE", "text": PHONE}


class Teller:
    """Tells the stretches of a story, each question answered in one of the ways its kind allows."""

    def __init__(self, house: Household) -> None:
        self.house = house
        self.rng = house.rng
        self.tongue = TONGUES[house.language]
        self.category = ""

    # -- single answers --------------------------------------------------------------------------------------------------

    async def words(self, question: str) -> int:
        return await self.house.write(question, f"{self.rng.choice(self.tongue.sentences)} {self.house.number}")

    async def mean(self, question: str, words: Words) -> None:
        """Words with a meaning; when the bot asks whether it understood, or which it is, that is answered."""
        await self.house.write(question, words.text, words.means)
        if words.agreed_by:
            verb, _, word = words.agreed_by.partition(":")
            await self.house.press(press(verb, question, word))

    async def date(self, question: str) -> None:
        await self.mean(question, self.rng.choice(self.tongue.dates))

    async def place(self, question: str) -> None:
        await self.mean(question, self.rng.choice(self.tongue.places))

    async def choose(self, question: str, but: tuple[str, ...] = ()) -> str:
        known = self.house.flow.question(question)
        assert known is not None
        code = self.rng.choice([choice.name for choice in known.choices if choice.name not in but])
        await self.house.pick(question, code)
        return code

    async def leave(self, question: str) -> None:
        await self.house.leave(question, self.rng.choice(("unknown", "refused", "deferred")))

    async def perhaps(self, question: str, answer: Callable[[str], Awaitable[object]], odds: float = 0.7) -> bool:
        """Answer, or leave it open now and then; whether it was answered."""
        if self.rng.random() < odds:
            await answer(question)
            return True
        await self.leave(question)
        return False

    # -- the core --------------------------------------------------------------------------------------------------------

    async def welcome(self) -> None:
        """From Start to the first question about the missing person."""
        house = self.house
        await house.arrive()
        await house.setup("language", house.language)
        await house.setup("start", "start")
        await house.consent("consent", "yes")
        await house.setup("adult", "adult")
        await house.setup("safe", "yes" if house.discreet else "no")

    async def kinship(self, person: int = 1, relationship: str | None = None) -> None:
        relationship = relationship or self.rng.choice(MALE + FEMALE)
        await self.house.pick(of("relationship", person), relationship)
        self.related(person, relationship)

    def related(self, person: int, relationship: str) -> None:
        """What follows from the word for a relative."""
        self.house.follows(person, "sex", "male" if relationship in MALE else "female")

    async def identity(self, person: int = 1) -> None:
        """Names, parents, birth."""
        house, tongue = self.house, self.tongue
        await house.name(of("name", person), self.rng.choice(tongue.persons))
        if person > 1:
            same = self.rng.choice(("yes", "no"))
            await house.pick(of("same_parents", person), same)
            if same == "yes":
                await self.mean(of("birth", person), self.rng.choice(tongue.births))
                return
        await self.perhaps(of("father", person), lambda question: house.name(question, self.rng.choice(tongue.fathers)))
        await self.perhaps(of("mother", person), lambda question: house.name(question, self.rng.choice(tongue.mothers)))
        await self.mean(of("birth", person), self.rng.choice(tongue.births))

    async def circumstances(self) -> str:
        category = self.category = self.rng.choice(CIRCUMSTANCES)
        await self.house.pick("category", category)
        await self.date("when")
        await self.somewhere("where")
        return category

    async def somewhere(self, question: str) -> None:
        if self.rng.random() < 0.7:
            await self.house.pick(question, self.rng.choice(GOVERNORATES))
        else:
            await self.mean(question, self.tongue.places[0])

    async def others(self, more: int = 0) -> None:
        """The others taken along, as many as there are."""
        for person in range(2, more + 2):
            await self.house.pick(of("others", person - 1), "yes")
            self.house.persons = person
            await self.kinship(person)
            await self.identity(person)
        await self.house.pick(of("others", more + 1), "no")

    async def about_me(self) -> None:
        house = self.house
        await self.perhaps("my_name", lambda question: house.name(question, self.rng.choice(self.tongue.mothers)))
        if self.rng.random() < 0.7:
            await house.pick("my_country", self.rng.choice(("SY", "TR", "LB", "DE")))
        else:
            await self.mean("my_country", self.rng.choice(self.tongue.countries))
        await house.consent("share_icmp", self.rng.choice(("yes", "no", "later")))
        await house.consent("share_icrc", self.rng.choice(("yes", "no", "later")))

    async def core(self, more: int = 0) -> None:
        await self.kinship()
        await self.identity()
        await self.circumstances()
        await self.perhaps("tell", self.words)
        await self.others(more)
        await self.about_me()

    # -- the menu --------------------------------------------------------------------------------------------------------

    async def menu(self) -> None:
        """From the review to what can be added."""
        await self.house.until_offered("send")
        await self.house.press("m")
        await self.house.until_offered("m:that_day")

    async def review(self) -> None:
        await self.house.until_offered("v", "m:that_day")
        await self.house.press("v")
        await self.house.until_offered("send")

    async def open(self, section: str, person: int = 1) -> None:
        await self.house.until_offered("m:that_day")
        await self.house.press(f"m:{section}")
        known = self.house.flow.section_names[section]
        if known.of and self.house.persons > 1:
            await self.house.press(f"m:{section}.{person}")

    async def section(self, name: str, person: int = 1) -> None:
        """Open a section and answer what it asks."""
        await self.open(name, person)
        match name:
            case "other_names":
                await self.perhaps(of("spellings", person), self.words)
                await self.perhaps(of("nickname", person), self.words)
                await self.perhaps(of("birth_place", person), self.place)
            case "looks":
                await self.perhaps(of("height", person), self.words)
                for question in ("build", "hair", "eyes"):
                    await self.perhaps(of(question, person), self.choose)
                await self.perhaps(of("marks", person), self.words)
                await self.leave(of("medical", person))
            case "place_more":
                await self.perhaps("where_exactly", self.place)
                await self.perhaps("where_else", self.place)
                await self.perhaps("last_contact", self.date)
            case "that_day":
                for question in ("with_whom", "items", "occupation"):
                    await self.perhaps(question, self.words)
            case "heard_since":
                if await self.perhaps("heard_what", self.words):
                    await self.perhaps("heard_when", self.date)
                    await self.perhaps("heard_source", self.choose)
                    await self.perhaps("heard_place", self.place)
            case "steps":
                await self.house.tick("registered_with", "red_cross", "lawyer")
                await self.perhaps("registered_ref", self.words)
            case "relatives":
                await self.house.tick("sample_kin", *self.rng.sample(("mother", "father", "child", "sibling"), 2))
                await self.mean("sample_where", self.rng.choice(self.tongue.countries))
            case "reach_me":
                if await self.perhaps("phone", lambda question: self.house.write(question, PHONE, PHONE_VALUE)):
                    await self.perhaps("phone_time", self.choose)
                await self.perhaps("second_contact", self.words)
            case "help_for_you":
                await self.house.tick("needs", *self.rng.sample(("papers", "talking", "living"), 2))
            case "detained":
                await self.perhaps("detained_where", self.choose)
                await self.perhaps("detained_clothing", self.choose)
                await self.perhaps("taken_by", self.words)
                if await self.perhaps("held_where", self.place):
                    await self.perhaps("held_source", self.choose)
                    await self.perhaps("held_when", self.date)
            case "abducted_other":
                await self.perhaps("taken_how", self.words)
                await self.house.pick("contacted_since", "yes")
                await self.perhaps("contacted_how", self.choose)
                await self.house.pick("money_asked", self.rng.choice(("yes", "no")))
            case "attack":
                await self.perhaps("attack_which", self.words)
                await self.perhaps("attack_rescued", self.choose)
                await self.house.pick("attack_injured", "yes")
                await self.perhaps("attack_hospital", self.place)
                await self.leave("attack_others")
            case "displacement":
                for question in ("fled_from_to", "fled_together", "fled_means"):
                    await self.perhaps(question, self.words)
            case "migration":
                await self.perhaps("left_from", self.place)
                await self.mean("going_to", self.rng.choice(self.tongue.countries))
                await self.house.tick("going_by", "sea", "land")
                await self.perhaps("left_when", self.date)
                await self.perhaps("last_message", self.words)
                await self.perhaps("travelled_with", self.words)
            case "contact_lost":
                await self.perhaps("plans", self.words)
                await self.house.pick("afraid", "yes")
                await self.perhaps("afraid_of", self.words)
            case "pictures":
                await self.pictures(person)
            case "documents":
                await self.house.tick("papers_have", "registry", "court")
                await self.files("papers_copy", "document", [paper(f"{self.house.number}/paper")])

    async def sections(self, *names: str) -> None:
        """Visit these, or a few of those that apply whatever happened; then back to the review."""
        await self.menu()
        own = (self.category,) if self.category in self.house.flow.section_names else ()
        for name in names or (*own, *self.rng.sample(SECTIONS, self.rng.randint(1, 3))):
            await self.section(name)
        await self.review()

    async def pictures(self, person: int = 1, *, whole: bool = False, album: int = 1) -> None:
        if person == 1 and ("originals", None) not in self.house.consents:
            await self.house.consent("keep_originals", "yes" if whole else "no")
        seeds = [f"{self.house.number}/{person}/{nth}" for nth in range(album)]
        await self.files(of("photo", person), "photo", [picture(seed, whole=whole) for seed in seeds])
        await self.perhaps(of("photo_year", person), self.date)

    async def files(self, question: str, kind: str, sent: list[Sent]) -> None:
        """Send these, at once, then Done."""
        await self.house.until_asked(question)
        await self.house.send(kind, *((one.name, one.body) for one in sent))
        await self.house.press(f"d:{question}")
        self.house.tell(question, Told("answered", files=tuple(sent)))

    # -- sending, and afterwards -----------------------------------------------------------------------------------------

    async def hand_in(self) -> None:
        """Press Send; wait until it is received."""
        await self.house.until_offered("send")
        await self.house.press("send")
        self.house.revisions += 1
        await self.house.until_offered("md", "n")

    async def opened(self) -> None:
        """What was sent, on the screen again after the chat was tidied."""
        await self.house.until("a resting chat", lambda: self.house.offers("g") or self.house.offers("md"))
        if self.house.offers("g"):
            await self.house.press("g")
        await self.house.until_offered("md", "n")

    async def add(self) -> None:
        """Something is added, and a name corrected, after the sending."""
        await self.opened()
        await self.house.press("m")
        await self.section(self.rng.choice(("that_day", "heard_since", "other_names", "reach_me")))
        if self.rng.random() < 0.5:
            await self.house.until_offered("m:that_day")
            await self.house.press("k:p1")
            await self.house.press("e:name")
            await self.house.name(
                "name", f"{self.rng.choice(self.tongue.persons)} {self.rng.choice(self.tongue.fathers)}"
            )
        await self.review()
        await self.hand_in()
        self.house.kind = "addition"

    async def withdraw(self) -> None:
        """A consent is taken back, if any was given."""
        given = [
            recipient for (_, recipient), answer in self.house.consents.items() if recipient and answer == "granted"
        ]
        await self.opened()
        if not given:
            return
        taken = self.rng.choice(given)
        await self.house.say("/withdraw")
        await self.house.press(f"w:share_{taken}")
        await self.house.until("the consent gone", lambda: not self.house.offers(f"w:share_{taken}"))
        self.house.consents[("share", taken)] = "denied"
        self.house.revisions += 1
        self.house.kind = "withdrawal"
        await self.house.press("g")
        await self.house.until_offered("md", "n")

    async def think_twice(self) -> None:
        """Erasure is asked for, and taken back."""
        await self.opened()
        await self.house.say("/delete")
        await self.house.press("ea")
        await self.house.press("ek")
        await self.house.until_offered("md", "n")
        self.house.revisions += 2
        self.house.kind = "erasure_cancelled"


#: Sections that apply whatever happened.
SECTIONS = (
    "other_names",
    "looks",
    "place_more",
    "that_day",
    "heard_since",
    "steps",
    "relatives",
    "reach_me",
    "help_for_you",
    "documents",
    "pictures",
)


def of(question: str, person: int) -> str:
    return question if person == 1 else f"{question}.{person}"
