"""What tests of an operator need.

`render` runs one pass without a cluster. The fixtures `control_plane` and its kin come with the pytest
plug-in, which pytest finds by itself.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mendloop.testing.cluster import Cluster, NotSettled
    from mendloop.testing.rendering import Rendered, render
    from mendloop.testing.story import Story

__all__ = ["Cluster", "NotSettled", "Rendered", "Story", "render"]

_HOME = {
    "Cluster": "cluster",
    "NotSettled": "cluster",
    "Rendered": "rendering",
    "render": "rendering",
    "Story": "story",
}


def __getattr__(name: str) -> Any:
    """Imports what is used when it is used: pytest loads this package wherever mendloop is installed."""
    if name not in _HOME:
        raise AttributeError(f"module 'mendloop.testing' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"mendloop.testing.{_HOME[name]}"), name)
    return value
