"""Read models of events.k8s.io.

Made by scripts/generate_k8s.py from a kube-apiserver's OpenAPI; not edited by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Unpack

from mendloop.k8s.base import NoSpec, Part, stated
from mendloop.k8s.core import EventSource, ObjectReference
from mendloop.model.resource import Given, Object, Resource
from mendloop.model.types import Model, NoStatus

__all__ = [
    "Event",
    "EventSeries",
]


class EventSeries(Model):
    """EventSeries contain information on series of events, i.e."""

    count: int = 0
    last_observed_time: datetime | None = None


class Event(Resource[NoSpec, NoStatus], group="events.k8s.io", version="v1", plural="events", crd=False):
    """Event is a report of an event somewhere in the cluster."""

    __slots__ = ()
    action: Part[str | None] = Part(str, "action")
    deprecated_count: Part[int | None] = Part(int, "deprecatedCount")
    deprecated_first_timestamp: Part[datetime | None] = Part(datetime, "deprecatedFirstTimestamp")
    deprecated_last_timestamp: Part[datetime | None] = Part(datetime, "deprecatedLastTimestamp")
    deprecated_source: Part[EventSource] = Part(EventSource, "deprecatedSource", EventSource)
    event_time: Part[datetime | None] = Part(datetime, "eventTime")
    note: Part[str | None] = Part(str, "note")
    reason: Part[str | None] = Part(str, "reason")
    regarding: Part[ObjectReference] = Part(ObjectReference, "regarding", ObjectReference)
    related: Part[ObjectReference | None] = Part(ObjectReference, "related")
    reporting_controller: Part[str | None] = Part(str, "reportingController")
    reporting_instance: Part[str | None] = Part(str, "reportingInstance")
    series: Part[EventSeries | None] = Part(EventSeries, "series")
    type: Part[str | None] = Part(str, "type")

    def __init__(
        self,
        name: str,
        *,
        action: str | None = None,
        deprecated_count: int | None = None,
        deprecated_first_timestamp: datetime | None = None,
        deprecated_last_timestamp: datetime | None = None,
        deprecated_source: EventSource | None = None,
        event_time: datetime | None = None,
        note: str | None = None,
        reason: str | None = None,
        regarding: ObjectReference | None = None,
        related: ObjectReference | None = None,
        reporting_controller: str | None = None,
        reporting_instance: str | None = None,
        series: EventSeries | None = None,
        type: str | None = None,
        fields: Mapping[str, Any] | None = None,
        **meta: Unpack[Given],
    ) -> None:
        Object.__init__(
            self,
            name,
            fields=stated(
                fields,
                {
                    "action": action,
                    "deprecatedCount": deprecated_count,
                    "deprecatedFirstTimestamp": deprecated_first_timestamp,
                    "deprecatedLastTimestamp": deprecated_last_timestamp,
                    "deprecatedSource": deprecated_source,
                    "eventTime": event_time,
                    "note": note,
                    "reason": reason,
                    "regarding": regarding,
                    "related": related,
                    "reportingController": reporting_controller,
                    "reportingInstance": reporting_instance,
                    "series": series,
                    "type": type,
                },
            ),
            **meta,
        )
