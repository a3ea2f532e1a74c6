"""The shipped rules. Their order is their meaning: the first that holds decides.

What mendloop's own exceptions state comes first, then traps of the Kubernetes API (equal codes that mean
different things), then HTTP statuses, then exceptions of Python and aiohttp, and last what only words tell.
"""

from __future__ import annotations

import errno as os_errors
from typing import Any, Final

from mendloop.errors.chain import MAX_LINKS
from mendloop.errors.classes import PRECEDENCE, Class
from mendloop.errors.conditions import FROM_API, NO_STATUS, errno, family, own, says, status, statuses
from mendloop.errors.facts import Facts, chain_of, decisive, facts_of_link
from mendloop.errors.foreign import Family
from mendloop.errors.kubernetes import KUBERNETES
from mendloop.errors.rules import Rule, RuleSet
from mendloop.errors.verdict import Verdict

EXHAUSTED: Final = (os_errors.EMFILE, os_errors.ENFILE, os_errors.ENOMEM, os_errors.ENOSPC, os_errors.EAGAIN)

OWN: Final = tuple(Rule(f"own.{each}", own(each), each, "the exception says so itself") for each in Class)

HTTP: Final = (
    Rule(
        "k8s.unknown-answer",
        FROM_API & NO_STATUS,
        Class.TRANSIENT,
        "an error without a code, as in a watch: nothing follows from it but to ask again",
        "UnknownAnswer",
    ),
    Rule("http.throttled", status(429), Class.THROTTLED, "told to come later", "TooManyRequests"),
    Rule(
        "http.timeout",
        status(408, 504),
        Class.TIMEOUT,
        "the server gave up waiting; a write may have been done",
    ),
    Rule("http.not-implemented", status(501, 505), Class.PERMANENT, "the server cannot do this at all"),
    Rule("http.server", statuses(500, 599), Class.TRANSIENT, "the server failed; a write may have been done"),
    Rule("http.denied", status(401, 402, 403, 407, 451), Class.DENIED, "not allowed"),
    Rule("http.gone", status(404, 410), Class.GONE, "the outside server says that it is not there"),
    Rule("http.conflict", status(409, 412), Class.CONFLICT, "somebody else was faster"),
    Rule("http.locked", status(423), Class.WAITING, "somebody holds it"),
    Rule("http.again", status(421, 424, 425), Class.TRANSIENT, "the same request may pass on another try"),
    Rule(
        "http.too-large",
        status(413),
        Class.PERMANENT,
        "the request is too large, and will not shrink by itself",
        "TooLarge",
    ),
    Rule(
        "http.malformed",
        status(405, 406, 411, 414, 415, 417, 426, 428, 431) | (status(400) & FROM_API),
        Class.INTERNAL,
        "the request is not made as the server wants it: the operator's doing",
        "MalformedRequest",
    ),
    Rule("http.client", statuses(400, 499), Class.PERMANENT, "the server refuses the request"),
    Rule(
        "http.unexpected",
        statuses(100, 399),
        Class.TRANSIENT,
        "a success that could not be used, or a redirect",
    ),
)

