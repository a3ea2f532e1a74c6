"""What the server or a webhook makes of our wishes, learned from its answer and then not fought over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mendloop.delta.compare import fields_agree
from mendloop.delta.diff import wished
from mendloop.delta.shape import Shape
from mendloop.delta.walk import Owners, Walk
from mendloop.model import fieldset
from mendloop.model.openapi import Schema


def learn(
    desired: Mapping[str, Any], answer: Mapping[str, Any], schema: Schema | None, owner: str
) -> dict[str, tuple[Any, Any]]:
    """Per path what was wished and what was given instead, for `diff(..., learned=...)`.

    `answer` is the server's answer to the apply, or dry run, of exactly this `desired`. An entry holds for
    one pair of values: another wish, or another answer, is looked at afresh.
    """
    wish, shape = wished(desired), Shape.of(schema)
    if fields_agree(wish, answer, shape):
        return {}  # as nearly always; ownership need not even be read
    walk = Walk(Owners(fieldset.of_manager(answer, owner)), {})
    walk.fields(wish, answer, shape, ())
    return {change.path: (change.after, change.before) for change in walk.changes}
