"""Desired against observed: what differs in meaning, who owns what, and what to send."""

from mendloop.delta.diff import diff as diff
from mendloop.delta.difference import Change as Change
from mendloop.delta.difference import Delta as Delta
from mendloop.delta.difference import GivenUp as GivenUp