EXCEPTIONS: Final = (
    Rule("py.canceled", family(Family.CANCELED), Class.CANCELED, "stopped on purpose"),
    Rule("py.timeout", family(Family.TIMEOUT), Class.TIMEOUT, "took longer than it may", "Timeout"),
    Rule(
        "net.dns",
        family(Family.DNS),
        Class.TRANSIENT,
        "the name could not be resolved; nothing was sent",
        "DnsFailure",
    ),
    Rule(
        "net.tls-trust",
        family(Family.TLS_TRUST),
        Class.DENIED,
        "the peer's certificate is not trusted: someone has to mend it, and asking often does not help",
        "TlsNotTrusted",
    ),
    Rule(
        "net.tls",
        family(Family.TLS),
        Class.TRANSIENT,
        "the TLS connection could not be made, or broke",
        "TlsFailure",
    ),
    Rule(
        "net.connect",
        family(Family.CONNECT),
        Class.TRANSIENT,
        "no connection; nothing was sent",
        "ConnectionFailed",
    ),
    Rule(
        "net.broken",
        family(Family.CONNECTION),
        Class.TRANSIENT,
        "the connection broke; a write may have been done",
        "ConnectionBroken",
    ),
    Rule(
        "net.payload",
        family(Family.PAYLOAD),
        Class.TRANSIENT,
        "the answer broke off or was another than announced; a write may have been done",
        "AnswerBroken",
    ),
    Rule(
        "net.protocol",
        family(Family.PROTOCOL),
        Class.TRANSIENT,
        "the other side did not speak HTTP as it should",
        "ProtocolError",
    ),
    Rule("net.url", family(Family.URL), Class.INVALID, "the URL is none", "InvalidUrl"),
    Rule(
        "net.redirects",
        family(Family.REDIRECTS),
        Class.PERMANENT,
        "the server redirects for ever, or to nowhere",
        "BadRedirect",
    ),
    Rule(
        "os.exhausted",
        family(Family.OS) & errno(*EXHAUSTED),
        Class.TRANSIENT,
        "this machine runs out of something",
        "ResourceExhausted",
    ),
    Rule(
        "os.permission",
        family(Family.PERMISSION),
        Class.DENIED,
        "the operating system does not allow it",
        "PermissionDenied",
    ),
    Rule("os.file", family(Family.FILE), Class.INTERNAL, "a file of the operator's own is not as it expects"),
    Rule(
        "os.error",
        family(Family.OS),
        Class.TRANSIENT,
        "the operating system could not do it now",
        "SystemError",
    ),
    Rule("py.memory", family(Family.MEMORY), Class.INTERNAL, "the process is out of memory"),
    Rule("py.bug", family(Family.BUG), Class.INTERNAL, "a mistake in the program"),
)

GUESSES: Final = (
    Rule(
        "words.timeout",
        NO_STATUS & family("") & says(r"(?is).*(\btimed? ?out\b|deadline exceeded)"),
        Class.TIMEOUT,
        "the words say so",
    ),
    Rule(
        "words.connection",
        NO_STATUS
        & family("")
        & says(
            r"(?is).*(connection (was )?(refused|reset|closed|aborted)|broken pipe"
            r"|temporar(y|ily) (failure|unavailable))"
        ),
        Class.TRANSIENT,
        "the words say so",
    ),
    Rule(
        "words.throttled",
        NO_STATUS & family("") & says(r"(?is).*(rate limit|too many requests|throttl)"),
        Class.THROTTLED,
        "the words say so",
    ),
)

RULES: Final = RuleSet(
    first=OWN + KUBERNETES + HTTP + EXCEPTIONS,
    last=GUESSES,
)


def classify(error: BaseException, facts: Facts | None = None, *, rules: RuleSet = RULES) -> Verdict:
    """What `error` is. Never raises, always answers, and the same for the same input.

    `facts` are those of `facts_of(error, verb=..., ...)`, gathered here where they are not given. Of an
    exception group the member speaks whose class is first in `classes.PRECEDENCE`.
    """
    if facts is not None:
        return rules.judge(facts)
    link = decisive(error)
    if isinstance(link, BaseExceptionGroup):
        return _loudest([rules.judge(facts_of_link(member)) for member in _members(link)])
    return rules.judge(facts_of_link(link, chain=chain_of(error)))


def _members(group: BaseExceptionGroup[Any]) -> list[BaseException]:
    found: list[BaseException] = []
    pending: list[BaseException] = [group]
    while pending and len(found) < MAX_LINKS:
        link = decisive(pending.pop())
        if isinstance(link, BaseExceptionGroup):
            pending.extend(reversed(link.exceptions))
        else:
            found.append(link)
    return found


def _loudest(verdicts: list[Verdict]) -> Verdict:
    return min(verdicts, key=lambda verdict: PRECEDENCE.index(verdict.klass))
