"""Compiled globs: the same answer as the literal matcher for every short pattern and subject."""

from itertools import product

import pytest

from iamd.policy.compiled.globs import compile_glob
from iamd.policy.patterns import glob

SUBJECTS = ["".join(letters) for length in range(6) for letters in product("ab", repeat=length)]


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5])
def test_compiled_globs_agree_with_literal_ones(length: int) -> None:
    for pattern in map("".join, product("ab?*", repeat=length)):
        matcher = compile_glob(pattern)
        assert [matcher(subject) for subject in SUBJECTS] == [glob(pattern, subject) for subject in SUBJECTS]
