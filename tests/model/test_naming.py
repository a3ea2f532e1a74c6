"""Names of kinds, children and contents."""

from __future__ import annotations

import pytest

from mendloop.model.naming import child_name, digest, plural_of


@pytest.mark.parametrize(
    ("kind", "plural"),
    [
        ("Memcached", "memcacheds"),
        ("Policy", "policies"),
        ("Gateway", "gateways"),
        ("Ingress", "ingresses"),
        ("Box", "boxes"),
        ("Patch", "patches"),
        ("Endpoints", "endpoints"),
    ],
)
def test_plurals_are_those_that_kubernetes_guesses(kind: str, plural: str) -> None:
    assert plural_of(kind) == plural


def test_a_digest_does_not_depend_on_the_order_of_keys() -> None:
    assert digest({"a": 1, "b": [2]}) == digest({"b": [2], "a": 1})
    assert digest("a", "b") != digest("ab")
    assert len(digest("a")) == 10


def test_a_long_childs_name_is_cut_and_stays_its_own() -> None:
    one, other = child_name("a" * 70, "web"), child_name("a" * 70, "db")
    assert len(one) == 63
    assert one != other
    assert child_name("shop", "web") == "shop-web"
