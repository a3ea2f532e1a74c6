"""A Deployment and a Service; it needs a pull secret."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from mendloop import Context, Invalid, Manifests, Meta, Operator, Resource, Spec, Status
from mendloop.k8s import Deployment, Secret, Service

op = Operator("cache.example.com")


class MemcachedSpec(Spec):
    pull_secret: str = "pull-secret"
    image: str
    size: Annotated[int, Meta(ge=1, le=9)] = 1


class MemcachedStatus(Status):
    endpoint: str | None = None


class Memcached(Resource[MemcachedSpec, MemcachedStatus], group="cache.example.com", version="v1"):
    """A cache."""


@op.check(Memcached)
def check(cache: Memcached, old: Memcached | None) -> Iterator[Invalid]:
    if cache.spec.image.endswith(":latest"):
        yield Invalid("pin a version", field="spec.image")


@op.desired(Memcached, owns=[Deployment, Service], reads=[Secret])
def desired(cache: Memcached, ctx: Context) -> Manifests:
    secret = ctx.require(Secret, cache.spec.pull_secret)
    yield deployment(cache, secret)
    yield service(cache)
    cache.status.endpoint = f"{cache.name}.{cache.namespace}.svc"


def deployment(cache: Memcached, secret: Secret) -> dict[str, Any]:
    labels = {"app": cache.name}
    container = {"name": "memcached", "image": cache.spec.image, "ports": [{"containerPort": 11211}]}
    pod = {"imagePullSecrets": [{"name": secret.name}], "containers": [container]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": cache.name},
        "spec": {
            "replicas": cache.spec.size,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }


def service(cache: Memcached) -> str:
    return f"""
        apiVersion: v1
        kind: Service
        metadata: {{name: {cache.name}}}
        spec: {{selector: {{app: {cache.name}}}, ports: [{{port: 11211}}]}}
    """
