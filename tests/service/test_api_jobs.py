from service.caller import ROLES
from service.jobs import enqueue, utc_now
from service.office import Office
from service.queries.jobs import change_job
from service.worker import Worker
from tests.service.desk import LIFT, Desk, LetIn, assert_problem, ids


def test_a_job_is_started_followed_and_started_once(let_in: LetIn, clerk: Desk, office: Office) -> None:
    clerk.deliver(LIFT)
    admin = let_in("admin")
    started = [admin.post("/jobs", {"kind": "flags.refresh"}) for _ in range(2)]
    assert [answer.status_code for answer in started] == [202, 202]
    first, second = (answer.json or {} for answer in started)
    assert first["id"] == second["id"]
    assert (first["state"], first["created_by"]) == ("queued", "admin")
    assert Worker(office).run_one()
    found = admin.read(f"/jobs/{first['id']}")
    assert (found["state"], found["done"], found["total"]) == ("done", 1, 1)
    assert_problem(admin.post(f"/jobs/{first['id']}/retry", None), 409)


def test_what_comes_with_its_cause_alone_is_not_started(let_in: LetIn) -> None:
    for kind in ("import", "", "nonsense"):
        assert_problem(let_in("admin").post("/jobs", {"kind": kind}), 422, "kind")


def test_jobs_are_cancelled_tried_again_and_listed(let_in: LetIn, office: Office) -> None:
    admin = let_in("admin")
    with office.database.write() as connection:
        made = [enqueue(connection, "flags.refresh", {}) for _ in range(3)]
        change_job(connection, made[0], {"state": "failed", "finished_at": utc_now().isoformat()})
    assert (admin.post(f"/jobs/{made[0]}/retry", None).json or {})["state"] == "queued"
    assert (admin.post(f"/jobs/{made[1]}/cancel", None).json or {})["state"] == "cancelled"
    page = admin.read("/jobs", limit=2)
    rest = admin.read("/jobs", limit=2, cursor=page["next"])
    assert ids(page["items"]) + ids(rest["items"]) == made[::-1]
    assert rest["next"] is None


def test_nobody_else_learns_of_jobs(let_in: LetIn, office: Office) -> None:
    with office.database.write() as connection:
        job = enqueue(connection, "flags.refresh", {})
    for role in ROLES:
        desk = let_in(role)
        calls = [desk.get("/jobs"), desk.get(f"/jobs/{job}"), desk.get("/jobs/0")]
        calls += [desk.post(f"/jobs/{job}/cancel", None), desk.post("/jobs/0/retry", None)]
        expected = [200, 200, 404, 200, 404] if role == "admin" else [404] * 5
        assert [answer.status_code for answer in calls] == expected
