"""What follows from each thing that arrives while a kind is followed. Pure: no I/O, no clock.

    LISTING --last page--> WATCHING --failure--> RESTING --wait over--> WATCHING or LISTING
       ^                      |
       +------ expired -------+

Guarantees: a partial list is never taken for the whole; a version is remembered only from a frame that
was read whole; nothing is repeated without a wait that grows, except the first time; no number of
failures ends it. The last of the actions returned is the one that the shell waits for.
"""

from __future__ import annotations

from enum import Enum
from random import Random
from typing import assert_never

import msgspec
from msgspec.structs import replace

from mendloop.errors.answers import Answer
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
from mendloop.kube.watch.inputs import (
    Arrived,
    Bookmark,
    Broken,
    Ended,
    ErrorFrame,
    Failed,
    Frame,
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

SILENT_TWICE = 2


class Phase(Enum):
    LISTING = "listing"
    WATCHING = "watching"


class State(msgspec.Struct, frozen=True):
    """Where following one kind stands; times are the caller's monotonic seconds."""

    phase: Phase = Phase.LISTING
    resource_version: str = ""  # everything up to here was delivered; empty before the first list
    floor: int = -1  # the newest version ever seen: an older answer comes from a stale server
    page_token: str = ""
    by_quorum: bool = True  # whether the next list asks for the newest state instead of for the floor
    failures: int = 0  # in a row, since a stream lived long enough
    stuck: int = 0  # failures in a row at one resource version
    silent: int = 0  # streams in a row on which not one byte came
    opened_at: float | None = None
    heard: bool = False  # whether the open stream brought anything
    behind_since: float | None = None
    doubted: bool = False  # the last list lacked most objects and is being read again


Step = tuple[State, tuple[Action, ...]]


def step(state: State, arrived: Input, now: float, rng: Random, options: WatchOptions) -> Step:
    """The next state and what to do; the last action brings the next input."""
    turn = _Turn(state, now, rng, options)
    match arrived:
        case Arrived(frames):
            return turn.frames(frames)
        case Started():
            turn.state = replace(state, page_token="", opened_at=None)
            return turn.relist()
        case PageArrived():
            return turn.page(arrived)
        case Opened():
            return replace(state, opened_at=now, heard=False), (Live(), ReadOn())
        case Ended():
            return turn.ended()
        case Silence(idle_s):
            return turn.silence(idle_s)
        case Failed(why):
            return turn.again(Trouble("Unreachable", why))
        case Refused(answer):
            return turn.refused(answer)
        case Waited():
            return turn.relist() if state.phase is Phase.LISTING else turn.rewatch()
        case _:
            assert_never(arrived)


class _Turn:
    """One step: the state it began with, and what is needed to decide."""

    def __init__(self, state: State, now: float, rng: Random, options: WatchOptions) -> None:
        self.state = state
        self.now = now
        self.rng = rng
        self.options = options

    # Going on

    def relist(self) -> Step:
        state = replace(self.state, phase=Phase.LISTING)
        floor = "" if state.by_quorum or state.page_token or state.floor < 0 else str(state.floor)
        return state, (ReadPage(state.page_token, floor),)

    def rewatch(self) -> Step:
        state = replace(self.state, phase=Phase.WATCHING, opened_at=None)
        timeout_s = self.rng.randint(*self.options.watch_s)
        return state, (OpenWatch(state.resource_version, timeout_s),)

    def page(self, page: PageArrived) -> Step:
        version = _version(page.resource_version)
        if not page.resource_version:
            return self.anew(Trouble("Damaged", "a list without a resourceVersion"))
        if page.continue_token:
            state = replace(self.state, page_token=page.continue_token)
            return state, (ReadPage(page.continue_token),)
        if 0 <= version < self.state.floor and not self._believes_in_a_reset():
            why = f"a list of version {version}, but {self.state.floor} was seen: it is held back"
            return self._behind(Trouble("StaleServer", why), None)
        if self._is_doubtful(page):
            why = f"a list lacks {page.missing} of {page.known} objects: it is read again"
            state = replace(self.state, doubted=True, page_token="", by_quorum=True)
            return state, (
                Discard(),
                Trouble("MassDisappearance", why, loud=True),
                Wait(self.options.doubt_s),
            )
        return self._whole(page.resource_version, version)

    def _whole(self, resource_version: str, version: int) -> Step:
        reset = 0 <= version < self.state.floor
        notice: tuple[Action, ...] = ()
        if reset:
            why = f"versions went back from {self.state.floor} to {version}: the server was restored"
            notice = (Trouble("VersionsReset", why, loud=True),)
        self.state = replace(
            self.state,
            resource_version=resource_version,
            floor=version if reset else max(version, self.state.floor),
            page_token="",
            by_quorum=False,
            stuck=0,
            silent=0,
            behind_since=None,
            doubted=False,
        )
        state, actions = self.rewatch()
        return state, (*notice, Replace(resource_version, reset), *actions)

    def frames(self, frames: list[Frame]) -> Step:
        """Delivers what was read well, up to the first frame that ends the stream."""
        events: list[ObjectEvent] = []
        last, culprit = "", None
        for frame in frames:
            match frame:
                case ObjectEvent():
                    events.append(frame)
                    last = frame.meta.resource_version
                case Bookmark():
                    last = frame.resource_version
                case _:
                    culprit = frame
                    break
        if last:
            floor = max(self.state.floor, _version(last))
            self.state = replace(
                self.state,
                resource_version=last,
                floor=floor,
                heard=True,
                silent=0,
                stuck=0,
                behind_since=None,
            )
        told: tuple[Action, ...] = (Deliver(events),) if events else ()
        told = (*told, Passed(last)) if last else told
        if culprit is None:
            return self.state, (*told, ReadOn())
        state, actions = self._bad_frame(culprit)
        return state, (*told, *actions)

    # What went wrong

    def _bad_frame(self, frame: Frame) -> Step:
        match frame:
            case ErrorFrame(answer):
                return self.refused(answer)
            case Unreadable(why, resource_version):
                # Whatever it was, it is behind us: asking for it again would only bring it again.
                if resource_version and _version(resource_version) > _version(self.state.resource_version):
                    self.state = replace(self.state, resource_version=resource_version)
                return self.again(Trouble("Unreadable", why))
            case Broken(why):
                return self.again(Trouble("Damaged", why))
            case _:
                raise AssertionError(f"{type(frame).__name__} is not a bad frame")

    def refused(self, answer: Answer) -> Step:
        why = answer.message or f"answered {answer.status}"
        watching = self.state.phase is Phase.WATCHING
        if answer.status == 410 or answer.reason in ("Expired", "Gone"):
            return self.anew(Trouble("Expired", why))
        if _is_ahead(answer):
            return self._behind(Trouble("StaleServer", why), answer.retry_after_s)
        if answer.status == 404:
            # Kept as it is: a kind that is not served now says nothing about its objects.
            return self.anew(Trouble("NotInstalled", why), cap_s=self.options.slow_cap_s)
        if answer.status in (401, 403):
            return self.again(Trouble("Denied", why), cap_s=self.options.slow_cap_s)
        if answer.status == 400 and (watching or self.state.page_token):
            return self.anew(Trouble("Refused", why))
        return self.again(Trouble("Refused", why), retry_after_s=answer.retry_after_s)

    def ended(self) -> Step:
        if self._lived_well():
            self.state = replace(self.state, failures=0)
            return self.rewatch()
        trouble = Trouble("ShortWatch", "the server ended the watch early")
        return self.again(trouble, cap_s=self.options.ended_cap_s, trusted=True)

    def silence(self, idle_s: float) -> Step:
        silent = self.state.silent + (not self.state.heard)
        self.state = replace(self.state, silent=silent)
        trouble = Trouble("Silent", f"no byte in {idle_s:g} s")
        # A server that was set back waits silently for a version that lies in its future (A15).
        return self.anew(trouble) if silent >= SILENT_TWICE else self.again(trouble)

    def again(
        self,
        trouble: Trouble,
        *,
        cap_s: float | None = None,
        retry_after_s: float | None = None,
        trusted: bool = False,
    ) -> Step:
        """Waits, then goes on where it stood; after a few times at one version, with a new list."""
        stuck = 0 if trusted else self.state.stuck + 1
        phase = self.state.phase
        if phase is Phase.WATCHING and stuck >= self.options.relist_after and trouble.kind != "Unreachable":
            phase, stuck = Phase.LISTING, 0
        failures = self._failures() + 1
        delay_s = self._delay_s(failures, cap_s or self.options.cap_s)
        if retry_after_s:
            # Spread, or all who were told the same come back together.
            delay_s = max(delay_s, retry_after_s * self.rng.uniform(1.0, 1.2))
        state = replace(self.state, phase=phase, failures=failures, stuck=stuck, opened_at=None)
        return state, (trouble, Wait(delay_s))

    def anew(self, trouble: Trouble, *, cap_s: float | None = None) -> Step:
        """Begins a new list: at once the first time, after a wait from then on."""
        failures = self._failures() + 1
        self.state = replace(
            self.state, phase=Phase.LISTING, page_token="", failures=failures, opened_at=None, silent=0
        )
        if failures == 1 and cap_s is None:
            state, actions = self.relist()
            return state, (Discard(), trouble, *actions)
        wait = Wait(self._delay_s(failures, cap_s or self.options.cap_s))
        return self.state, (Discard(), trouble, wait)

    def _behind(self, trouble: Trouble, retry_after_s: float | None) -> Step:
        """The server knows less than was seen already: waits for it, for as long as patience lasts."""
        since = self.now if self.state.behind_since is None else self.state.behind_since
        # From here on by quorum: what etcd itself says is the newest there is.
        self.state = replace(self.state, behind_since=since, by_quorum=True, page_token="", stuck=0)
        if self._believes_in_a_reset():
            self.state = replace(self.state, phase=Phase.LISTING)
        state, actions = self.again(trouble, retry_after_s=retry_after_s)
        return state, (Discard(), *actions)

    # What is known

    def _believes_in_a_reset(self) -> bool:
        since = self.state.behind_since
        return (
            self.state.by_quorum and since is not None and self.now - since >= self.options.floor_patience_s
        )

    def _is_doubtful(self, page: PageArrived) -> bool:
        most = page.known >= self.options.doubt_least and page.missing * 2 > page.known
        return most and not self.state.doubted

    def _lived_well(self) -> bool:
        opened_at = self.state.opened_at
        return opened_at is not None and self.now - opened_at >= self.options.settled_s

    def _failures(self) -> int:
        return 0 if self._lived_well() else self.state.failures

    def _delay_s(self, failures: int, cap_s: float) -> float:
        full = min(cap_s, self.options.first_s * 2.0 ** min(failures - 1, 60))
        return self.rng.uniform(full / 2, full)


def _version(resource_version: str) -> int:
    return int(resource_version) if resource_version.isdecimal() else -1


def _is_ahead(answer: Answer) -> bool:
    """Whether the server says that it has not seen the version asked for yet (A4)."""
    return any(cause.reason == "ResourceVersionTooLarge" for cause in answer.causes) or (
        answer.status in (500, 504) and "Too large resource version" in answer.message
    )
