"""Fixtures: a daemon of a test's own, and one shared by a module. The order of the files, where workers share them."""
import os

import pytest

from harness import Daemon, kill_what_is_left, preload


def pytest_configure(config):
    config.addinivalue_line("markers", "alone: measures the machine, or needs all of it; runs after all others, "
                                       "with nothing beside it")


def pytest_collection_modifyitems(items):
    """A worker takes one file after another: the longest ones first, so that all workers end together. By their size,
    but for those whose module says that it is LONG."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: (not getattr(item.module, "LONG", False), -item.path.stat().st_size, item.path))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """At the end of a file, once its fixtures have ended what is theirs. (A fixture of its own would not be the last:
    pytest ends those first that the last test asked for.)"""
    yield
    if nextitem is None or nextitem.path != item.path:
        kill_what_is_left()


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


@pytest.fixture(scope="session")
def killer(tmp_path_factory):
    """What breaks a program off at a step of its choice: kill_at.c as a library for LD_PRELOAD."""
    return preload(tmp_path_factory.mktemp("killer"), "kill_at.c")
