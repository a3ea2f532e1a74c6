"""The Database operator: what it wishes, and what becomes of that on a control plane."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

import pytest

from mendloop import Invalid, Waiting
from mendloop.demo.database import Database, DatabaseSpec, op
from mendloop.k8s import ConfigMap, PersistentVolumeClaim, Secret, Service, StatefulSet
from mendloop.testing import Cluster, Rendered, render

PASSWORD = Secret("orders-password", namespace="default", data={"password": "s/cret"})


def database(**spec: Any) -> Database:
    return Database("orders", namespace="default", spec=DatabaseSpec(**{"version": "17", **spec}))


def rendered(**spec: Any) -> Rendered[Any]:
    return render(op, database(**spec), world=[PASSWORD])


def test_a_database_has_members_addresses_configuration_and_a_connection() -> None:
    wish = rendered(replicas=3)
    assert wish.complete
    assert [(one["kind"], one["metadata"]["name"]) for one in wish.manifests] == [
        ("ConfigMap", "orders-config"),
        ("Service", "orders-members"),
        ("StatefulSet", "orders"),
        ("Service", "orders"),
        ("Secret", "orders-connection"),
    ]
    assert wish.one(StatefulSet)["spec"]["replicas"] == 3
    assert wish.status.endpoint == "orders.default.svc:5432"


def test_it_waits_for_the_users_password_and_wishes_nothing_before() -> None:
    wish = render(op, database())
    assert isinstance(wish.error, Waiting) and "orders-password" in str(wish.error)
    assert wish.manifests == ()


def test_a_password_is_quoted_in_the_connection() -> None:
    url = b64decode(rendered().one(Secret)["data"]["url"]).decode()
    assert url == "postgres://postgres:s%2Fcret@orders.default.svc:5432"


def test_a_secret_without_a_password_is_refused_by_name() -> None:
    wish = render(op, database(), world=[Secret("orders-password", namespace="default", data={"pass": "x"})])
    assert isinstance(wish.error, Invalid) and "orders-password" in str(wish.error)


@pytest.mark.parametrize(
    ("spec", "field"), [({"version": "9.6"}, "spec.version"), ({"replicas": 2}, "spec.replicas")]
)
def test_an_impossible_database_is_refused_by_field(spec: dict[str, Any], field: str) -> None:
    wish = rendered(**spec)
    assert isinstance(wish.error, Invalid) and wish.error.field == field
    assert wish.manifests == ()


def test_a_changed_configuration_rolls_the_members() -> None:
    one, three = (rendered(replicas=count).one(StatefulSet)["spec"]["template"] for count in (1, 3))
    assert one["metadata"]["annotations"] != three["metadata"]["annotations"]


async def test_it_comes_up_once_its_password_is_there(cluster: Cluster) -> None:
    async with cluster.run(op):
        db = await cluster.create(database(replicas=3))
        await cluster.settled()
        assert not (await cluster.get(Database, db.name)).ready
        await cluster.create(PASSWORD)
        await cluster.settled()
        db = await cluster.get(Database, db.name)
        assert db.ready and db.status.endpoint == "orders.default.svc:5432"
        assert len(await cluster.list(PersistentVolumeClaim)) == 3


async def test_edited_and_deleted_children_come_back(cluster: Cluster) -> None:
    async with cluster.run(op):
        await cluster.create(PASSWORD)
        await cluster.create(database())
        await cluster.settled()
        await cluster.delete(await cluster.get(Service, "orders"))
        await cluster.patch(await cluster.get(StatefulSet, "orders"), {"spec": {"replicas": 0}})
        await cluster.patch(await cluster.get(ConfigMap, "orders-config"), {"data": {"database.conf": "x"}})
        await cluster.settled()
        assert (await cluster.get(StatefulSet, "orders")).spec.replicas == 1
        assert "cluster_name" in (await cluster.get(ConfigMap, "orders-config")).data["database.conf"]
        assert await cluster.find(Service, "orders")
        writes = cluster.writes
        await cluster.advance(3600)
        assert cluster.writes == writes


async def test_its_data_outlive_it(cluster: Cluster) -> None:
    async with cluster.run(op):
        await cluster.create(PASSWORD)
        db = await cluster.create(database())
        await cluster.settled()
        await cluster.delete(db)
        await cluster.settled()
        assert await cluster.find(Database, "orders") is None
        assert await cluster.find(StatefulSet, "orders") is None
        assert [claim.name for claim in await cluster.list(PersistentVolumeClaim)] == ["data-orders-0"]


async def test_another_storage_is_refused_and_said_so(cluster: Cluster) -> None:
    """An API server lets nobody change the claims of a StatefulSet."""
    async with cluster.run(op):
        await cluster.create(PASSWORD)
        db = await cluster.create(database())
        await cluster.settled()
        await cluster.patch(db, {"spec": {"storage": "2Gi"}})
        await cluster.settled()
        conditions = (await cluster.get(Database, "orders")).status.conditions
        ready = next(one for one in conditions if one.type == "Ready")
        assert ready.status == "False" and ready.reason == "ChildInvalid"
        assert "StatefulSet" in ready.message and "spec" in ready.message
