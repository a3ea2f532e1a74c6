"""Foreign kinds only: every Ingress that lacks a team label gets its namespace's."""

from __future__ import annotations

from mendloop import Context, Manifests, Object, Operator
from mendloop.k8s import Namespace

op = Operator("labels.example.com")


@op.desired("networking.k8s.io/v1/Ingress", reads=[Namespace])
def label(ingress: Object, ctx: Context) -> Manifests:
    if "team" in ingress.labels:  # somebody else's: fields that only we set are not in this view
        return
    team = ctx.require(Namespace, ingress.namespace).labels.get("team", "unowned")
    yield ingress.overlay({"metadata": {"labels": {"team": team}}})
