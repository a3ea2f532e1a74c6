"""Field paths: their text and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendloop.model.fieldpath import Key, Member, child, parse, render

SCALARS = st.text(max_size=8) | st.integers(-5, 10**6) | st.booleans()
SEGMENTS = st.one_of(
    st.text(min_size=1, max_size=8),
    st.integers(0, 1000),
    st.builds(Member, SCALARS),
    st.builds(Key.of, st.dictionaries(st.sampled_from(["name", "port", "protocol"]), SCALARS, min_size=1)),
)


@pytest.mark.parametrize(
    "text",
    [
        "spec.template.spec.containers[name=web].ports[containerPort=80,protocol=TCP].name",
        'metadata.labels["app.kubernetes.io/name"]',
        "metadata.finalizers[=example.com/cleanup]",
        "spec.args[2]",
        'spec.env[name="true"]',
        'data["a b"]',
    ],
)
def test_a_text_is_read_and_written_back(text: str) -> None:
    assert render(parse(text)) == text


@given(st.lists(SEGMENTS, min_size=1, max_size=5).map(tuple))
def test_every_path_survives_its_text(path: tuple[object, ...]) -> None:
    assert parse(render(path)) == path  # type: ignore[arg-type]


def test_a_child_is_one_step_further() -> None:
    assert child("", "spec") == "spec"
    assert child("spec.ports", Key.of({"port": 80})) == "spec.ports[port=80]"


@pytest.mark.parametrize("text", ["spec..x", "spec[", "spec[a]", "spec[name=]", "spec[=]", "a b", "spec]"])
def test_what_is_no_path_is_refused_with_the_place(text: str) -> None:
    with pytest.raises(ValueError, match="is not a field path"):
        parse(text)
