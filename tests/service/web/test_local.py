import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.web.local import local_path


@pytest.mark.parametrize("address", ["/", "/matters", "/?category=land&level=watch", "/letters/01ABC#g0", "/a?next=/b"])
def test_a_path_of_this_service_is_kept(address: str) -> None:
    assert local_path(address, "/home") == address


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "matters",
        "http://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n//evil.example",
        "/a\r\nSet-Cookie: x",
        "javascript:alert(1)",
        " //evil.example",
    ],
)
def test_an_address_that_leads_or_could_lead_elsewhere_is_not(address: str | None) -> None:
    assert local_path(address, "/home") == "/home"


@given(st.text(alphabet="/\\.:@?#a\t\n", max_size=12))
def test_what_is_kept_is_always_a_single_slash_followed_by_no_other(address: str) -> None:
    kept = local_path(address, "/home")
    assert kept.startswith("/")
    assert not kept.startswith("//")
    assert "\\" not in kept
    assert kept.isprintable()
