"""Writes docs/errors.md from the rules and the dispositions, so that it says what the code does.

python scripts/errors_page.py            # write the page
python scripts/errors_page.py --check    # exit 1 if the page is not what would be written
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from mendloop.errors import MEANING, RULES, UNKNOWN, Class, Rule
from mendloop.errors.kubernetes import KUBERNETES
from mendloop.errors.tree import EXCEPTIONS, GUESSES, HTTP, OWN
from mendloop.policy import TABLE, in_words

PAGE = Path(__file__).parents[1] / "docs" / "errors.md"

INTRODUCTION = """\
# Errors: what they are, and what follows

<!-- Made by scripts/errors_page.py from the rules themselves. Edit those, or the text in the script. -->

An error in mendloop is a value with a class, and the class decides what follows: when the object is
tried again, what its status says, whether an Event is written, what is logged and counted. One ordered
list of rules finds the class (`mendloop.errors`), one table says what follows (`mendloop.policy`), and
one place in the controller does it. `mendloop explain` prints both for any answer or exception:

```console
$ curl -si https://.../api/v1/namespaces/shop/pods/web-0/eviction ... | mendloop explain --answer -
$ mendloop explain --exception aiohttp.ClientPayloadError
```

## The classes, and what follows from each
"""

BETWEEN = """
Reading the table:

- **Nothing ends for good.** What waits for a change has a safety retry too: an object that has not
  converged has a next attempt within 72 minutes at the latest, unless its operator stated a longer
  delay.
- **Nothing runs hot.** A transient error is tried some 16 times in its first 10 minutes and then once in
  150 s on average. Delays grow per class, so that errors that take turns do not reset each other, and
  per object: own writes never reset them, success and a new generation do.
- `RequeueAfter` and a `retry_after=` that the operator states are exact and win over the table. What a
  server states (Retry-After) is a floor: not before it, up to a tenth later, and of more than an hour
  only the hour counts.
- An Event, and a log line, come once per episode and reason. A message that changes only its numbers
  while the same failure goes on costs no status write: the first wording stays.
- Messages in conditions and Events are cut to 1 KiB, in the middle: the API server says last what is
  wrong. Of a bug in the operator nothing is shown but that there is one; the log has the rest.
- When the object is well again, conditions turn and one Normal Event says how long it took, unless
  nothing of the failure had been shown.

Change a row for a class, a reason, a kind, or any combination:

```python
from mendloop.errors import Class
from mendloop.policy import TABLE, Backoff, Disposition, Next, Override

quota = Disposition(next=Next.RETRY, backoff=Backoff(first_s=600, cap_s=3600), conditions={"Ready": False})
table = TABLE.override(Override(klass=Class.DENIED, reason="QuotaExceeded", kind="v1/Pod", then=quota))
```

## Which error has which class

The first rule that holds decides. Your own rules go before the shipped ones, or after those that know
and before those that guess. A rule that raises is skipped, and the verdict names it.

```python
from mendloop.errors import RULES, Class, Facts, Rule, rule
from mendloop.errors.conditions import contains, status

gate = Rule(
    "ours.gate",
    status(400, 403) & contains("may not change these fields"),
    Class.INVALID,
    "the gate's webhook words immutability its own way",
    "Immutable",
)


@rule("ours.slow", Class.TIMEOUT, "ten seconds are too long for this peer", looks_at=("latency_s",))
def took_too_long(facts: Facts) -> bool:
    return (facts.latency_s or 0) > 10


rules = RULES.before(gate).after(took_too_long)
```

Cases in which the status code alone would mislead, and what was decided:

- **404** is `gone` only when the server names the very object that was asked for. It is `waiting` when
  it names the namespace or an object that the request refers to, and when it does not know the path at
  all: then the kind is not installed (`ResourceNotInstalled`), which is asked for again within minutes.
  A 404 without a word about the object, as a proxy sends it, never makes an object count as gone.
- **400** is `invalid` when the content of an object cannot be read (a wrong type, a bad quantity, an
  unknown field under strict validation), with the field's path where the server says it. It is
  `internal` when the request was malformed: a bad selector, continue token or timeout, truncated JSON, a
  name that differs from the URL's. Users cannot mend the latter, whatever they change.
