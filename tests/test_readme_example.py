"""The example that README.md shows, and the test that its reader would write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from mendloop import Child, Context, Invalid, Manifests, Meta, Operator, Resource, Spec, Status, Waiting
from mendloop.k8s import Deployment, Secret, Service
from mendloop.testing import render

op = Operator("cache.example.com")  # field manager, finalizer prefix, lease name


class MemcachedSpec(Spec):
    image: str
    size: Annotated[int, Meta(ge=1, le=9)] = 1


class MemcachedStatus(Status):  # conditions and observedGeneration come with it
    endpoint: str = ""


class Memcached(Resource[MemcachedSpec, MemcachedStatus], group="cache.example.com", version="v1"):
    """A cache."""


@op.check(Memcached)  # in the loop and, where it is deployed, at admission
def pinned(cache: Memcached, old: Memcached | None) -> Iterator[Invalid]:
    if cache.spec.image.endswith(":latest"):
        yield Invalid("pin a version", field="spec.image")


@op.desired(Memcached, owns=[Deployment, Service], reads=[Secret])
def desired(cache: Memcached, ctx: Context) -> Manifests:
    secret = ctx.require(Secret, "pull-secret")  # not there: `waiting`; its watch event wakes us
    servers = Child(deployment(cache, secret))  # a dict, YAML text or a typed model
    yield servers
    yield Child(service(cache), after=[servers])  # created and changed once the servers are ready
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


def demo(image: str = "memcached:1.6", size: int = 3) -> Memcached:
    return Memcached("demo", spec=MemcachedSpec(image=image, size=size))


def test_children_and_endpoint() -> None:
    out = render(op, demo(), world=[Secret("pull-secret")])
    assert out.complete
    assert out.one(Deployment)["spec"]["replicas"] == 3
    assert out.one(Service, "demo")["metadata"]["namespace"] == "default"
    assert out.status.endpoint == "demo.default.svc"


def test_waits_for_the_pull_secret() -> None:
    out = render(op, demo())
    assert isinstance(out.error, Waiting)
    assert not out.manifests


def test_latest_is_refused() -> None:
    assert [complaint.field for complaint in pinned(demo("memcached:latest"), None)] == ["spec.image"]
    out = render(op, demo("memcached:latest"), world=[Secret("pull-secret")])
    assert isinstance(out.error, Invalid)
    assert not out.manifests
