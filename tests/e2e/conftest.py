"""Fixtures: a daemon of a test's own, and one shared by a module."""
import pytest

from harness import Daemon


@pytest.fixture
def daemon(tmp_path):
    """A daemon of this test's own, under the wall clock."""
    with Daemon(tmp_path) as d:
        yield d


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One daemon for the tests of a module that do not mind each other."""
    with Daemon(tmp_path_factory.mktemp("shared")) as d:
        yield d
