"""What the console says about codes: statuses, flags, reasons, troubles. English is the gettext message id."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES = Path(__file__).parent / "locale"
#: Babel's locale of a language, where it is not the language itself: Syria's month names, Western digits
_LOCALE = {"ar": "ar_SY"}


def N_(text: str) -> str:  # noqa: N802  (the extractor's own word)
    """Marks a message for translation where it is written and not yet said."""
    return text


@dataclass(frozen=True, slots=True)
class Words:
    """The console's words in one language."""

    #: for Babel: `en_GB`
    locale: str
    translations: NullTranslations = field(repr=False)

    @property
    def language(self) -> str:
        """For the page: `en`."""
        return self.locale.partition("_")[0]

    @property
    def direction(self) -> str:
        """For the page: `ltr` or `rtl`."""
        return Locale.parse(self.locale).text_direction

    def gettext(self, message: str) -> str:
        """The message in this language, or in English."""
        return self.translations.gettext(message)

    def say(self, table: dict[str, str], code: str) -> str:
        """What a code means; a code that this version does not know is shown as it is."""
        return self.gettext(table[code]) if code in table else code.replace("_", " ")


def words_in(language: str) -> Words:
    """The words in this language; English where there is no catalog."""
    catalog = LOCALES / language / "LC_MESSAGES" / "desk.po"
    if not catalog.exists():
        return Words("en_GB", NullTranslations())
    return Words(_LOCALE.get(language, language), _read(catalog, language))


def _read(catalog: Path, language: str) -> GNUTranslations:
    """Straight from the translator's file, as the conversation's catalogs are (decision 2)."""
    compiled = io.BytesIO()
    with catalog.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


LANGUAGES = {
    "ar": N_("Arabic"),
    "ku": N_("Kurmanji"),
    "tr": N_("Turkish"),
    "en": N_("English"),
    "de": N_("German"),
    "fr": N_("French"),
}

ATTENTION = {
    "needs_human": N_("Answers a person should read"),
    "asked_for_person": N_("Asked to talk to a person"),
    "child": N_("A child at the time"),
    "minor_enquirer": N_("The enquirer is a minor"),
    "organisation": N_("Written for an organisation"),
    "urgent": N_("Urgent"),
    "recent": N_("Within the last three months"),
    "crisis": N_("Words of crisis"),
    "voice": N_("Voice messages to listen to"),
}

#: Flags that are read before all others.
PRESSING = ("crisis", "urgent", "minor_enquirer")

STATUS = {
    "answered": N_("Answered"),
    "unknown": N_("Does not know"),
    "refused": N_("Prefers not to say"),
    "deferred": N_("Left for later"),
    "needs_human": N_("A person should read this"),
    "not_asked": N_("Not asked"),
    "not_applicable": N_("Does not apply"),
}

CONSENT = {"granted": N_("Yes"), "denied": N_("No"), "later": N_("Asked to decide later")}

PURPOSE = {"process": N_("Keep the answers in order to search"), "share": N_("Share the report")}

ACTION = {
    "case_viewed": N_("read it"),
    "case_exported": N_("exported it"),
    "file_viewed": N_("opened an attachment"),
    "talk_viewed": N_("looked at what is said to the family"),
}

#: What a revision is.
KIND = {
    "report": N_("Report"),
    "addition": N_("Addition"),
    "withdrawal": N_("Withdrawal"),
    "erasure_request": N_("Wish to have everything deleted"),
    "erasure_cancelled": N_("Wish taken back"),
    "erasure": N_("Deletion"),
    "answer": N_("Answer to a question"),
    "note": N_("Note to the team"),
}

#: What a family is told of how its request stands.
SAID_STATUS = {
    "in_review": N_("A person is reading it"),
    "registered": N_("Registered, the search goes on"),
    "no_news": N_("No new information"),
    "please_call": N_("We would like to speak with you"),
    "handed_to": N_("It is with another organisation now"),
    "closed_by_you": N_("Closed at the family's request"),
}

#: How an appointment is held.
CHANNEL = {"call": N_("A call"), "visit": N_("A visit")}

SAYING = {"status": N_("Status"), "question": N_("Question"), "message": N_("Message")}

