# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether a value is what a JSON Schema says: the part of draft 2020-12 that
the API's description uses. A keyword that is not known here is an error, so
that nothing goes unchecked."""
import re

SAYS_NOTHING = {"description", "default", "example", "format"}

TYPES = {
    "object": lambda v: isinstance(v, dict),
    "array": lambda v: isinstance(v, list),
    "string": lambda v: isinstance(v, str),
    "boolean": lambda v: isinstance(v, bool),
    "null": lambda v: v is None,
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
}


class Unknown(Exception):
    """The schema uses what is not known here."""


def equal(a, b):
    """JSON's equality: true is not 1."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    return a == b


def find(document, reference):
    """What a reference within a document leads to."""
    if not reference.startswith("#/"):
        raise Unknown(reference)
    at = document
    for part in reference[2:].split("/"):
        at = at[part]
    return at


class Validator:
    """Collects what is wrong with values, for schemas of one document."""

    def __init__(self, document):
        self.document = document
        self.wrong = []

    def check(self, value, schema, where="$"):
        for keyword, wanted in schema.items():
            if keyword in SAYS_NOTHING:
                continue
            rule = getattr(self, "on_" + keyword.replace("$", ""), None)
            if rule is None:
                raise Unknown(f"{where}: {keyword}")
            rule(value, wanted, where, schema)
        return self

    def say(self, where, text):
        self.wrong.append(f"{where}: {text}")

    def on_ref(self, value, wanted, where, _schema):
        self.check(value, find(self.document, wanted), where)

    def on_type(self, value, wanted, where, _schema):
        kinds = wanted if isinstance(wanted, list) else [wanted]
        if not any(TYPES[kind](value) for kind in kinds):
            self.say(where, f"{value!r:.60} is not {wanted}")

    def on_enum(self, value, wanted, where, _schema):
        if not any(equal(value, one) for one in wanted):
            self.say(where, f"{value!r:.60} is none of {wanted}")

    def on_const(self, value, wanted, where, _schema):
        if not equal(value, wanted):
            self.say(where, f"{value!r:.60} is not {wanted!r}")

    def on_pattern(self, value, wanted, where, _schema):
        if isinstance(value, str) and not re.search(wanted, value):
            self.say(where, f"{value!r:.60} does not match {wanted}")

    def on_minimum(self, value, wanted, where, _schema):
        if TYPES["number"](value) and value < wanted:
            self.say(where, f"{value} is below {wanted}")

    def on_maximum(self, value, wanted, where, _schema):
        if TYPES["number"](value) and value > wanted:
            self.say(where, f"{value} is above {wanted}")

    def on_required(self, value, wanted, where, _schema):
        for name in wanted if isinstance(value, dict) else []:
            if name not in value:
                self.say(where, f"{name} is missing")

    def on_properties(self, value, wanted, where, _schema):
        for name, schema in wanted.items() if isinstance(value, dict) else []:
            if name in value:
                self.check(value[name], schema, f"{where}.{name}")

    def on_additionalProperties(self, value, wanted, where, schema):
        if wanted is not False:
            raise Unknown(f"{where}: additionalProperties: {wanted}")
        for name in value if isinstance(value, dict) else []:
            if name not in schema.get("properties", {}):
                self.say(where, f"{name} is not known")

    def on_items(self, value, wanted, where, _schema):
        for i, item in enumerate(value if isinstance(value, list) else []):
            self.check(item, wanted, f"{where}[{i}]")

    def on_minItems(self, value, wanted, where, _schema):
        if isinstance(value, list) and len(value) < wanted:
            self.say(where, f"{len(value)} items, fewer than {wanted}")

    def on_maxItems(self, value, wanted, where, _schema):
        if isinstance(value, list) and len(value) > wanted:
            self.say(where, f"{len(value)} items, more than {wanted}")

    def on_minProperties(self, value, wanted, where, _schema):
        if isinstance(value, dict) and len(value) < wanted:
            self.say(where, f"{len(value)} properties, fewer than {wanted}")

    def on_maxProperties(self, value, wanted, where, _schema):
        if isinstance(value, dict) and len(value) > wanted:
            self.say(where, f"{len(value)} properties, more than {wanted}")


def faults(document, schema, value):
    """A list of what is wrong; empty: nothing is."""
    return Validator(document).check(value, schema).wrong
