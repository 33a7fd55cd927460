"""Jobs: committed with their cause, done at least once with one effect, and only by who holds the lease."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Row, select

from service.db import Database
from service.errors import Conflict, NotFound
from service.handlers import HANDLERS, Handler
from service.jobs import (
    FIRST_WAIT,
    LEASE,
    LONGEST_WAIT,
    MOST_ATTEMPTS,
    JobError,
    Lost,
    Progress,
    cancel,
    claim,
    enqueue,
    enqueue_alone,
    retry,
    wait_after,
)
from service.office import Office
from service.queries.jobs import find_job
from service.queries.letters import moment
from service.schemas.jobs import STARTABLE
from service.tables import jobs
from service.worker import Worker
from tests.service.desk import GATHERING, LIFT, count, take

Step = Callable[[int, Progress], None]


@dataclass
class Watch:
    """A clock that stands still until it is told to go on."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC) + timedelta(minutes=1))

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, time: timedelta) -> None:
        self.now += time


@dataclass
class Shop:
    """A queue of one kind of job, with the workers that do it."""

    office: Office
    watch: Watch
    handler: Handler

    def worker(self) -> Worker:
        return Worker(self.office, {"sum": self.handler}, self.watch)

    def order(self, key: str | None = None) -> str:
        with self.office.database.write() as connection:
            return enqueue(connection, "sum", {"pieces": 3}, key)

    def row(self, job_id: str) -> Row[Any]:
        with self.office.database.read() as connection:
            found = find_job(connection, job_id)
        assert found
        return found

    def seen(self, job_id: str) -> tuple[str, int, int]:
        row = self.row(job_id)
        return row.state, row.attempts, row.done


def pieces(step: Step) -> Handler:
    """Return a handler of three pieces, each of which may go wrong before it is recorded."""

    def handle(office: Office, payload: Mapping[str, Any], progress: Progress) -> None:
        for number in range(int(progress.job.position or 0), payload["pieces"]):
            progress.check()
            step(number, progress)
            with office.database.write() as connection:
                progress.advance(connection, number + 1, payload["pieces"], str(number + 1))

    return handle


@pytest.fixture
def shop(office: Office) -> Shop:
    return Shop(office, Watch(), pieces(lambda *_: None))


def test_a_job_is_done_with_its_progress(shop: Shop) -> None:
    job = shop.order()
    assert shop.worker().run_one()
    assert shop.seen(job) == ("done", 1, 3)
    row = shop.row(job)
    assert (row.total, row.owner, row.error, row.finished_at) == (3, None, None, moment(shop.watch()))
    assert not shop.worker().run_one()


