"""What is known about a failure, gathered once: plain values that rules look at."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

import msgspec

from mendloop.errors.answers import Answer, api_error, read_answer
from mendloop.errors.chain import MAX_LINKS, behind, links
from mendloop.errors.exceptions import ApiError, Cause, OperatorError, RequeueAfter
from mendloop.errors.foreign import Family, family_of, names_of

_VERBS: Final = {"CREATE": "POST", "UPDATE": "PUT", "LIST": "GET", "APPLY": "PATCH"}


class Facts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a rule may look at. Zero, empty and `None` mean: not known.

    `own` is the class that one of mendloop's exceptions states; `group` to `subresource` are what the
    call was to, read off its path; `types` are the qualified names of the deciding exception's type and
    bases, `chain` those of every exception in the chain, where there is more than one.
    """

    status: int = 0
    reason: str = ""
    message: str = ""
    causes: tuple[Cause, ...] = ()
    details_group: str = ""
    details_kind: str = ""
    details_name: str = ""
    body: str = ""  # how the answer said it: status, json, yaml, html, text, binary, truncated, empty
    stream: bool = False  # said inside a watch
    retry_after_s: float | None = None
    verb: str = ""
    group: str = ""
    resource: str = ""
    namespace: str = ""
    name: str = ""
    subresource: str = ""
    own: str = ""
    own_field: str = ""
    family: str = ""
    types: tuple[str, ...] = ()
    chain: tuple[str, ...] = ()
    errno: int = 0
    idempotent: bool | None = None
    attempt: int = 0
    latency_s: float | None = None
    deadline_s: float | None = None  # seconds left when the call began

    @property
    def field(self) -> str:
        """The path of the first field that is named, as in `spec.image`."""
        if self.own_field:
            return self.own_field
        for cause in self.causes:
            # `<nil>` is the API server's name for "not checked, because of the others".
            if cause.field not in ("", "<nil>"):
                return cause.field.lstrip(".")
        return ""


class Target(NamedTuple):
    """What a path of the Kubernetes API leads to; empty where the path does not say."""

    group: str = ""
    resource: str = ""
    namespace: str = ""
    name: str = ""
    subresource: str = ""


@lru_cache(maxsize=4096)
def target_of(path: str) -> Target:
    """The parts of `path`, with or without a query; an empty `Target` for any other path."""
    parts = path.partition("?")[0].strip("/").split("/")
    match parts:
        case ["api", _, *rest]:
            group = ""
        case ["apis", group, _, *rest]:
            pass
        case _:
            return Target()
    match rest:
        case ["namespaces", namespace, resource, *more] if resource not in ("status", "finalize"):
            return Target(group, resource, namespace, *more[:2])
        case [resource, *more]:
            return Target(group, resource, "", *more[:2])
    return Target(group)


def facts_of(error: BaseException, **known: Any) -> Facts:
    """The facts of the link of the chain that tells what `error` is (`decisive`), and what else is known.

    `known` are fields of `Facts` that the exception cannot know, as `verb=`, `idempotent=`, `attempt=`;
    they win over what it says. `path=` is taken apart. Errors: `TypeError` for a name that no fact has.
    """
    return facts_of_link(decisive(error), **{"chain": chain_of(error), **known})


def facts_of_link(link: BaseException, **known: Any) -> Facts:
    """The facts of this very exception, as `facts_of` for the link that decides."""
    found = _from_api(link) if isinstance(link, ApiError) else _from_exception(link)
    if not known:
        return Facts(**found)
    if (path := known.pop("path", None)) is not None:
        found |= target_of(path)._asdict()
    return Facts(**{**found, **known})


def facts_of_type(kind: type[BaseException], message: str = "", **known: Any) -> Facts:
    """The facts of an exception that is known by type and message only, as from a log line."""
    found: dict[str, Any] = {"message": message, "family": family_of(kind).value, "types": names_of(kind)}
    if issubclass(kind, OperatorError) and states_class(kind):
        found |= {"own": str(kind.klass), "reason": kind.default_reason}
    return Facts(**{**found, **known})


