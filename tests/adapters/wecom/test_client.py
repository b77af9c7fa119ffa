"""Tokens and errors over a socket."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from huitou.channels.wecom.client import WeComError, WeComUnanswered, WeComUnreachable
from huitou.channels.wecom.contacts import WeComContacts
from tests.adapters.wecom.serving import Sim


def fault(sim: Sim, path: str, errcode: int, count: int = 1) -> None:
    sim.order("faults", path=path, errcode=errcode, count=count)


def test_one_token_serves_many_calls_of_many_threads(sim: Sim) -> None:
    client = sim.client()
    # A second request for a token would meet this error.
    client.get("externalcontact/get_follow_user_list")
    fault(sim, "gettoken", 45009)
    with ThreadPoolExecutor(4) as pool:
        paths = ["externalcontact/get_follow_user_list"] * 12
        answers = list(pool.map(client.get, paths))
    assert [answer["follow_user"] for answer in answers] == [["lisi", "zhangsan"]] * 12


@pytest.mark.parametrize("is_revoked", [False, True])
def test_a_stale_token_is_refreshed(sim: Sim, is_revoked: bool) -> None:
    contacts = WeComContacts(sim.client())
    assert contacts.list_followers() == ["lisi", "zhangsan"]
    assert sim.order("tokens/expire", is_revoked=is_revoked) == {"count": 1}
    assert contacts.list_followers() == ["lisi", "zhangsan"]


@pytest.mark.parametrize("errcode", [40014, 42001])
def test_a_token_is_refreshed_only_once(sim: Sim, errcode: int) -> None:
    client = sim.client()
    client.get("externalcontact/get_follow_user_list")
    fault(sim, "externalcontact/get_follow_user_list", errcode, count=2)
    with pytest.raises(WeComError) as refused:
        client.get("externalcontact/get_follow_user_list")
    assert refused.value.errcode == errcode
    client.get("externalcontact/get_follow_user_list")


def test_the_token_is_the_same_again_while_valid(sim: Sim) -> None:
    query = {"corpid": "ww0123456789abcdef", "corpsecret": "S1"}
    first, second = (sim.http.get("/cgi-bin/gettoken", params=query).json() for _ in range(2))
    assert first["access_token"] == second["access_token"]
    assert first["errcode"] == 0
    assert 0 < first["expires_in"] <= 7200
    sim.order("clock", seconds=7201)
    third = sim.http.get("/cgi-bin/gettoken", params=query).json()
    assert third["access_token"] != first["access_token"]
    answer = sim.http.get(
        "/cgi-bin/externalcontact/list",
        params={"access_token": first["access_token"], "userid": "zhangsan"},
    )
    assert (answer.status_code, answer.json()["errcode"]) == (200, 42001)


def test_a_wrong_secret_is_not_tried_until_the_address_is_banned(sim: Sim) -> None:
    client = sim.client(secret="S2")
    for _ in range(3):
        with pytest.raises(WeComError) as refused:
            client.get("externalcontact/get_follow_user_list")
        assert refused.value.errcode == 40001
        sim.order("corp", secret="S2")  # now it would be right, but we do not ask


def test_a_busy_system_is_tried_three_times(sim: Sim) -> None:
    client = sim.client()
    fault(sim, "externalcontact/get_follow_user_list", -1, count=2)
    assert client.get("externalcontact/get_follow_user_list")["errcode"] == 0
    fault(sim, "externalcontact/get_follow_user_list", -1, count=3)
    with pytest.raises(WeComError) as refused:
        client.get("externalcontact/get_follow_user_list")
    assert refused.value.errcode == -1
    assert client.get("externalcontact/get_follow_user_list")["errcode"] == 0


def test_frequency_errors_are_told_not_retried(sim: Sim) -> None:
    client = sim.client()
    fault(sim, "externalcontact/get_follow_user_list", 45009)
    with pytest.raises(WeComError) as refused:
        client.get("externalcontact/get_follow_user_list")
    assert refused.value.errcode == 45009
    assert refused.value.detail("zh").startswith("企业微信返回错误 45009")


def test_unreachable_and_unanswered_are_told_apart(sim: Sim) -> None:
    with pytest.raises(WeComUnreachable):
        sim.client(base_url="http://127.0.0.1:9").get("externalcontact/get_follow_user_list")
    client = sim.client()
    sim.order("faults", path="gettoken", mode="drop_after")
    with pytest.raises(WeComUnreachable):
        client.get("externalcontact/get_follow_user_list")
    sim.order("faults", path="externalcontact/get_follow_user_list", mode="drop_before")
    with pytest.raises(WeComUnanswered) as unanswered:
        client.get("externalcontact/get_follow_user_list")
    assert "access_token" not in str(unanswered.value.params)


def test_a_path_that_is_not_there_is_no_answer(sim: Sim) -> None:
    with pytest.raises(WeComUnanswered):
        sim.client().get("externalcontact/nothing")