- **403** is `denied`, but for a namespace or a kind that is being deleted (`waiting`), a service account
  that a young namespace does not have yet (`waiting`), and admission that is not ready (`transient`).
- **409** is `conflict`; it is `gone` when a uid precondition failed, as the object that was meant does
  not exist any more, and `waiting` while the old object of that name goes away. A conflict between field
  managers is not tried at once: that would be a fight.
- **410** is `conflict`: the version is too old, so list again at once. It says nothing about an object.
- **413** and objects that etcd refuses as too large are `permanent`.
- **422** is `invalid`; it is `gone` where a finalizer was added to an object that is being deleted, or
  another uid stated, `conflict` where an operation of a JSON patch did not apply, `denied` where an
  admission policy speaks (it answers 422 too), and `internal` where the complaint is about parameters of
  the request.
- **429** is `throttled`; an eviction that a disruption budget blocks is `waiting`, storage that starts
  is `transient`.
- **500** is `transient`, but server-side apply reports a field that the schema lacks with it
  (`invalid`).
- **504** is `timeout`, but for a resourceVersion that the server has not seen yet (`transient`).
- **405, 406, 415, 431** are `internal`: mendloop asked in a way that this server does not know.
- **A webhook's denial** is `denied` with any code; a webhook that cannot be reached is `transient`.
- **TLS**: a certificate that is not trusted is `denied`, as somebody has to mend it; any other TLS
  failure is `transient`.
- **404 and 410 of other servers** are `gone`, other refusals (400, 422) `permanent`, 401 and 403
  `denied`.

An exception is judged by the outermost link of its chain that says something: one of mendloop's own that
states a class, an API answer, or a known type of Python or aiohttp. Wrappers that say nothing are looked
through, a programming error only where it was raised `from` another. In a group the member speaks that
needs most: a bug first, then what wants the soonest retry. Cancellation is none of these: it is never
retried, counted or reported.
"""


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    heads = list(heads)
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        yield "| " + " | ".join(cell(each) for each in row) + " |"
    yield ""


def class_row(each: Class) -> list[str]:
    words = dict(in_words(TABLE.rows[each]))
    shown = words["status"] + ("" if words["event"] == "none" else f"; Event: {words['event']}")
    counted = words["log"] + "; " + words["counts"] + ("; alert" if "alert" in words else "")
    return [f"`{each}`", MEANING[each], words["next"], shown, counted]


def override_rows() -> Iterator[list[str]]:
    for each in TABLE.overrides:
        words = dict(in_words(each.then))
        yield [f"`{each.klass}`, reason `{each.reason}`", words["next"], words["status"]]


def rule_rows(rules: Iterable[Rule]) -> Iterator[list[str]]:
    for each in rules:
        asked = str(each.when)
        short = asked if len(asked) <= 160 else asked[:159] + "…"
        yield [f"`{each.id}`", f"`{short}`", f"`{each.then}`", each.reason, each.why]


def page() -> str:
    lines = [INTRODUCTION]
    lines += table(
        ["class", "meaning", "next", "status and Event", "log, count"], (class_row(each) for each in Class)
    )
    lines += ["Shipped exceptions to these rows:", ""]
    lines += table(["for", "next", "status"], override_rows())
    lines += [BETWEEN]
    for title, rules in (
        ("What mendloop's own exceptions state", OWN),
        ("Answers of the Kubernetes API", KUBERNETES),
        ("HTTP in general", HTTP),
        ("Exceptions of Python and aiohttp", EXCEPTIONS),
        ("Last resort: words", (*GUESSES, UNKNOWN)),
    ):
        lines += [f"### {title}", ""]
        lines += table(["id", "when", "class", "reason", "why"], rule_rows(rules))
    lines += [f"Rule set version: `{RULES.version}`. {len(list(RULES)) + 1} rules.", ""]
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    wanted = page()
    if "--check" in arguments:
        return 0 if PAGE.exists() and PAGE.read_text() == wanted else 1
    PAGE.write_text(wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
