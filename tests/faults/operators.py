"""The operators that the fault cases are tried on, and short ways to look at what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mendloop import Context, Manifests, Operator, Resource, Spec, Status
from mendloop.chaos import Made
from mendloop.k8s import ConfigMap, Deployment
from mendloop.model.types import Condition
from mendloop.testing import Cluster
from mendloop.wish.context import Writer


class SiteSpec(Spec):
    text: str = "a"
    pages: int = 1
    tier: str = ""  # the selector of a Deployment, which cannot be changed; no Deployment where empty


class SiteStatus(Status):
    pages: int = 0


class Site(Resource[SiteSpec, SiteStatus], group="faults.example.com", version="v1"):
    """Pages in ConfigMaps, and servers if there is a tier."""


def site_operator(name: str = "faults.example.com") -> Operator[Any]:
    """Keeps `pages` ConfigMaps; nothing that needs a finalizer."""
    op: Operator[Any] = Operator(name)

    @op.desired(Site, owns=[ConfigMap, Deployment])
    def desired(site: Site, ctx: Context[Any]) -> Manifests:
        for number in range(site.spec.pages):
            yield page(f"{site.name}-{number}", text=site.spec.text)
        if site.spec.tier:
            yield servers(site)
        site.status.pages = site.spec.pages

    return op


@dataclass
class Outside:
    """A system outside the cluster that holds one entry for each site."""

    entries: set[str] = field(default_factory=set)
    removals: list[str] = field(default_factory=list)


def careful_operator(name: str = "faults.example.com") -> Operator[Outside]:
    """As `site_operator`, with something outside that is removed before a site may go."""
    op: Operator[Outside] = Operator(name)

    @op.desired(Site, owns=[ConfigMap])
    def desired(site: Site, ctx: Context[Outside]) -> Manifests:
        for number in range(site.spec.pages):
            yield page(f"{site.name}-{number}", text=site.spec.text)
        site.status.pages = site.spec.pages

    @op.cleanup(Site)
    async def cleanup(site: Site, ctx: Writer[Outside]) -> None:
        ctx.deps.removals.append(site.name)
        ctx.deps.entries.discard(site.name)

    return op


def page(name: str, **data: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def servers(site: Site) -> dict[str, Any]:
    labels = {"site": site.name, "tier": site.spec.tier}
    pod = {"containers": [{"name": "web", "image": "nginx:1"}]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": site.name},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }


def site(name: str = "s", **spec: Any) -> Site:
    return Site(name, spec=SiteSpec(**spec))


async def pages(cluster: Cluster, namespace: str = "default") -> dict[str, str]:
    """The text of each page by its name."""
    found = await cluster.list(ConfigMap, namespace=namespace)
    return {each.name: each.data.get("text", "") for each in found}


async def condition(
    cluster: Cluster, name: str, kind: str = "Ready", namespace: str = "default"
) -> Condition:
    found = (await cluster.get(Site, name, namespace=namespace)).status.conditions
    return next(each for each in found if each.type == kind)


def made(cluster: Cluster, verb: str = "", plural: str = "") -> list[Made]:
    """The operators' calls so far, in order: those of one verb and resource where named."""
    calls = [each for transport in cluster.transports for each in transport.made]
    wanted = [each for each in calls if verb in ("", each.call.verb) and plural in ("", each.call.plural)]
    return sorted(wanted, key=lambda each: each.at_s)


def warnings(cluster: Cluster) -> list[Mapping[str, Any]]:
    return [each for each in cluster.plane.objects("v1/Event") if each["type"] == "Warning"]