def facts_of_answer(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    verb: str = "",
    path: str = "",
    now: float | None = None,
) -> Facts:
    """The facts of an HTTP answer; `now` in seconds since the epoch, for a Retry-After that is a date."""
    return facts_from(read_answer(status, headers, body, now=now), verb, path)


def facts_from(answer: Answer, verb: str = "", path: str = "", *, stream: bool = False) -> Facts:
    """The facts of an answer that was read already; `stream`: it came inside a watch."""
    return Facts(**_from_api(api_error(answer, verb, path, stream=stream)))


def decisive(error: BaseException) -> BaseException:
    """The link of the chain that tells what `error` is; `error` itself where none does.

    A wrapper does not change what an error is, so one that says nothing by its type (`RuntimeError`, a
    class of the user's own, a bare `OperatorError`) is looked through. A programming error is looked
    through only if it was raised `from` another on purpose. Cancellation counts only on the outside:
    whoever turned it into another exception did so on purpose.
    """
    link: BaseException | None = error
    for _ in range(MAX_LINKS):
        if link is None:
            break
        if _tells(link) and (link is error or family_of(type(link)) is not Family.CANCELED):
            return link
        mistake = family_of(type(link)) is Family.BUG
        link = link.__cause__ if mistake else behind(link)
    return error


def chain_of(error: BaseException) -> tuple[str, ...]:
    """The qualified types of the whole chain, the outermost first; empty where there is only one."""
    if behind(error) is None and not isinstance(error, BaseExceptionGroup):
        return ()
    return tuple(names_of(type(link))[0] for link in links(error))


def text_of(error: BaseException) -> str:
    """What the exception says; its type's name where it says nothing, or fails to."""
    try:
        said = str(error)
    except Exception:  # a broken __str__ of somebody else must not hide what happened
        said = ""
    return said or type(error).__name__


def _tells(link: BaseException) -> bool:
    if isinstance(link, OperatorError):
        return isinstance(link, ApiError) or states_class(type(link))
    if isinstance(link, BaseExceptionGroup):
        return True
    return family_of(type(link)) not in (Family.NONE, Family.BUG)


def states_class(kind: type[OperatorError]) -> bool:
    """Whether the type, or a base below `OperatorError`, says which class it is."""
    return any("klass" in vars(base) for base in kind.__mro__[: kind.__mro__.index(OperatorError)])


def _from_api(error: ApiError) -> dict[str, Any]:
    details = error.details
    group, resource, namespace, name, subresource = target_of(error.path)
    return {
        "status": error.status,
        "reason": error.reason,
        "message": error.message,
        "causes": error.causes,
        "details_group": str(details.get("group", "")),
        "details_kind": str(details.get("kind", "")),
        "details_name": str(details.get("name", "")),
        "body": error.form,
        "stream": error.stream,
        "retry_after_s": error.retry_after,
        "verb": _VERBS.get(error.verb, error.verb),
        "group": group,
        "resource": resource,
        "namespace": namespace,
        "name": name,
        "subresource": subresource,
        "types": names_of(type(error)),
    }


def _from_exception(error: BaseException) -> dict[str, Any]:
    found: dict[str, Any] = {
        "message": text_of(error),
        "family": family_of(type(error)).value,
        "types": names_of(type(error)),
    }
    if isinstance(error, OperatorError):
        return found | _from_own(error)
    if isinstance(error, OSError) and isinstance(error.errno, int):
        found["errno"] = error.errno
    status = getattr(error, "status", None)  # aiohttp's errors that stand for an answer
    if isinstance(status, int):
        found["status"] = int(status)
    return found


def _from_own(error: OperatorError) -> dict[str, Any]:
    return {
        "message": error.message,
        "own": str(error.klass) if states_class(type(error)) else "",
        "reason": error.reason,
        "retry_after_s": error.retry_after,
        "own_field": str(getattr(error, "field", "")),
        "body": "",
    }


def is_requeue(facts: Facts) -> bool:
    """Whether the user said when to come again: `raise RequeueAfter(...)`."""
    return facts.types[:1] == names_of(RequeueAfter)[:1]
