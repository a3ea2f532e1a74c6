"""Kubernetes operators that heal themselves.

Everything that an operator's author imports is here; read models of the built-in kinds are in
`mendloop.k8s`, and what tests need is in `mendloop.testing`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mendloop._version import __version__
    from mendloop.errors.exceptions import (
        Conflict,
        Denied,
        DependencyDown,
        Gone,
        Internal,
        Invalid,
        OperatorError,
        Permanent,
        RequeueAfter,
        Throttled,
        Timeout,
        Transient,
        Waiting,
    )
    from mendloop.model.naming import child_name, digest
    from mendloop.model.resource import KindRef, Object, Resource, Scale, top
    from mendloop.model.types import Condition, Meta, Model, NoStatus, Quantity, Spec, Status
    from mendloop.wish.child import Absent, Child, Manifest, Manifests
    from mendloop.wish.context import Context, Writer
    from mendloop.wish.operator import Operator
    from mendloop.wish.settings import Settings

__all__ = [
    "Absent",
    "Child",
    "Condition",
    "Conflict",
    "Context",
    "Denied",
    "DependencyDown",
    "Gone",
    "Internal",
    "Invalid",
    "KindRef",
    "Manifest",
    "Manifests",
    "Meta",
    "Model",
    "NoStatus",
    "Object",
    "Operator",
    "OperatorError",
    "Permanent",
    "Quantity",
    "RequeueAfter",
    "Resource",
    "Scale",
    "Settings",
    "Spec",
    "Status",
    "Throttled",
    "Timeout",
    "Transient",
    "Waiting",
    "Writer",
    "__version__",
    "child_name",
    "digest",
    "top",
]

_ROOMS = {
    "_version": "__version__",
    "errors.exceptions": """
        Conflict Denied DependencyDown Gone Internal Invalid OperatorError Permanent RequeueAfter
        Throttled Timeout Transient Waiting
    """,
    "model.naming": "child_name digest",
    "model.resource": "KindRef Object Resource Scale top",
    "model.types": "Condition Meta Model NoStatus Quantity Spec Status",
    "wish.child": "Absent Child Manifest Manifests",
    "wish.context": "Context Writer",
    "wish.operator": "Operator",
    "wish.settings": "Settings",
}
_HOME = {name: room for room, names in _ROOMS.items() for name in names.split()}
_LATER = frozenset({"External", "Guard", "Rollout", "Wanted"})


def __getattr__(name: str) -> Any:
    """Imports a name's room when the name is first used, so that `import mendloop` costs nothing."""
    if name in _LATER:
        raise ImportError(f"mendloop.{name} is not in this version of mendloop")
    if name not in _HOME:
        raise AttributeError(f"module 'mendloop' has no attribute {name!r}")
    value = getattr(import_module(f"mendloop.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