def test_a_job_that_has_worked_for_long_lets_others_write(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    others: list[int] = []
    monkeypatch.setattr(Database, "give_way", lambda _: others.append(1))
    monkeypatch.setattr("service.jobs.GIVE_WAY_AFTER", float("inf"))
    shop.order()
    assert shop.worker().run_one()
    assert others == []
    monkeypatch.setattr("service.jobs.GIVE_WAY_AFTER", -1.0)
    shop.order()
    assert shop.worker().run_one()
    assert others == [1, 1, 1]


def test_a_job_is_there_if_its_cause_is(office: Office) -> None:
    def cause() -> None:
        with office.database.write() as connection:
            enqueue(connection, "sum", {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cause()
    assert count(office.database, "jobs") == 0


def test_a_key_makes_one_job_whatever_became_of_it(shop: Shop) -> None:
    job = shop.order("today")
    assert shop.order("today") == job
    shop.worker().run_one()
    assert shop.order("today") == job
    assert shop.order("tomorrow") != job


def test_one_job_of_a_kind_waits_at_a_time(shop: Shop) -> None:
    with shop.office.database.write() as connection:
        first, second = enqueue_alone(connection, "sum"), enqueue_alone(connection, "sum")
        assert first == second
        cancel(connection, first, shop.watch())
        assert enqueue_alone(connection, "sum") != first


def test_an_error_is_tried_again_after_a_wait_that_grows(shop: Shop) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("赵铁柱")

    shop.handler = pieces(fail)
    job = shop.order()
    waits = []
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert shop.worker().run_one()
        row = shop.row(job)
        assert (row.attempts, row.error) == (attempt, "ZeroDivisionError")
        if row.state == "queued":
            assert not shop.worker().run_one()
            waits.append(datetime.fromisoformat(row.run_after) - shop.watch())
            shop.watch.pass_by(waits[-1])
    assert shop.row(job).state == "failed"
    assert waits == [FIRST_WAIT * 2**number for number in range(MOST_ATTEMPTS - 1)]
    assert not shop.worker().run_one()


def test_waits_have_a_cap() -> None:
    assert wait_after(9) < wait_after(10) == wait_after(10_000) == LONGEST_WAIT


def test_a_job_that_gets_on_may_fail_often(shop: Shop) -> None:
    failing = iter([True, True, False] * 3)

    def stumble(*_: object) -> None:
        if next(failing):
            raise ZeroDivisionError

    shop.handler = pieces(stumble)
    job = shop.order()
    seen = []
    while shop.row(job).state != "done":
        assert shop.worker().run_one()
        seen.append(shop.seen(job))
        shop.watch.pass_by(LONGEST_WAIT)
    assert [attempts for _, attempts, _ in seen] == [1, 2, 1, 2, 1, 2, 1]
    assert [done for _, _, done in seen] == sorted(done for _, _, done in seen)


def test_what_cannot_be_done_is_not_tried_again(shop: Shop) -> None:
    def refuse(*_: object) -> None:
        raise JobError("the file is empty")

    shop.handler = pieces(refuse)
    job = shop.order()
    assert shop.worker().run_one()
    assert (shop.seen(job), shop.row(job).error) == (("failed", 1, 0), "the file is empty")


def test_a_failed_job_can_be_tried_again_and_goes_on(shop: Shop) -> None:
    broken = True

    def refuse(number: int, _: Progress) -> None:
        if broken and number == 2:
            raise JobError("no paper")

    shop.handler = pieces(refuse)
    job = shop.order()
    shop.worker().run_one()
    assert shop.seen(job) == ("failed", 1, 2)
    broken = False
    with shop.office.database.write() as connection:
        retry(connection, job, shop.watch())
    assert (shop.seen(job), shop.row(job).error) == (("queued", 0, 2), None)
    shop.worker().run_one()
    assert shop.seen(job)[0] == "done"
    with pytest.raises(Conflict, match="done"), shop.office.database.write() as connection:
        retry(connection, job, shop.watch())


@pytest.mark.parametrize("change", [cancel, retry])
def test_a_job_that_is_not_there_cannot_be_changed(office: Office, change: Callable[..., None]) -> None:
    with pytest.raises(NotFound), office.database.write() as connection:
        change(connection, "0", datetime.now(UTC))


def test_a_waiting_job_is_cancelled_at_once(shop: Shop) -> None:
    job = shop.order()
    with shop.office.database.write() as connection:
        cancel(connection, job, shop.watch())
    assert shop.seen(job) == ("cancelled", 0, 0)
    assert not shop.worker().run_one()


def test_a_running_job_is_cancelled_between_two_pieces(shop: Shop) -> None:
    def interrupt(number: int, progress: Progress) -> None:
        if number == 1:
            with shop.office.database.write() as connection:
                cancel(connection, progress.job.id, shop.watch())

    shop.handler = pieces(interrupt)
    job = shop.order()
    shop.worker().run_one()
    assert shop.seen(job) == ("cancelled", 1, 2)
    with shop.office.database.write() as connection:
        cancel(connection, job, shop.watch())
    assert shop.seen(job) == ("cancelled", 1, 2)


def test_a_worker_that_stops_hands_its_job_back_without_a_mark_on_it(shop: Shop) -> None:
    stopping = shop.worker()
    shop.handler = pieces(lambda *_: stopping.stop())
    stopping.handlers = {"sum": shop.handler}
    job = shop.order()
    assert stopping.run_one()
    assert shop.seen(job) == ("queued", 0, 1)
    shop.handler = pieces(lambda *_: None)
    assert shop.worker().run_one()
    assert shop.seen(job) == ("done", 1, 3)


def test_a_job_of_a_dead_worker_is_taken_over_when_its_lease_has_run_out(shop: Shop) -> None:
    job = shop.order()
    dead = shop.worker()
    progress = claim(shop.office.database, ["sum"], shop.watch, dead._stopping)
    assert progress
    with shop.office.database.write() as connection:
        progress.advance(connection, 2, 3, "2")
    shop.watch.pass_by(LEASE - timedelta(seconds=1))
    assert not shop.worker().run_one()
    progress.renew()
    shop.watch.pass_by(LEASE - timedelta(seconds=1))
    assert not shop.worker().run_one()
    shop.watch.pass_by(timedelta(seconds=1))
    assert shop.worker().run_one()
    assert shop.seen(job)[0] == "done"


def test_a_worker_that_was_thought_dead_writes_nothing_more(shop: Shop) -> None:
    def stall(number: int, _: Progress) -> None:
        if number == 1 and not taken_over:
            taken_over.append(True)
            shop.watch.pass_by(LEASE + timedelta(seconds=1))
            assert shop.worker().run_one()

    taken_over: list[bool] = []
    shop.handler = pieces(stall)
    job = shop.order()
    assert shop.worker().run_one()
    assert shop.seen(job) == ("done", 1, 3)


def test_an_effect_of_one_who_lost_the_job_is_rolled_back(shop: Shop) -> None:
    shop.order()
    late = claim(shop.office.database, ["sum"], shop.watch, shop.worker()._stopping)
    shop.watch.pass_by(LEASE)
    assert shop.worker().run_one()
    assert late

    def take_effect() -> None:
        with shop.office.database.write() as connection:
            enqueue(connection, "effect", {})
            late.advance(connection, 1)

    for call in (take_effect, late.check, late.renew, lambda: late.report(1)):
        with pytest.raises(Lost):
            call()
    assert count(shop.office.database, "jobs") == 1


def test_a_job_that_kills_its_workers_fails_in_the_end(shop: Shop) -> None:
    job = shop.order()
    for _ in range(MOST_ATTEMPTS):
        assert claim(shop.office.database, ["sum"], shop.watch, shop.worker()._stopping)
        shop.watch.pass_by(LEASE)
    assert not shop.worker().run_one()
    row = shop.row(job)
    assert (row.state, row.error) == ("failed", "the process that did it died each time")


def test_of_two_workers_one_gets_a_job(shop: Shop) -> None:
    done: list[int] = []
    shop.handler = pieces(lambda number, _: done.append(number))
    start = Barrier(4)

    def race() -> bool:
        worker = shop.worker()
        start.wait()
        return worker.run_one()

    shop.order()
    with ThreadPoolExecutor(4) as pool:
        won = [future.result() for future in [pool.submit(race) for _ in range(4)]]
    assert (sum(won), done) == (1, [0, 1, 2])


def test_progress_never_goes_back(shop: Shop) -> None:
    def handle(_office: Office, _payload: Mapping[str, Any], progress: Progress) -> None:
        for done in (1, 5, 3, 6, 2):
            progress.report(done, 6)
            seen.append(shop.row(progress.job.id).done)

    seen: list[int] = []
    shop.handler = handle
    shop.order()
    shop.worker().run_one()
    assert seen == [1, 5, 5, 6, 6]


def test_a_clock_that_was_set_back_holds_nothing_up(shop: Shop) -> None:
    job = shop.order()
    assert claim(shop.office.database, ["sum"], shop.watch, shop.worker()._stopping)
    shop.watch.pass_by(-timedelta(days=30))
    assert shop.worker().run_one()
    assert shop.seen(job)[0] == "done"
    waiting = shop.order()
    shop.watch.pass_by(-timedelta(days=30))
    assert shop.worker().run_one()
    assert shop.seen(waiting)[0] == "done"


def test_jobs_of_a_kind_that_is_not_known_here_are_left_alone(shop: Shop) -> None:
    with shop.office.database.write() as connection:
        job = enqueue(connection, "of.tomorrow", {})
    assert not shop.worker().run_one()
    assert shop.row(job).state == "queued"


def test_jobs_that_are_started_by_hand_have_handlers() -> None:
    assert set(STARTABLE) <= HANDLERS.keys()


@pytest.mark.parametrize("kind", STARTABLE)
def test_every_job_that_is_started_by_hand_gets_done(office: Office, kind: str) -> None:
    for body in (LIFT, f"{LIFT}{GATHERING}"):
        take(office, body)
    with office.database.write() as connection:
        enqueue_alone(connection, kind)
    worker = Worker(office)
    assert worker.run_one()
    with office.database.read() as connection:
        (row,) = connection.execute(select(jobs))
    assert (row.state, row.error, row.done) == ("done", None, row.total or row.done)


def test_jobs_that_ended_long_ago_are_deleted_but_imports_are_kept(office: Office) -> None:
    watch = Watch()
    with office.database.write() as connection:
        ids = {kind: enqueue(connection, kind, {}) for kind in ("old", "import", "jobs.tidy")}
        for kind in ("old", "import"):
            cancel(connection, ids[kind], watch() - timedelta(days=91))
    assert Worker(office, clock=watch).run_one()
    with office.database.read() as connection:
        assert {row.kind for row in connection.execute(select(jobs))} == {"import", "jobs.tidy"}
