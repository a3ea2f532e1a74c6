"""Desired against observed: what differs in meaning, who owns what, and what to send."""

from mendloop.delta.body import apply_body as apply_body
from mendloop.delta.body import release as release
from mendloop.delta.contest import Contest as Contest
from mendloop.delta.contest import Contested as Contested
from mendloop.delta.contest import ContestLimits as ContestLimits
from mendloop.delta.diff import diff as diff
from mendloop.delta.difference import Change as Change
from mendloop.delta.difference import Delta as Delta
from mendloop.delta.difference import GivenUp as GivenUp
from mendloop.delta.growth import grown as grown
from mendloop.delta.learning import learn as learn
from mendloop.delta.outcome import applied as applied
from mendloop.delta.patches import Operation as Operation
from mendloop.delta.patches import json_patch as json_patch
from mendloop.delta.patches import merge_patch as merge_patch
from mendloop.delta.render import record as record
from mendloop.delta.render import render as render
