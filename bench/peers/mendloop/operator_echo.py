"""Each Echo's message and size in a ConfigMap of its name."""

from __future__ import annotations

from mendloop import Context, Manifests, Operator, Resource, Spec, Status, Writer
from mendloop.k8s import ConfigMap

op = Operator("echo.bench.example.com")


class EchoSpec(Spec):
    message: str
    size: int


class Echo(Resource[EchoSpec, Status], group="bench.example.com", version="v1", plural="echoes"):
    """A message to keep."""


@op.desired(Echo, owns=[ConfigMap])
def desired(echo: Echo, ctx: Context) -> Manifests:
    yield {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": echo.name},
        "data": {"message": echo.spec.message, "size": str(echo.spec.size)},
    }


@op.cleanup(Echo)
async def cleanup(echo: Echo, ctx: Writer) -> None:
    """Nothing outside the cluster to take away; its presence brings the finalizer, which the job asks for."""
