"""The Kubernetes API in process, and the launcher of a real one to judge it by.

`from mendloop.controlplane import ControlPlane`; the real counterpart is `mendloop.controlplane.real`.
"""

from mendloop.controlplane.plane import ADMIN, ControlPlane, Logged
from mendloop.controlplane.wire import Request, Response, User

__all__ = ["ADMIN", "ControlPlane", "Logged", "Request", "Response", "User"]