#: What became of something said to a family.
SAYING_STATE = {
    "proposed": N_("waits for a second look"),
    "released": N_("on its way"),
    "posted": N_("at the families' side"),
    "delivered": N_("shown in the chat"),
    "held": N_("not shown: the family wants no messages; it is there when they ask"),
    "unreachable": N_("not shown: the chat cannot be reached"),
    "answered": N_("answered"),
    "read": N_("read"),
    "revoked": N_("taken back"),
    "refused": N_("refused by the families' side"),
}

#: Why something was not taken, in a sentence.
NOT_SAID = {
    "second_person": N_("A second caseworker must let this go: you proposed it yourself."),
    "not_proposed": N_("This was decided already."),
    "too_late": N_("It is too late to take this back."),
    "template": N_("Please choose a text."),
    "values": N_("This text needs a day, or a day and an hour."),
    "channel": N_("Please choose a call or a visit."),
    "day": N_("Please give the day as year, month and day, for example 2027-01-31."),
    "time": N_("Please give the hour by the clock of 24 hours, for example 14:30."),
    "clock": N_("Please choose the clock that is meant."),
    "clock_change": N_(
        "That night the clocks are changed, and this hour is missing or comes twice. Please choose another hour."
    ),
    "past": N_("This day and hour are over by the clock that is meant. Please choose a later day or hour."),
    "far": N_("This is more than a year ahead. Please look at the year again."),
    "place": N_("A visit needs a place: please write where it is, in the family's language."),
    "changed_since": N_(
        "This appointment does not stand so any more: it is over, or was moved or called off. Look at the newest one."
    ),
    "replaces": N_("This text needs the appointment that it changes."),
    "person": N_("There is no such person in this report."),
    "words": N_("This text has no room for words of your own, or needs some."),
    "words_long": N_("Your own words are too long: 300 characters at most."),
    "words_plain": N_("Your own words may hold no link, no account and no brackets."),
    "words_forbidden": N_(
        "Your own words hold something that only a person may tell, a promise, or money. Such a thing is never written to "
        "a family: call them."
    ),
    "status": N_("Please choose a status."),
    "since": N_("Please give the last day on which there was anything new."),
    "recipient": N_("The family has not agreed to that organisation, or no longer does."),
    "reference": N_("A reference has at most 40 letters, digits, spaces and . / _ -"),
    "no_way_back": N_("This desk is not connected, so nothing can be said to families."),
}

TIMES = {
    "morning": N_("in the morning (9–12)"),
    "noon": N_("at midday (12–16)"),
    "evening": N_("in the evening (16–20)"),
    "any": N_("at any time"),
    "not_now": N_("not now"),
}

#: Why somebody should do something.
TASK = {
    "asked": N_("Asked to talk to a person"),
    "better_told": N_("Has something to say that should not be written"),
    "call": N_("A call is to be made at the time the family chose"),
    "distress": N_("Words of distress: please see to this first"),
    "scam": N_("Somebody tries to take money from this family"),
    "appointment_confirmed": N_("Will be there: an appointment was confirmed"),
    "appointment_change": N_("Would like another time for an appointment"),
    "appointment_cancelled": N_("Cannot come to an appointment"),
    "question_unanswered": N_("A question was not answered for three weeks"),
    "contact_changed": N_("Can no longer be reached the way they gave"),
    "contact_lost": N_("The family was not heard from for more than a year"),
    "unknown_status": N_("Another system sent a status that is not known; the family was told nothing new"),
}

PLACE_KIND = {
    "governorate": N_("governorate"),
    "district": N_("district"),
    "subdistrict": N_("subdistrict"),
    "community": N_("town or village"),
    "neighbourhood": N_("neighbourhood"),
    "facility": N_("prison, hospital or another site"),
    "country": N_("country"),
    "route": N_("on the way"),
    "unknown": N_("place not recognised"),
}

FILE_KIND = {"image": N_("Picture"), "audio": N_("Recording"), "document": N_("Document")}

SCRIPT = {"Arab": N_("in Arabic script"), "Latn": N_("in Latin script"), "Mixed": N_("in mixed scripts")}

