"""How a running operator is seen: numbers and log lines."""

from mendloop.observe.logs import HumanFormatter, JsonFormatter, Scope, about, set_up
from mendloop.observe.metrics import ControllerNumbers, Metrics

__all__ = ["ControllerNumbers", "HumanFormatter", "JsonFormatter", "Metrics", "Scope", "about", "set_up"]
