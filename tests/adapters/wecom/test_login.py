"""Logging in with WeCom, through the simulator's OAuth page."""

from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from huitou.channels.wecom.login import NotStaff, WeComLogin
from tests.adapters.wecom.serving import Sim

REDIRECT = "https://crm.example.cn/login/wecom?next=%2Fa"


def come_back(sim: Sim, login: WeComLogin, who: str) -> str:
    """The code the browser returns with after being `who`."""
    url = login.authorize_url(REDIRECT, "st&te").replace("#wechat_redirect", "")
    response = httpx2.get(f"{url}&login_hint={who}", trust_env=False)
    assert response.status_code == 302
    location = response.headers["location"]
    query = parse_qs(urlsplit(location).query)
    assert location.startswith("https://crm.example.cn/login/wecom?next=%2Fa&code=")
    assert query["state"] == ["st&te"]
    return query["code"][0]


def test_a_member_logs_in_once_per_code(sim: Sim) -> None:
    login = WeComLogin(sim.client())
    code = come_back(sim, login, "zhangsan")
    assert login.user_of(code) == "zhangsan"
    assert login.user_of(code) is None
    assert login.user_of("made-up") is None


def test_a_code_lives_five_minutes(sim: Sim) -> None:
    login = WeComLogin(sim.client())
    code = come_back(sim, login, "zhangsan")
    sim.order("clock", seconds=301)
    assert login.user_of(code) is None


def test_a_customer_is_no_member(sim: Sim) -> None:
    sim.befriend("zhangsan", "wmEMU0001")
    login = WeComLogin(sim.client())
    with pytest.raises(NotStaff):
        login.user_of(come_back(sim, login, "wmEMU0001"))


def test_who_tapped_a_card_is_let_in_others_choose(sim: Sim) -> None:
    login = WeComLogin(sim.client())
    url = login.authorize_url(REDIRECT, "s").replace("#wechat_redirect", "")
    page = sim.http.get(url)
    assert page.status_code == 200
    assert "张三" in page.text
    sim.http.get("/member/lisi/open", params={"url": "https://crm.example.cn/a"})
    code = parse_qs(urlsplit(sim.http.get(url).headers["location"]).query)["code"][0]
    assert login.user_of(code) == "lisi"


@pytest.mark.parametrize(
    "query",
    [
        {"appid": "ww9999999999999999", "redirect_uri": REDIRECT},
        {"appid": "ww0123456789abcdef", "redirect_uri": "javascript:alert(1)"},
    ],
)
def test_strange_requests_are_not_redirected(sim: Sim, query: dict[str, str]) -> None:
    params = {**query, "login_hint": "zhangsan"}
    page = sim.http.get("/connect/oauth2/authorize", params=params)
    assert page.status_code == 200
    assert "无法授权" in page.text
