"""What a user's `desired` stated, and the plan that follows from it; nothing here touches the cluster."""

from mendloop.wish.child import Absent, Child, Manifest, Manifests, Owning, Stated, WishedAway
from mendloop.wish.context import Context, Pass, Resolve, Writer, Writes
from mendloop.wish.drain import Wish, begin, check_all, drain
from mendloop.wish.operator import Form, Handler, Operator, Part
from mendloop.wish.reads import Observed, Reads, Selection, Unsynced, View
from mendloop.wish.settings import Settings

__all__ = [
    "Absent",
    "Child",
    "Context",
    "Form",
    "Handler",
    "Manifest",
    "Manifests",
    "Observed",
    "Operator",
    "Owning",
    "Part",
    "Pass",
    "Reads",
    "Resolve",
    "Selection",
    "Settings",
    "Stated",
    "Unsynced",
    "View",
    "Wish",
    "WishedAway",
    "Writer",
    "Writes",
    "begin",
    "check_all",
    "drain",
]
