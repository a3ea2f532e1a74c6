"""The three patch formats of the Kubernetes API, with a real server's quirks and words."""

from mendloop.controlplane.patch.json_patch import json_patch
from mendloop.controlplane.patch.merge_patch import merge_patch
from mendloop.controlplane.patch.refusals import PatchRefused
from mendloop.controlplane.patch.strategic import strategic_merge_patch

__all__ = ["PatchRefused", "json_patch", "merge_patch", "strategic_merge_patch"]
