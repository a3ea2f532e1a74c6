"""Custom resources: which definitions are taken, and how objects are pruned, defaulted and validated.

The order on a real server: `prune` (its paths are strict validation's unknown fields), `default`, then
`validate`. Schemas are the `openAPIV3Schema` of a version as the CRD states it.
"""

from mendloop.controlplane.schema.definitions import check_crd
from mendloop.controlplane.schema.pruning import default, prune, unknown_field_texts
from mendloop.controlplane.schema.validation import validate

__all__ = ["check_crd", "default", "prune", "unknown_field_texts", "validate"]
