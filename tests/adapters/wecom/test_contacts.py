"""Members and customers, one by one and all of them."""

from huitou.channels.wecom.contacts import Contact, Follower, Member, WeComContacts
from tests.adapters.wecom.serving import Sim


def test_a_customer_with_their_followers(sim: Sim) -> None:
    sim.befriend("zhangsan", "wmEMU0001", unionid="oU1", state="ch7", created_at=1_767_323_045)
    sim.befriend("lisi", "wmEMU0001", unionid="oU1", created_at=1_767_323_046)
    found = WeComContacts(sim.client()).contact("wmEMU0001")
    assert isinstance(found, Contact)
    assert (found.name, found.unionid) == ("客户01", "oU1")
    assert [(one.user, one.state, one.add_way) for one in found.followers] == [
        ("zhangsan", "ch7", 1),
        ("lisi", "", 1),
    ]
    assert isinstance(found.followers[0], Follower)
    assert found.followers[0].created_at.timestamp() == 1_767_323_045
    sim.order("corp", has_unionid=False)
    unbound = WeComContacts(sim.client()).contact("wmEMU0001")
    assert unbound
    assert unbound.unionid is None


def test_who_deleted_whom_makes_a_difference(sim: Sim) -> None:
    contacts = WeComContacts(sim.client())
    sim.befriend("zhangsan", "wmEMU0001")
    sim.order("unfriend", userid="zhangsan", external_userid="wmEMU0001", by="customer")
    assert contacts.contact("wmEMU0001")
    assert len(contacts.list_contacts("zhangsan")) == 1
    sim.order("unfriend", userid="zhangsan", external_userid="wmEMU0001", by="member")
    assert contacts.contact("wmEMU0001") is None
    assert contacts.list_contacts("zhangsan") == []
    assert contacts.contact("wmNOBODY") is None


def test_the_full_sync_of_five_thousand(sim: Sim) -> None:
    members = [{"userid": f"m{n:03}", "name": f"导购{n}"} for n in range(120)]
    sim.order("members", members=members)
    rows = [
        {
            "userid": f"m{n % 120:03}",
            "external_userid": f"wm{n:06}",
            "name": f"客户{n}",
            "unionid": f"o{n:06}",
        }
        for n in range(5000)
    ]
    assert sim.order("friendships", friendships=rows) == {"count": 5000}
    contacts = WeComContacts(sim.client())
    users = contacts.list_followers()
    assert len(users) == 122
    pairs = {(one.external_userid, one.followers[0].user) for one in contacts.iter_contacts(users)}
    assert pairs == {(row["external_userid"], row["userid"]) for row in rows}
    assert len(contacts.list_contacts("m007")) == len(rows[7::120])


def test_members_have_names_to_show(sim: Sim) -> None:
    members = WeComContacts(sim.client()).list_members()
    assert members == [Member("lisi", "李四"), Member("zhangsan", "张三")]
