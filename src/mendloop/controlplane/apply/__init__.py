"""Server-side apply and managedFields, as the API server does them."""

from mendloop.controlplane.apply.conflicts import ApplyConflict, ApplyRefused
from mendloop.controlplane.apply.engine import reset_by, server_side_apply, settle, track

__all__ = ["ApplyConflict", "ApplyRefused", "reset_by", "server_side_apply", "settle", "track"]
