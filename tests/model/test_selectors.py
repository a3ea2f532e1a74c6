"""Label selectors: text and object form, meaning, and whether one can match at all."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mendloop.model.selectors import Requirement, Selector, same

LABELS = st.dictionaries(st.sampled_from("ab"), st.sampled_from(["", "1", "2", "x"]))
REQUIREMENTS = st.one_of(
    st.builds(
        Requirement,
        st.sampled_from("ab"),
        st.sampled_from(["In", "NotIn"]),
        st.frozensets(st.sampled_from(["", "1", "2", "x"]), min_size=1),
    ),
    st.builds(Requirement, st.sampled_from("ab"), st.sampled_from(["Exists", "DoesNotExist"])),
    st.builds(
        Requirement, st.sampled_from("ab"), st.sampled_from(["Gt", "Lt"]), st.sampled_from([frozenset("1")])
    ),
)


@pytest.mark.parametrize(
    ("text", "labels", "matches"),
    [
        ("", {}, True),
        ("a=1", {"a": "1"}, True),
        ("a==1,b!=2", {"a": "1"}, True),
        ("a in (1, 2)", {"a": "2"}, True),
        ("a notin (1,2)", {}, True),
        ("a", {}, False),
        ("!a", {"a": ""}, False),
        ("a in ()", {"a": ""}, True),
        ("a=", {"a": ""}, True),
        ("a>5", {"a": "6"}, True),
        ("a<5", {"a": "x"}, False),
        (" app.kubernetes.io/name = web ", {"app.kubernetes.io/name": "web"}, True),
    ],
)
def test_selects_as_a_server_does(text: str, labels: dict[str, str], matches: bool) -> None:
    assert Selector.parse(text).matches(labels) is matches


@pytest.mark.parametrize("text", ["a in 1", "=1", "a=1,,b", "a!", "a in (1", "a b"])
def test_what_is_no_selector_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a label selector"):
        Selector.parse(text)


def test_one_meaning_however_written() -> None:
    labels = {"matchLabels": {"a": "1"}}
    assert same(labels, {"matchExpressions": [{"key": "a", "operator": "In", "values": ["1"]}]})
    assert same({"matchLabels": None}, {})
    assert not same(labels, {"matchLabels": {"a": "1", "b": "2"}})
    assert Selector.of(labels) == Selector.parse("a=1") == Selector.equal_to({"a": "1"})


def test_an_expression_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="Exists of 'a' has values"):
        Selector.of({"matchExpressions": [{"key": "a", "operator": "Exists", "values": ["1"]}]})
    with pytest.raises(ValueError, match="is not an operator"):
        Selector.of({"matchExpressions": [{"key": "a", "operator": "Is", "values": ["1"]}]})


@pytest.mark.parametrize(
    ("text", "possible"),
    [
        ("", True),
        ("a=1,a=2", False),
        ("a,!a", False),
        ("a in (1,2),a!=1", True),
        ("a in (1,2),a notin (1,2)", False),
        ("!a,a!=1", True),
        ("a>5,a<7", True),
        ("a>5,a<6", False),
        ("a>5,a=x", False),
    ],
)
def test_knows_whether_a_selector_can_match_at_all(text: str, possible: bool) -> None:
    assert Selector.parse(text).can_match() is possible


@settings(max_examples=60, deadline=None)
@given(st.frozensets(REQUIREMENTS, max_size=4), LABELS)
def test_what_matches_something_can_match(
    requirements: frozenset[Requirement], labels: dict[str, str]
) -> None:
    selector = Selector(requirements)
    assert selector.can_match() or not selector.matches(labels)


@settings(max_examples=60, deadline=None)
@given(st.frozensets(REQUIREMENTS, max_size=4))
def test_the_text_form_means_the_same(requirements: frozenset[Requirement]) -> None:
    selector = Selector(requirements)
    assert Selector.parse(str(selector)) == selector
