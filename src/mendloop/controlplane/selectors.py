"""Label and field selectors in the API server's grammar, with its error texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from mendloop.controlplane.answers import bad_request

_TOKEN = re.compile(r"\s*(?:(==|!=|=|!|<|>|\(|\)|,)|([^\s=!<>(),]+)|$)")
_OPERATORS = {"=": "=", "==": "=", "!=": "!=", "in": "in", "notin": "notin", ">": "gt", "<": "lt"}
_BINARY = "in, notin, =, ==, !=, gt, lt"
_NAME = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_PREFIX = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_NAME_RULE = (
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
    "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
)
_PREFIX_RULE = (
    "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
    "'.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for "
    "validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
_VALUE_RULE = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must "
    "start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used "
    "for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
)


def label_key_faults(key: str) -> list[str]:
    """What is wrong with a label key, an annotation key or a finalizer's name; empty if nothing."""
    prefix, slash, name = key.rpartition("/")
    if key.count("/") > 1:
        rule = _NAME_RULE.removeprefix("name part ").removesuffix(")")
        optional = " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
        return [f"a valid label key {rule}){optional}"]
    faults: list[str] = []
    if slash and not prefix:
        faults.append("prefix part must be non-empty")
    elif slash and not _PREFIX.fullmatch(prefix):
        faults.append(_PREFIX_RULE)
    if not name:
        faults.append("name part must be non-empty")
    elif len(name) > 63:
        faults.append("name part must be no more than 63 bytes")
    if not _NAME.fullmatch(name):
        faults.append(_NAME_RULE)
    return faults


def label_value_faults(value: str) -> list[str]:
    faults = ["must be no more than 63 bytes"] if len(value) > 63 else []
    if value and not _NAME.fullmatch(value):
        faults.append(_VALUE_RULE)
    return faults


class Requirement(NamedTuple):
    """One condition on one label."""

    key: str
    operator: str  # in, notin, exists, absent, gt, lt
    values: frozenset[str] = frozenset()

    def matches(self, labels: Mapping[str, str]) -> bool:
        value = labels.get(self.key)
        match self.operator:
            case "in":
                return value is not None and value in self.values
            case "notin":
                return value is None or value not in self.values
            case "exists":
                return value is not None
            case "absent":
                return value is None
        return value is not None and self._compares(value)

    def _compares(self, value: str) -> bool:
        try:
            mine, limit = int(value), int(next(iter(self.values)))
        except ValueError:
            return False
        return mine > limit if self.operator == "gt" else mine < limit


LabelSelector = tuple[Requirement, ...]


class _Parser:
    """Reads one selector; a token is (text, is an identifier)."""

    def __init__(self, text: str) -> None:
        self._tokens = [
            (found[1] or found[2] or "", found[2] is not None) for found in _TOKEN.finditer(text) if found[0]
        ]
        self._tokens = [token for token in self._tokens if token[0]]
        self._at = 0

    def peek(self) -> tuple[str, bool]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("", False)

    def take(self) -> tuple[str, bool]:
        token = self.peek()
        self._at += 1
        return token

    def requirements(self) -> Iterator[Requirement]:
        while self.peek()[0]:
            text, is_word = self.peek()
            if not is_word and text != "!":
                raise bad_request(f"found '{text}', expected: !, identifier, or 'end of string'")
            yield self._requirement()
            text, _ = self.take()
            if text not in ("", ","):
                raise bad_request(f"found '{text}', expected: ',' or 'end of string'")
            following, is_word = self.peek()
            if text == "," and not is_word and following != "!":
                raise bad_request(f"found '{following}', expected: identifier after ','")

    def _requirement(self) -> Requirement:
        text, is_word = self.take()
        absent = text == "!"
        if absent:
            text, is_word = self.take()
        if not is_word:
            raise _unparsable(f"found '{text}', expected: identifier")
        if faults := label_key_faults(text):
            raise _unparsable(f'<nil>: Invalid value: "{text}": {"; ".join(faults)}')
        if absent:
            return Requirement(text, "absent")
        if self.peek()[0] in ("", ","):
            return Requirement(text, "exists")
        return self._comparison(text)

    def _comparison(self, key: str) -> Requirement:
        text, _ = self.take()
        operator = _OPERATORS.get(text)
        if operator is None:
            raise _unparsable(f"found '{text}', expected: {_BINARY}")
        values = frozenset(self._set() if operator in ("in", "notin") else [self._exact()])
        for value in sorted(values):
            if faults := label_value_faults(value):
                raise _unparsable(f'values[0][{key}]: Invalid value: "{value}": {"; ".join(faults)}')
            if operator in ("gt", "lt") and not re.fullmatch(r"[+-]?\d+", value):
                why = "for 'Gt', 'Lt' operators, the value must be an integer"
                raise _unparsable(f'values[0]: Invalid value: "{value}": {why}')
        return Requirement(key, {"=": "in", "!=": "notin"}.get(operator, operator), values)

    def _exact(self) -> str:
        text, is_word = self.peek()
        if text in ("", ","):
            return ""
        self.take()
        if not is_word:
            raise _unparsable(f"found '{text}', expected: identifier")
        return text

    def _set(self) -> Iterator[str]:
        text, _ = self.take()
        if text != "(":
            raise _unparsable(f"found '{text}' expected: '('")
        text, is_word = self.peek()
        if not is_word and text not in (",", ")"):
            raise _unparsable(f"found '{text}', expected: ',', ')' or identifier")
        while True:
            text, is_word = self.peek()
            # An empty place between commas stands for the empty value, as in `a in (x,)` (APIFACTS 30).
            yield self.take()[0] if is_word else ""
            text, _ = self.take()
            if text == ")":
                return
            if text != ",":
                raise _unparsable(f"found '{text}', expected: ',' or ')'")


def _unparsable(what: str) -> Exception:
    return bad_request(f"unable to parse requirement: {what}")


def parse_labels(text: str) -> LabelSelector:
    """The requirements of a `labelSelector`, all of which must hold.

    Errors: `Refusal` (400) with the server's words.
    """
    return tuple(_Parser(text).requirements()) if text else ()


def matches_labels(selector: LabelSelector, labels: Mapping[str, str]) -> bool:
    return all(requirement.matches(labels) for requirement in selector)


class FieldTerm(NamedTuple):
    """One condition on one selectable field."""

    field: str
    equal: bool
    value: str


FieldSelector = tuple[FieldTerm, ...]


def parse_fields(text: str, known: Callable[[str], None]) -> FieldSelector:
    """The terms of a `fieldSelector`; `known` raises for a field that the resource cannot select by."""
    terms = tuple(_field_term(term) for term in re.split(r"(?<!\\),", text) if term)
    for term in terms:
        known(term.field)
    return terms


def _field_term(term: str) -> FieldTerm:
    found = re.match(r"(.*?)(!=|==|=)(.*)", term, re.DOTALL)
    if found is None:
        raise bad_request(f"invalid selector: '{term}'; can't understand '{term}'")
    value = re.sub(r"\\([\\,=])", r"\1", found[3])
    return FieldTerm(found[1], found[2] != "!=", value)


def matches_fields(selector: FieldSelector, fields: Mapping[str, str]) -> bool:
    return all((fields.get(term.field, "") == term.value) is term.equal for term in selector)
