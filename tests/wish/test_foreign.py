"""Somebody else's object as it would be without us."""

from __future__ import annotations

import msgspec
from ops.labels import op
from ops.memcached import Memcached
from snapshots import Snapshot, one_pass

from mendloop import Object
from mendloop.k8s import Deployment, Namespace
from mendloop.wish.foreign import is_foreign, view_without_ours, without_owned


def ingress(**labels: str) -> Object:
    return Object("web", kind="networking.k8s.io/v1/Ingress", labels=labels)


OURS = b'{"f:metadata":{"f:labels":{"f:team":{}}}}'


def test_what_only_we_set_is_not_seen() -> None:
    """Else it would take our label for the user's, wish nothing, and so remove it, in turn for good."""
    world = Snapshot(Namespace("default", labels={"team": "blue"}))
    first = one_pass(op, ingress(), world)
    again = one_pass(op, view_without_ours(ingress(team="blue"), OURS), world)
    assert first.complete
    assert again.digest == first.digest


def test_what_others_set_is_seen() -> None:
    view = view_without_ours(ingress(team="blue", app="web"), b"{}")
    assert view.labels == {"team": "blue", "app": "web"}
    assert one_pass(op, view, Snapshot()).children == ()


def test_items_of_lists_and_sets_go_by_their_keys() -> None:
    tree = {
        "metadata": {"name": "a", "finalizers": ["x/ours", "y/theirs"]},
        "spec": {
            "containers": [{"name": "ours", "image": "i"}, {"name": "shared", "image": "i", "tty": True}]
        },
    }
    owned = {
        "f:metadata": {"f:finalizers": {'v:"x/ours"': {}}},
        "f:spec": {
            "f:containers": {
                'k:{"name":"ours"}': {".": {}, "f:name": {}, "f:image": {}},
                'k:{"name":"shared"}': {"f:tty": {}},
            }
        },
    }
    left = msgspec.json.decode(without_owned(msgspec.json.encode(tree), msgspec.json.encode(owned)))
    assert left == {
        "metadata": {"name": "a", "finalizers": ["y/theirs"]},
        "spec": {"containers": [{"name": "shared", "image": "i"}]},
    }


def test_a_kind_is_foreign_unless_we_define_it() -> None:
    assert not is_foreign(Memcached)
    assert is_foreign(Deployment)
    assert is_foreign("apps/v1/Deployment")
