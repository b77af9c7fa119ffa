"""Codes with a source of their own, messages to groups, moments: over sockets."""

import pytest

from huitou.channels.wecom.broadcasts import Group, Spread, WeComBroadcasts
from huitou.channels.wecom.client import WeComError, WeComUnanswered
from huitou.channels.wecom.contacts import WeComContacts
from huitou.channels.wecom.ways import WeComWays
from huitou.reach.types.channels import Link
from tests.adapters.wecom.serving import Sim

LINK = Link("秋冬新品", "三件", "https://h5.example.cn/t/Ab")


def test_a_code_names_its_source_and_may_get_another_member(sim: Sim) -> None:
    ways = WeComWays(sim.client())
    way = ways.add(["zhangsan"], "st0401-shelf", "门店货架", asks_first=False)
    assert ways.get(way.config_id) == way and "/wwpic/" in way.qr_code
    assert sim.http.get(way.qr_code).content.startswith(b"\x89PNG")
    sim.order("customers", customers=[{"external_userid": "wmNEW01", "name": "新客"}])
    sim.http.post(f"/scan/{way.config_id}", data={"external_userid": "wmNEW01"})
    contact = WeComContacts(sim.client()).contact("wmNEW01")
    assert contact is not None
    assert [(f.user, f.state) for f in contact.followers] == [("zhangsan", "st0401-shelf")]
    ways.change(way.config_id, ["lisi"], "st0401-shelf", "门店货架", asks_first=True)
    changed = ways.get(way.config_id)
    assert changed is not None and changed.users == ("lisi",)
    ways.remove(way.config_id)
    ways.remove(way.config_id)
    assert ways.get(way.config_id) is None


def test_an_unanswered_code_is_found_by_its_state(sim: Sim) -> None:
    ways = WeComWays(sim.client())
    ways.add(["lisi"], "other", "", asks_first=False)
    sim.order("faults", path="externalcontact/add_contact_way", mode="drop_after")
    with pytest.raises(WeComUnanswered):
        ways.add(["zhangsan"], "product-88", "", asks_first=False)
    found = ways.find("product-88")
    assert found is not None and found.users == ("zhangsan",)
    assert ways.find("product-89") is None


def test_bad_codes_are_refused(sim: Sim) -> None:
    ways = WeComWays(sim.client())
    for users, code in ((["nobody"], 40003), (["zhangsan", "nobody"], 40003)):
        with pytest.raises(WeComError) as refused:
            ways.add(users, "s", "", asks_first=False)
        assert refused.value.errcode == code
    with pytest.raises(WeComError) as unknown:
        ways.change("cw-unknown", ["lisi"], "s", "", asks_first=False)
    assert unknown.value.errcode == 41044


def test_a_message_to_groups_waits_for_their_owner(sim: Sim) -> None:
    sim.order("groups", chat_id="wrG1", name="老客群", owner="zhangsan", member_count=5)
    sim.order("groups", chat_id="wrG2", name="新客群", owner="lisi")
    broadcasts = WeComBroadcasts(sim.client())
    assert list(broadcasts.list_groups(["zhangsan"])) == [Group("wrG1", "老客群", "zhangsan", 6)]
    msgid, failed = broadcasts.send_to_groups("zhangsan", ["wrG1", "wrG2"], "上新", LINK)
    assert failed == ["wrG2"], "another owner's"
    assert broadcasts.spread_of_groups(msgid) == Spread(1, 0, 0)
    sim.order("confirm", userid="zhangsan", msgid=msgid)
    assert broadcasts.spread_of_groups(msgid) == Spread(1, 1, 1)
    with pytest.raises(WeComError) as nobody:
        broadcasts.send_to_groups("zhangsan", ["wrG2"], "上新", None)
    assert nobody.value.errcode == 41048


def test_a_moment_is_published_by_members(sim: Sim) -> None:
    sim.befriend("zhangsan", "wmEMU0001", "wmEMU0002")
    broadcasts = WeComBroadcasts(sim.client())
    jobid = broadcasts.post_moment(["zhangsan", "lisi"], "秋天来了", LINK)
    moment_id = broadcasts.moment_of(jobid)
    assert moment_id is not None
    assert broadcasts.spread_of_moment(moment_id) == Spread(2, 0, 0)
    assert sim.order("publish", userid="zhangsan") == {"count": 1}
    assert broadcasts.spread_of_moment(moment_id) == Spread(2, 1, 2)
    broadcasts.cancel_moment(moment_id)
    assert sim.order("publish", userid="lisi") == {"count": 0}


def test_a_moment_is_not_there_before_wecom_has_made_it(sim: Sim) -> None:
    broadcasts = WeComBroadcasts(sim.client())
    sim.order("corp", dispatch_s=60)
    jobid = broadcasts.post_moment(["lisi"], "秋天来了", None)
    assert broadcasts.moment_of(jobid) is None
    sim.order("clock", seconds=61)
    assert broadcasts.moment_of(jobid) is not None
