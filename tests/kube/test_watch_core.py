"""The core of a watch as a script: what arrives, what is asked for. No loop, no clock, no server."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendloop.errors.answers import Answer
from mendloop.errors.exceptions import Cause
from mendloop.kube.envelope import Meta
from mendloop.kube.watch.actions import (
    Action,
    Deliver,
    Discard,
    Live,
    OpenWatch,
    Passed,
    ReadOn,
    ReadPage,
    Replace,
    Trouble,
    Wait,
)
from mendloop.kube.watch.frames import MAX_LINE_BYTES, FrameReader, read_frame
from mendloop.kube.watch.inputs import (
    Arrived,
    Bookmark,
    Broken,
    Ended,
    ErrorFrame,
    EventType,
    Failed,
    Input,
    ObjectEvent,
    Opened,
    PageArrived,
    Refused,
    Silence,
    Started,
    Unreadable,
    Waited,
)
from mendloop.kube.watch.options import WatchOptions
from mendloop.kube.watch.step import Phase, State, step

VECTORS = Path(__file__).parents[1] / "vectors" / "watch"


class Talk:
    """One talk between shell and core; `said` answers with the kinds of actions, and keeps them."""

    def __init__(self, **options: Any) -> None:
        self.state = State()
        self.now = 0.0
        self.actions: tuple[Action, ...] = ()
        self._options = WatchOptions(**options)
        self._rng = Random(7)

    def said(self, arrived: Input, after_s: float = 0.0) -> list[str]:
        self.now += after_s
        self.state, self.actions = step(self.state, arrived, self.now, self._rng, self._options)
        return [type(action).__name__ for action in self.actions]

    @property
    def last(self) -> Any:
        return self.actions[-1]

    def watching(self, version: str = "100") -> Talk:
        """Up to a healthy watch."""
        for arrived in (Started(), PageArrived(version, ""), Opened()):
            self.said(arrived)
        return self


def an_event(version: int) -> ObjectEvent:
    meta = Meta(name="a", uid="u", resource_version=str(version))
    return ObjectEvent(EventType.MODIFIED, meta, b"{}")


def expired() -> Refused:
    return Refused(Answer(410, "Expired"))


def test_a_list_in_pages_then_a_watch_from_its_version() -> None:
    talk = Talk()
    assert talk.said(Started()) == ["ReadPage"]
    assert talk.last == ReadPage("", "")
    assert talk.said(PageArrived("100", "next")) == ["ReadPage"]
    assert talk.last == ReadPage("next")
    assert talk.said(PageArrived("100", "")) == ["Replace", "OpenWatch"]
    assert talk.actions[0] == Replace("100")
    assert talk.last.resource_version == "100"
    assert 300 <= talk.last.timeout_s <= 600
    assert talk.said(Opened()) == ["Live", "ReadOn"]


def test_events_are_delivered_up_to_the_frame_that_ends_the_stream() -> None:
    talk = Talk().watching()
    frames = [an_event(101), Bookmark("105"), ErrorFrame(Answer(500)), an_event(106)]
    assert talk.said(Arrived(frames)) == ["Deliver", "Passed", "Trouble", "Wait"]
    assert [each.meta.resource_version for each in talk.actions[0].events] == ["101"]  # type: ignore[union-attr]
    assert talk.actions[1] == Passed("105")
    assert talk.said(Waited()) == ["OpenWatch"]
    assert talk.last.resource_version == "105"


def test_a_stream_that_lived_long_is_renewed_at_once_and_without_trouble() -> None:
    talk = Talk().watching()
    assert talk.said(Ended(), after_s=400) == ["OpenWatch"]
    assert talk.said(Opened()) == ["Live", "ReadOn"]
    assert talk.said(Ended(), after_s=1) == ["Trouble", "Wait"]


def test_the_first_expiry_lists_at_once_the_next_ones_wait() -> None:
    talk = Talk().watching()
    assert talk.said(expired()) == ["Discard", "Trouble", "ReadPage"]
    assert talk.last.not_older_than == "100"
    talk.said(PageArrived("120", ""))
    assert talk.said(expired()) == ["Discard", "Trouble", "Wait"]


def test_waits_double_up_to_the_cap_and_a_good_stream_resets_them() -> None:
    talk = Talk().watching()
    delays = []
    for _ in range(12):
        talk.said(Failed("reset"))
        delays.append(talk.last.delay_s)
        talk.said(Waited())
    assert 0.25 <= delays[0] <= 0.5
    assert all(15 <= delay <= 30 for delay in delays[7:])
    talk.said(Opened())
    talk.said(Failed("reset"), after_s=31)
    assert talk.last.delay_s <= 0.5


def test_unreachable_for_ever_never_leads_to_a_list() -> None:
    """R13: what was followed is followed further; a list for each lost connection would be a storm."""
    talk = Talk().watching()
    for _ in range(50):
        assert talk.said(Failed("reset")) == ["Trouble", "Wait"]
        assert talk.said(Waited()) == ["OpenWatch"]


def test_a_frame_that_cannot_be_read_is_stepped_over() -> None:
    talk = Talk().watching()
    assert talk.said(Arrived([Unreadable("odd", "104")])) == ["Trouble", "Wait"]
    talk.said(Waited())
    assert talk.last.resource_version == "104"


def test_damage_that_comes_again_at_one_version_leads_to_a_list() -> None:
    talk = Talk().watching()
    seen = []
    for _ in range(4):
        talk.said(Arrived([Broken("half a line")]))
        seen.append(talk.said(Waited())[0])
    assert seen == ["OpenWatch", "OpenWatch", "ReadPage", "ReadPage"]


def test_a_page_that_is_refused_is_asked_for_again() -> None:
    talk = Talk()
    talk.said(Started())
    talk.said(PageArrived("100", "next"))
    assert talk.said(Refused(Answer(503))) == ["Trouble", "Wait"]
    assert talk.said(Waited()) == ["ReadPage"]
    assert talk.last.continue_token == "next"


def test_a_page_token_that_expired_begins_anew() -> None:
    talk = Talk()
    talk.said(Started())
    talk.said(PageArrived("100", "next"))
    assert talk.said(expired()) == ["Discard", "Trouble", "ReadPage"]
    assert talk.last.continue_token == ""


def test_a4_a_server_that_is_behind_is_waited_for_and_asked_by_quorum() -> None:
    talk = Talk().watching()
    talk.said(expired())
    ahead = Answer(504, "Timeout", causes=(Cause("ResourceVersionTooLarge"),), retry_after_s=1.0)
    assert talk.said(Refused(ahead)) == ["Discard", "Trouble", "Wait"]
    assert talk.last.delay_s >= 1.0
    talk.said(Waited())
    assert talk.last == ReadPage("", "")


def test_a14_an_older_list_is_held_back_until_patience_ends() -> None:
    talk = Talk().watching()
    talk.said(expired())
    for _ in range(5):
        assert talk.said(PageArrived("50", ""), after_s=10) == ["Discard", "Trouble", "Wait"]
        talk.said(Waited())
    assert talk.said(PageArrived("50", ""), after_s=20) == ["Trouble", "Replace", "OpenWatch"]
    assert talk.actions[0].loud  # type: ignore[union-attr]
    assert talk.actions[1] == Replace("50", reset=True)


def test_a15_two_silent_streams_lead_to_a_list_that_shows_a_server_set_back() -> None:
    talk = Talk().watching()
    assert talk.said(Silence(150), after_s=150) == ["Trouble", "Wait"]
    talk.said(Waited())
    talk.said(Opened())
    assert talk.said(Silence(150), after_s=150)[:2] == ["Discard", "Trouble"]
    assert isinstance(talk.last, ReadPage | Wait)


def test_a_list_that_lacks_most_is_read_again_and_then_believed() -> None:
    talk = Talk().watching()
    talk.said(expired())
    assert talk.said(PageArrived("200", "", missing=18, known=20)) == ["Discard", "Trouble", "Wait"]
    assert talk.said(Waited()) == ["ReadPage"]
    assert talk.said(PageArrived("201", "", missing=18, known=20)) == ["Replace", "OpenWatch"]


def test_a_list_without_a_version_is_never_watched_from() -> None:
    talk = Talk()
    talk.said(Started())
    assert talk.said(PageArrived("", "")) == ["Discard", "Trouble", "ReadPage"]


INPUTS = st.sampled_from(
    [
        Started(),
        PageArrived("100", ""),
        PageArrived("90", ""),
        PageArrived("110", "next"),
        PageArrived("", ""),
        PageArrived("120", "", 30, 40),
        Opened(),
        Ended(),
        Silence(150),
        Failed("x"),
        Waited(),
        Arrived([an_event(111)]),
        Arrived([Bookmark("115"), Broken("x")]),
        Arrived([ErrorFrame(Answer(0))]),
        Arrived([Unreadable("x")]),
        *(Refused(Answer(status)) for status in (400, 401, 403, 404, 410, 429, 500, 503, 504)),
    ]
)


@given(st.lists(st.tuples(INPUTS, st.sampled_from([0.0, 1.0, 100.0])), max_size=40))
def test_whatever_arrives_one_awaited_action_comes_last(talked: list[tuple[Input, float]]) -> None:
    """No dead end, whatever the order; a watch never begins at a version that nobody gave."""
    talk = Talk()
    for arrived, after_s in [(Started(), 0.0), *talked]:
        talk.said(arrived, after_s)
        *told, awaited = talk.actions
        assert isinstance(awaited, ReadPage | OpenWatch | ReadOn | Wait)
        assert all(isinstance(a, Deliver | Passed | Replace | Discard | Trouble | Live) for a in told)
        if isinstance(awaited, OpenWatch) and talk.state.phase is Phase.WATCHING and _listed(talk):
            assert awaited.resource_version.isdecimal()
        if isinstance(awaited, Wait):
            assert 0 < awaited.delay_s <= 60


def _listed(talk: Talk) -> bool:
    return bool(talk.state.resource_version)


# Frames


def _object(version: str, name: str = "a") -> dict[str, Any]:
    return {"metadata": {"name": name, "uid": "u", "resourceVersion": version}}


LINES = [
    msgspec.json.encode({"type": "ADDED", "object": _object("5")}),
    msgspec.json.encode({"object": _object("7"), "type": "BOOKMARK"}),
    (VECTORS / "R15-frames.jsonl").read_bytes().splitlines()[1],
    msgspec.json.encode({"type": "MODIFIED", "object": _object("8", "ä")}),
]
KINDS = ["ObjectEvent", "Bookmark", "ErrorFrame", "ObjectEvent"]


@given(st.lists(st.integers(1, 60), max_size=30))
def test_it_does_not_matter_where_the_bytes_are_cut(cuts: list[int]) -> None:
    stream, reader, found = b"\n".join(LINES) + b"\n", FrameReader(), []
    for cut in cuts:
        found += reader.feed(stream[:cut])
        stream = stream[cut:]
    found += reader.feed(stream)
    assert [type(frame).__name__ for frame in found] == KINDS
    assert reader.is_between_lines


@given(st.binary(max_size=200))
def test_any_line_is_a_frame_and_never_an_exception(line: bytes) -> None:
    read_frame(line)
    read_frame(b'{"type":"ADDED","object":' + line + b"}")


def test_a_line_without_an_end_is_refused_at_the_limit() -> None:
    reader = FrameReader()
    chunk = b"x" * (1 << 20)
    found: list[Any] = []
    for _ in range((MAX_LINE_BYTES >> 20) + 1):
        found += reader.feed(chunk)
    assert [type(frame) for frame in found] == [Broken]


@pytest.mark.parametrize(
    ("line", "frame"),
    [
        (b'{"type":"ADDED","object":null}', Unreadable),
        (b'{"type":"ADDED"}', Unreadable),
        (b'{"type":"ADDED","object":{"kind":"Status","apiVersion":"v1","metadata":{}}}', Unreadable),
        (b'{"type":"BOOKMARK","object":{"metadata":{}}}', Unreadable),
        (b'{"type":"ERROR","object":7}', ErrorFrame),
        (b'{"object":{"metadata":{"resourceVersion":"5"}}}', Unreadable),
        (b"null", Broken),
        (b"7", Broken),
        (b"[" * 100_000, Broken),
    ],
)
def test_odd_lines_are_told_apart(line: bytes, frame: type) -> None:
    assert type(read_frame(line)) is frame
