"""What follows from a wish, judged on plain values."""

from mendloop.model.kinds import Key, KindId
from mendloop.wish.plan import (
    Gate,
    Owned,
    PruneLimits,
    depths,
    gate,
    judge_prune,
    leftovers,
    next_wave,
    ordered,
)

CM = KindId("", "ConfigMap")
PVC = KindId("", "PersistentVolumeClaim")


def key(name: str, kind: KindId = CM) -> Key:
    return Key(kind, "d", name)


def owned(
    name: str, *, wave: int = 0, retained: bool = False, deleting: bool = False, kind: KindId = CM
) -> Owned:
    return Owned(
        key(name, kind), uid=f"u-{name}", version="1", retained=retained, deleting=deleting, wave=wave
    )


def test_depth_counts_the_longest_way() -> None:
    after = {key("a"): (), key("b"): (key("a"),), key("c"): (key("a"), key("b"))}
    assert depths(after) == {key("a"): 0, key("b"): 1, key("c"): 2}


def test_children_in_an_order_are_those_with_and_those_as_predecessors() -> None:
    after = {key("a"): (), key("b"): (key("a"),), key("free"): ()}
    assert ordered(after) == {key("a"), key("b")}


def test_a_gate_opens_when_every_predecessor_is_ready() -> None:
    before = [key("a"), key("b")]
    assert gate(before, {key("a"), key("b")}, exists=False) is Gate.OPEN
    assert gate(before, {key("a")}, exists=False) is Gate.SHUT
    assert gate(before, {key("a")}, exists=True) is Gate.DRIFT_ONLY
    assert gate([], set(), exists=False) is Gate.OPEN


def test_only_what_is_wished_no_longer_and_may_go_goes() -> None:
    there = [
        owned("keep"),
        owned("go"),
        owned("retained", retained=True),
        owned("data", kind=PVC),
        owned("x", deleting=True),
    ]
    assert [one.key.name for one in leftovers(there, {key("keep")})] == ["go"]


def test_a_few_may_always_go() -> None:
    going = [owned(str(i)) for i in range(3)]
    assert judge_prune(going, children=3, own_change=False, recent=0, approved="").go == tuple(going)


def test_more_than_half_is_held_unless_the_object_itself_changed() -> None:
    going = [owned(str(i)) for i in range(4)]
    held = judge_prune(going, children=7, own_change=False, recent=0, approved="")
    assert held.go == () and len(held.held) == 4 and "4 of 7" in held.why
    assert judge_prune(going, children=8, own_change=False, recent=0, approved="").go
    assert judge_prune(going, children=7, own_change=True, recent=0, approved="").go


def test_the_operator_as_a_whole_deletes_a_bounded_number_always() -> None:
    going = [owned("a"), owned("b")]
    held = judge_prune(going, children=100, own_change=True, recent=19, approved="")
    assert held.held and "20" in held.why
    assert judge_prune(going, children=100, own_change=True, recent=18, approved="", limits=PruneLimits()).go


def test_an_approval_is_bound_to_the_list() -> None:
    going = [owned(str(i)) for i in range(4)]
    held = judge_prune(going, children=4, own_change=False, recent=0, approved="")
    assert judge_prune(list(reversed(going)), children=4, own_change=False, recent=0, approved=held.digest).go
    other = [*going, owned("more")]
    assert judge_prune(other, children=5, own_change=False, recent=0, approved=held.digest).held


def test_the_deepest_wave_goes_first_and_alone() -> None:
    there = [owned("db"), owned("web", wave=1), owned("api", wave=1), owned("data", kind=PVC, wave=2)]
    wave, left = next_wave(there)
    assert [one.key.name for one in wave] == ["api", "web"] and left == 1
    assert next_wave([owned("data", kind=PVC)]) == ((), 0)
