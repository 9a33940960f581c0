"""XLSForm's types of questions: what each becomes here, and what to do about those a chat cannot have."""

from __future__ import annotations

from collections.abc import Mapping

#: as XLSForm writes them (older spellings too) -> the form's type
ASKED: Mapping[str, str] = {
    "text": "text",
    "string": "text",
    "integer": "integer",
    "int": "integer",
    "decimal": "decimal",
    "range": "decimal",
    "date": "date",
    "note": "note",
    "calculate": "calculate",
    "image": "image",
    "photo": "image",
    "audio": "audio",
    "file": "file",
    "video": "file",
    # asked in words: no phone's place or clock is taken, and what was written is kept as it is
    "geopoint": "text",
    "gps": "text",
    "location": "text",
    "time": "text",
    "datetime": "text",
    "barcode": "text",
    "acknowledge": "note",
    "trigger": "note",
}
#: how words that answer these are read
READS: Mapping[str, str] = {"geopoint": "place", "gps": "place", "location": "place", "datetime": "date"}

#: what a phone would fill in by itself: never asked, never collected here
NOT_COLLECTED = frozenset(
    {"start", "end", "deviceid", "device id", "username", "phonenumber", "phone number", "simserial", "subscriberid"}
    | {"subscriber id", "audit", "email", "imei", "start-geopoint", "background-audio", "background-geopoint"}
    | {"uri:deviceid", "uri:username", "uri:subscriberid", "uri:simserial", "uri:phonenumber", "get device id"}
    | {"get start time", "get end time", "get phone number", "get subscriber id", "start time", "end time", "sim id"}
)
#: what stands in for them in expressions
TODAY = frozenset({"today", "get today"})

#: types a chat cannot have, and what to use in their place
UNSUPPORTED: Mapping[str, str] = {
    "geotrace": "a line on a map cannot be drawn in a chat; ask for the places with text",
    "geoshape": "a shape on a map cannot be drawn in a chat; ask for the place with text",
    "rank": "an order of choices cannot be pressed; ask for the first one with select_one, then for the next",
    "select_one_from_file": "choices in another file are not read; put them on the sheet choices",
    "select_multiple_from_file": "choices in another file are not read; put them on the sheet choices",
    "select_one_external": "choices in another file are not read; put them on the sheet choices",
    "xml-external": "other files are not read; put what is needed on the sheet choices",
    "csv-external": "other files are not read; put what is needed on the sheet choices",
    "osm": "OpenStreetMap features cannot be edited in a chat; ask with text",
    "include": "another form is not included; copy its rows here",
    "hidden": "nothing fills it in here; take the row out, or make it a calculate",
    "begin loop": "loops are not known; use begin repeat, or write the questions out",
    "end loop": "loops are not known; use begin repeat, or write the questions out",
}
