"""`mendloop explain`: what mendloop makes of an HTTP answer or an exception, why, and what follows."""

from __future__ import annotations

import builtins
import importlib
from collections.abc import Iterable, Iterator
from itertools import chain, groupby
from textwrap import TextWrapper
from typing import Any, BinaryIO, Final

import click
import msgspec

from mendloop.errors import (
    MEANING,
    RULES,
    Facts,
    Rule,
    RuleSet,
    Step,
    Verdict,
    facts_from,
    facts_of_type,
    read_answer,
)
from mendloop.policy import TABLE, in_words

MAX_INPUT_BYTES: Final = 4 << 20
_WRAP: Final = TextWrapper(
    110, initial_indent="  -   ", subsequent_indent="      ", break_on_hyphens=False, break_long_words=False
)
_STANDARD: Final = ("aiohttp", "asyncio", "builtins", "mendloop", "socket", "ssl")


class Row(msgspec.Struct):
    """One recorded answer; `stream`: it came in a watch, whose ERROR line is the body."""

    status: int
    id: str = ""
    verb: str = ""
    path: str = ""
    headers: dict[str, str] = {}
    body: str = ""
    stream: bool = False
    event_code: int = 0

    def facts(self) -> Facts:
        """What a rule may know of it."""
        answer = read_answer(self.event_code or self.status, self.headers, self.body.encode())
        return facts_from(answer, self.verb, self.path, stream=self.stream)


@click.command("explain", short_help="Say what an error is, why, and what follows.")
@click.option("--status", type=click.IntRange(100, 999), help="HTTP status of an answer.")
@click.option("--body", type=click.File("rb"), help="File with the answer's body; - is standard input.")
@click.option("--header", "headers", multiple=True, metavar="NAME:VALUE", help="A header of the answer.")
@click.option("--verb", default="", help="Method of the request, as PATCH; WATCH for a watch.")
@click.option("--path", default="", help="Path of the request, as /api/v1/namespaces/a/pods/b/eviction.")
@click.option("--answer", type=click.File("rb"), help="A whole HTTP answer, a recorded row, or a Status.")
@click.option("--exception", metavar="TYPE", help="An exception's type, as aiohttp.ClientPayloadError.")
@click.option("--message", default="", help="The exception's message.")
@click.option("--answers", type=click.File("rb"), help="Many recorded rows, one JSON object a line.")
@click.option("--rules", "own_rules", metavar="MODULE:NAME", help="A RuleSet, or Rules to try first.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def command(
    context: click.Context, /, answers: BinaryIO | None, own_rules: str | None, as_json: bool, **source: Any
) -> None:
    """Say what an error is, by which rule, and what follows from it.

    Give one of --status, --answer, --exception or --answers. Exit codes: 0 explained; 1 some rows of
    --answers could not be read, the others were explained; 2 wrong usage.

    \b
    mendloop explain --status 409 --body status.json --verb PATCH
    curl -si ... | mendloop explain --answer -
    mendloop explain --exception aiohttp.ClientPayloadError
    mendloop explain --answers answers.jsonl
    """
    rules = _rules(own_rules)
    given = [name for name in ("status", "answer", "exception") if source[name] is not None]
    if len(given) + (answers is not None) != 1:
        raise click.UsageError("give exactly one of --status, --answer, --exception, --answers")
    if answers is not None:
        context.exit(0 if _explain_all(answers, rules) else 1)
    verdict = rules.judge(_facts(given[0], source))
    click.echo(msgspec.json.encode(as_data(verdict)) if as_json else "\n".join(as_text(verdict)))


def as_data(verdict: Verdict) -> dict[str, Any]:
    """The verdict and what follows, as plain data for JSON."""
    planned = TABLE.of(verdict.klass, verdict.reason)
    return {
        "class": verdict.klass.value,
        "reason": verdict.reason,
        "rule": verdict.rule,
        "why": verdict.why,
        "message": verdict.message,
        "field": verdict.field,
        "retry_after_s": verdict.retry_after,
        "rules_version": verdict.version,
        "skipped": [step._asdict() for step in verdict.skipped],
        "path": [
            {
                "rule": step.rule,
                "asked": step.asked,
                "possible": step.possible,
                "held": step.held,
                "seen": _seen(step),
            }
            for step in verdict.path
        ],
        "follows": dict(in_words(planned)),
    }


def as_text(verdict: Verdict) -> Iterator[str]:
    """The verdict, the way to it and what follows, a line at a time."""
    yield f"{verdict.klass.value}  ({MEANING[verdict.klass]})"
    yield ""
    facts = {
        "reason": verdict.reason,
        "type": "" if verdict.facts.body else "".join(verdict.facts.types[:1]),
        "message": _clip(verdict.message, 400),
        "field": verdict.field,
        "after": "" if verdict.retry_after is None else f"{verdict.retry_after:g} s, as the answer asks",
        "rule": f"{verdict.rule}: {verdict.why}",
    }
    yield from (f"{name:<9}{value}" for name, value in facts.items() if value)
    yield ""
    yield "what follows"
    for name, sentence in in_words(TABLE.of(verdict.klass, verdict.reason)):
        yield f"  {name:<9}{sentence}"
    yield ""
    yield f"rules tried (version {verdict.version})"
    for (possible, held, _), steps in groupby(verdict.path, _alike):
        tried = list(steps)
        if not possible:
            yield from _listed(tried, f"not for status {verdict.facts.status}")
        elif held or len(tried) == 1:
            yield from chain.from_iterable(map(_tried, tried))
        else:
            yield from _listed(tried, f"no: {_saw(tried[0])}")


