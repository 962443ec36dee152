"""Rules for every test: no warning passes, nothing is left running, what is required in CI is not skipped there."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import pathlib
import shutil
import sys
import threading
from collections.abc import AsyncIterator, Iterator

import hypothesis
import pytest
from pytest_asyncio import is_async_test

# A slow example on a busy machine is no fault of the code; what must be quick is measured by thread time where it matters.
# The short forms are the same in every run; the long ones look for what nobody has seen yet.
hypothesis.settings.register_profile("suite", deadline=None, derandomize=not os.environ.get("TELEMED_PROVE"))
hypothesis.settings.load_profile("suite")

# Tests whose figures are times: two of them at once leave a machine of two cores enough to keep them, anything busier does not.
REAL_TIME = (
    "tests/net",
    "tests/media",
    "tests/turn/test_calls.py",
    "tests/browser/test_recorded_call.py",
    "tests/browser/test_recording_consent.py",
    "tests/browser/test_review.py",
    "tests/adapters/ops/test_supervisor.py",
    "tests/adapters/ops/test_long_upgrade.py",
    "tests/adapters/ops/test_on_call_kill.py",
    "tests/adapters/notify/test_smtp.py",
    "tests/adapters/web/test_requests.py",
)
# Measurements, and floods that leave nothing to whatever runs beside them.
ALONE = ("tests/bench", "tests/hostile", "tests/prove")
MOST = "not real_time and not alone"  # how the Makefile asks for the rest

# Tests of pure code, which pass or fail for one reason alone. Every other test does real I/O on a machine that does other work
# too, and gets a second chance, so that one race does not fail a whole run. The summary names it ("RERUN") with its
# failure: a fault to be mended, in the test or in the product, not a pass. To look for them: make test ARGS="--force-reruns 0"
PURE = ("tests/unit", "tests/rules", "tests/fuzz")

REQUIRED_IN_CI = os.environ.get("CI") == "true"


def pytest_configure(config: pytest.Config) -> None:
    for marker in ("prove: the long form of a test, run by `make prove`", "coturn: needs Debian's coturn"):
        config.addinivalue_line("markers", marker)


def pytest_ignore_collect(collection_path: pathlib.Path, config: pytest.Config) -> bool | None:
    """Leave out files in which a run of one kind finds nothing: collecting all of them takes longer than many a test."""
    if collection_path.suffix != ".py" or not collection_path.is_relative_to(config.rootpath):
        return None
    place, kinds = collection_path.relative_to(config.rootpath).as_posix(), config.option.markexpr
    if kinds == "alone":
        wanted = place.startswith(ALONE) or "mark.alone" in collection_path.read_text("utf-8")
    elif kinds == "real_time":
        wanted = place.startswith(REAL_TIME) or "mark.real_time" in collection_path.read_text("utf-8")
    else:
        wanted = kinds != MOST or not place.startswith(ALONE + REAL_TIME)
    return None if wanted else True


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Iterator[None]:
    """Six thousand tests are no garbage and stay until the end: looking through them again and again for some took a third of the
    time of collecting them, and a quarter of that of tests which make objects as a server does."""
    gc.disable()
    try:
        yield
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


def missing_for(item: pytest.Item) -> str | None:
    """Why this machine cannot run the item; None if it can."""
    if item.get_closest_marker("browser"):
        absent = [name for name in ("chromium", "firefox-esr") if shutil.which(name) is None]
        if absent:
            return f"not installed: {', '.join(absent)} (make browsers, as root)"
    if item.get_closest_marker("coturn") and shutil.which("turnserver") is None:
        return "not installed: coturn (make browsers, as root)"
    if item.get_closest_marker("netns"):
        if os.geteuid() != 0:
            return "network namespaces need root"
        absent = [name for name in ("ip", "nft") if shutil.which(name) is None]
        if absent:
            return f"not installed: {', '.join(absent)} (make browsers, as root)"
    return None


def pytest_runtest_setup(item: pytest.Item) -> None:
    reason = missing_for(item)
    if reason and REQUIRED_IN_CI:
        pytest.fail(f"required in CI: {reason}", pytrace=False)
    if reason:
        pytest.skip(reason)
    if item.get_closest_marker("prove") and not os.environ.get("TELEMED_PROVE"):
        pytest.skip("long form: make prove")


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.fixture(autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a thread of its own or a growing number of file descriptors behind."""
    if request.node.get_closest_marker("keeps_resources"):
        yield
        return
    threads = set(threading.enumerate())
    descriptors = open_descriptors()
    yield
    left = [
        t
        for t in threading.enumerate()
        if t not in threads and not t.daemon and not t.name.startswith(("asyncio_", "ThreadPool"))
    ]
    for thread in left:
        thread.join(timeout=2)
    assert not [t for t in left if t.is_alive()], "a thread was left running"
    if open_descriptors() > descriptors + 8:
        gc.collect()
    # The loop of the test and session fixtures may hold a few; a leak per connection shows as many more.
    assert open_descriptors() <= descriptors + 16, "file descriptors were left open"


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Take back what a test that runs a command in this process set up for the lines of a whole process."""
    own, factory = logging.getLogger("telemed"), logging.getLogRecordFactory()
    level, hooks = own.level, (sys.excepthook, threading.excepthook, sys.unraisablehook)
    yield
    own.setLevel(level)
    logging.setLogRecordFactory(factory)
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks


@pytest.fixture
async def no_stray_tasks() -> AsyncIterator[None]:
    """Fail an async test that leaves a task running that it did not have at the start. Given to each by the collection."""
    before = asyncio.all_tasks()
    yield
    for _ in range(50):
        stray = [t for t in asyncio.all_tasks() if t not in before and t is not asyncio.current_task() and not t.done()]
        if not stray:
            return
        await asyncio.sleep(0.01)
    names = sorted({getattr(t.get_coro(), "__qualname__", "?") for t in stray})
    pytest.fail(f"tasks were left running: {', '.join(names)}", pytrace=False)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lives by the clock, give whatever does I/O its second chance, and watch the tasks of those that can make any."""
    for item in items:
        if is_async_test(item):  # not the others: making an event loop takes longer than most of them
            item.fixturenames.insert(0, "no_stray_tasks")  # type: ignore[attr-defined]
        place = item.nodeid.split("::", 1)[0]
        if place.startswith(ALONE):
            item.add_marker(pytest.mark.alone)
        elif place.startswith(REAL_TIME) and not item.get_closest_marker("alone"):
            item.add_marker(pytest.mark.real_time)
        if not place.startswith(PURE):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.hookimpl(tryfirst=True)  # before workers tell what they have
def pytest_collection_finish(session: pytest.Session) -> None:
    """What is quick comes last, and keeps all workers busy to the end, whatever order was drawn for the others."""
    session.items.sort(key=lambda item: item.nodeid.startswith(PURE))
