"""Database before migration before Deployment; a canary choice in a ConfigMap wakes it."""

from __future__ import annotations

from typing import Any

from mendloop import Child, Context, Manifests, Operator, Resource, Spec, Status, digest
from mendloop.k8s import ConfigMap, Deployment, Job, StatefulSet

op = Operator("app.example.com")


class AppSpec(Spec):
    image: str
    canary_from: str | None = None


class AppStatus(Status):
    image: str | None = None
    ready_replicas: int | None = None


class App(Resource[AppSpec, AppStatus], group="app.example.com", version="v1"):
    """A database, its migration, and what serves."""


@op.desired(App, owns=[StatefulSet, Job, Deployment], reads=[ConfigMap])
def desired(app: App, ctx: Context) -> Manifests:
    image = app.spec.image
    if app.spec.canary_from is not None:
        choice = ctx.require(ConfigMap, app.spec.canary_from)
        image = choice.data.get("image", image)

    database = Child(workload("StatefulSet", f"{app.name}-db", "postgres:16", serviceName=f"{app.name}-db"))
    migration = Child(job(app, image), after=[database])
    web = Child(
        workload("Deployment", f"{app.name}-web", image), after=[migration], initial=["spec.replicas"]
    )
    yield from (database, migration, web)
    app.status.image = image
    if (serving := ctx.observed(web, Deployment)) is not None:
        app.status.ready_replicas = serving.status.ready_replicas


def workload(kind: str, name: str, image: str, **more: Any) -> dict[str, Any]:
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "main", "image": image}]}}
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": name},
        "spec": {**more, "selector": {"matchLabels": labels}, "template": template},
    }


def job(app: App, image: str) -> dict[str, Any]:
    pod = {
        "restartPolicy": "Never",
        "containers": [{"name": "migrate", "image": image, "args": ["migrate"]}],
    }
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": f"{app.name}-migrate-{digest(image)}"},
        "spec": {"template": {"spec": pod}},
    }
