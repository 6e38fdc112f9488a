"""Sizes of audit records."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from iamd.gate import record_size
from iamd.gate.record_size import MAX_FIELD_BYTES, MAX_REFUSED_FIELD_BYTES, MAX_TEXT_BYTES

RECORD_BYTES = 256 * 1024  # CloudTrail's limit of a record
REFUSED_RECORD_BYTES = 8 * 1024


def record(**fields: Any) -> dict[str, Any]:
    return {"eventName": "CreatePolicy", "requestParameters": None, "responseElements": None, **fields}


def test_short_record_is_not_changed() -> None:
    short = record(requestParameters={"policyName": "p", "policyDocument": "x" * 500}, errorMessage="é")
    assert json.loads(record_size.to_json(short, refused=True)) == short


def test_largest_parameters_are_omitted() -> None:
    params = {"policyDocument": "x" * MAX_FIELD_BYTES, "policyName": "p", "path": "/team/"}
    expected = {"policyName": "p", "path": "/team/", "omitted": True}
    for refused in (False, True):
        cut = json.loads(record_size.to_json(record(requestParameters=params), refused=refused))
        assert cut["requestParameters"] == expected


def test_refused_call_keeps_less_of_its_parameters() -> None:
    params = {"policyDocument": "x" * MAX_REFUSED_FIELD_BYTES, "policyName": "p"}
    succeeded = json.loads(record_size.to_json(record(requestParameters=params), refused=False))
    assert succeeded["requestParameters"] == params
    denied = json.loads(record_size.to_json(record(requestParameters=params), refused=True))
    assert denied["requestParameters"] == {"policyName": "p", "omitted": True}


def test_response_elements_are_limited_too() -> None:
    response = {"roles": ["x" * 1000] * 200, "count": 1}
    cut = json.loads(record_size.to_json(record(responseElements=response), refused=False))
    assert cut["responseElements"] == {"count": 1, "omitted": True}


_VALUES = st.recursive(
    st.text(max_size=20) | st.integers(-(2**63), 2**63 - 1) | st.text("é\U0001f600\0a", max_size=5_000),
    lambda values: st.lists(values, max_size=30) | st.dictionaries(st.text(max_size=20), values, max_size=9),
    max_leaves=60,
)
_FIELDS = st.none() | st.dictionaries(st.text(max_size=60), _VALUES, max_size=60)


@given(_FIELDS, _FIELDS, st.text("aé\U0001f600\n", max_size=9_000), st.booleans())
def test_every_record_is_bounded(params: Any, response: Any, text: str, refused: bool) -> None:
    full = record(requestParameters=params, responseElements=response, errorMessage=text, userAgent=text)
    assert len(record_size.to_json(full, refused=refused)) <= (
        REFUSED_RECORD_BYTES if refused else RECORD_BYTES
    )


@given(st.text(max_size=3_000))
def test_cut_text_is_a_prefix_that_fits(text: str) -> None:
    cut = record_size.cut_text(text, MAX_TEXT_BYTES)
    assert len(json.dumps(cut)) - 2 <= MAX_TEXT_BYTES
    assert cut == text or (cut.endswith("...") and text.startswith(cut[:-3]))