def _alike(step: Step) -> tuple[bool, bool, object]:
    """What steps have in common that one line can tell."""
    return step.possible, step.held, step.seen if step.possible else ()


def _listed(steps: list[Step], why: str) -> Iterator[str]:
    return iter(_WRAP.wrap(f"{why}: {', '.join(step.rule for step in steps)}"))


def _tried(step: Step) -> Iterator[str]:
    yield f"  {'yes' if step.held else 'no ':<4}{step.rule:<28}{_clip(step.asked, 120)}"
    yield f"      {'':<28}{f'skipped, it raised {step.error}' if step.error else _saw(step)}"


def _saw(step: Step) -> str:
    return ", ".join(f"{name} is {_clip(repr(value), 90)}" for name, value in _seen(step).items())


def _facts(kind: str, source: dict[str, Any]) -> Facts:
    verb, path = source["verb"].upper(), source["path"]
    if kind == "exception":
        return facts_of_type(_exception(source["exception"]), source["message"])
    if kind == "status":
        body = source["body"].read(MAX_INPUT_BYTES) if source["body"] else b""
        answer = read_answer(source["status"], _headers(source["headers"]), body)
        return facts_from(answer, verb, path, stream=verb == "WATCH")
    row = _answer(source["answer"].read(MAX_INPUT_BYTES))
    return msgspec.structs.replace(row, verb=row.verb or verb, path=row.path or path).facts()


def _answer(raw: bytes) -> Row:
    """A recorded row, a bare Status, or an answer as it went over the wire."""
    text = raw.decode(errors="replace")
    if text.startswith("HTTP/"):
        return _wire(text)
    try:
        found = msgspec.json.decode(raw)
    except msgspec.DecodeError:
        raise click.UsageError("--answer is neither HTTP (HTTP/1.1 409 ...) nor JSON") from None
    if isinstance(found, dict) and isinstance(found.get("status"), int):
        return _row(raw)
    if isinstance(found, dict) and (found.get("kind") == "Status" or found.get("type") == "ERROR"):
        inner = found.get("object") if found.get("type") == "ERROR" else found
        code = inner.get("code", 0) if isinstance(inner, dict) else 0
        return Row(status=code if isinstance(code, int) else 0, body=text, stream="type" in found)
    raise click.UsageError("--answer holds JSON that is neither a recorded row nor a Status")


def _row(raw: bytes) -> Row:
    try:
        return msgspec.json.decode(raw, type=Row)
    except msgspec.DecodeError as error:
        raise click.UsageError(f"--answer: {error}") from None


def _wire(text: str) -> Row:
    head, _, body = text.replace("\r\n", "\n").partition("\n\n")
    first, *lines = head.split("\n")
    code = first.split(" ")[1:2]
    if not code or not code[0].isdecimal():
        raise click.UsageError(f"--answer: no status in {first!r}")
    return Row(status=int(code[0]), headers=_headers(lines), body=body)


def _headers(lines: Iterable[str]) -> dict[str, str]:
    pairs = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}


def _explain_all(rows: BinaryIO, rules: RuleSet) -> bool:
    """One line of JSON a row; rows that cannot be read are named. Whether all could be."""
    clean = True
    decode = msgspec.json.Decoder(Row).decode
    for number, line in enumerate(rows, 1):
        if not line.strip():
            continue
        try:
            row = decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            click.echo(f"{getattr(rows, 'name', '<stdin>')}:{number}: not an answer: {error}", err=True)
            clean = False
            continue
        verdict = rules.judge(row.facts())
        found = {"id": row.id, "class": verdict.klass.value, "rule": verdict.rule, "reason": verdict.reason}
        click.echo(msgspec.json.encode(found))
    return clean


def _exception(name: str) -> type[BaseException]:
    module, _, last = name.rpartition(".")
    if module.partition(".")[0] not in ("", *_STANDARD):
        raise click.BadParameter(f"{name} is not of {', '.join(_STANDARD)}", param_hint="--exception")
    found = getattr(_module(module, "--exception") if module else builtins, last, None)
    if not module and found is None:
        found = getattr(_module("mendloop.errors", "--exception"), last, None)
    if not (isinstance(found, type) and issubclass(found, BaseException)):
        raise click.BadParameter(f"{name} is no exception type", param_hint="--exception")
    return found


def _rules(name: str | None) -> RuleSet:
    if name is None:
        return RULES
    module, _, attribute = name.partition(":")
    found = getattr(_module(module, "--rules"), attribute or "RULES", None)
    if isinstance(found, RuleSet):
        return found
    rules = (found,) if isinstance(found, Rule) else tuple(found) if isinstance(found, Iterable) else ()
    if not rules or not all(isinstance(each, Rule) for each in rules):
        raise click.BadParameter(f"{name} is no RuleSet and no Rules", param_hint="--rules")
    return RULES.before(*rules)


def _module(name: str, option: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise click.BadParameter(f"cannot import {name}: {error}", param_hint=option) from error


def _seen(step: Step) -> dict[str, Any]:
    return {each.fact: _plain(each.value) for each in step.seen}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value


def _clip(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