#: Why an envelope is in quarantine.
REASON = {
    "signature": N_("The signature is not the pinned sender's."),
    "manifest": N_("The outside of the envelope cannot be read."),
    "not_as_listed": N_("The envelope is another one than the list announced."),
    "digest": N_("The sealed part is not the one that was signed."),
    "not_for_us": N_("It is sealed to other keys, not to this desk's."),
    "seal": N_("The seal is damaged."),
    "not_json": N_("What is inside is not a report."),
    "other_report": N_("The report inside has another number than the envelope."),
    "unknown_schema": N_("The report is of a kind that this version of the desk does not know."),
    "schema": N_("The report does not have the agreed form."),
    "changed": N_("A different text came under a number that was received before."),
    "unreadable": N_("The answer of the families' side holds no envelope."),
    "unfetchable": N_("The families' side lists it, yet does not hand it over."),
    "files": N_("The envelope and the report in it do not name the same attachments."),
    "too_many_files": N_("It has more attachments than the desk takes."),
    "file_too_large": N_("One attachment is larger than the desk takes."),
    "file_digest": N_("One attachment is not the one that was signed."),
    "file_seal": N_("The seal of one attachment is damaged, or for other keys."),
    "file_content": N_("What is in one attachment is not what the report describes."),
    "file_unfetchable": N_("The families' side does not hand over one of the attachments."),
}

#: What a person can do about it.
REMEDY = {
    "signature": N_(
        "Treat it as forged until shown otherwise. Ask the operator of the families' side, by telephone, whether its "
        "signing key changed; if so, replace the sender's key file and restart the desk."
    ),
    "manifest": N_("Ask the operator of the families' side which version it runs; update the desk if it is newer."),
    "not_as_listed": N_(
        "Report it to the operator of the families' side: something in between may be swapping envelopes."
    ),
    "digest": N_(
        "It may have been damaged on its way and is fetched again by itself. If it stays, report it to the operator."
    ),
    "not_for_us": N_(
        "The families' side must seal to this desk's recipient. Open it with the key it was sealed to, or with the "
        "offline escrow key."
    ),
    "seal": N_("It is fetched again by itself. If it stays, report it to the operator: the bytes were signed damaged."),
    "not_json": N_("Report it to the developers with the report's number. Nothing is erased at the source meanwhile."),
    "other_report": N_(
        "Report it to the developers with the report's number. Nothing is erased at the source meanwhile."
    ),
    "unknown_schema": N_("Update the desk; it is then opened by itself."),
    "schema": N_("Report the place to the developers. Nothing is erased at the source meanwhile."),
    "changed": N_("The first text is kept. Ask the operator of the families' side why there is a second one."),
    "unreadable": N_("It is fetched again by itself. If it stays, report it to the operator of the families' side."),
    "unfetchable": N_("It is fetched again by itself. If it stays, report it to the operator of the families' side."),
    "files": N_("Report it to the developers with the report's number. Nothing is erased at the source meanwhile."),
    "too_many_files": N_(
        "Report it to the operator of the families' side: it lets through more than was agreed (50 attachments)."
    ),
    "file_too_large": N_(
        "Report it to the operator of the families' side: it lets through more than was agreed (25 MB for each)."
    ),
    "file_digest": N_(
        "It may have been damaged on its way and is fetched again by itself. If it stays, report it to the operator."
    ),
    "file_seal": N_("It is fetched again by itself. If it stays, report it to the operator: it was signed damaged."),
    "file_content": N_(
        "Report it to the developers with the report's number. Nothing is erased at the source meanwhile."
    ),
    "file_unfetchable": N_(
        "It is fetched again by itself. If it stays, report it to the operator of the families' side."
    ),
}

TROUBLE = {
    "not_set_up": N_("The desk is not connected: the operator has not set WASL_DESK_HANDOFF_URL."),
    "out_of_reach": N_("The families' side cannot be reached. Reports wait there, nothing is lost."),
    "token_refused": N_(
        "The families' side refuses the desk's token. The operator must set the same one on both sides."
    ),
    "bad_answer": N_("The families' side answers something the desk does not understand."),
    "own_store": N_("The desk cannot write its own database. Reports wait at the families' side."),
}
