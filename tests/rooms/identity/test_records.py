"""Records in one form, and what two share when they meet."""

import pytest

from huitou.identity.rules import records
from huitou.identity.rules.levels import LEVELS
from huitou.identity.rules.likeness import find_alike
from huitou.identity.rules.words import agreements
from huitou.identity.types import Person


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("王小美", ("王", "小美")),
        ("欧阳晓雯", ("欧阳", "晓雯")),
        ("欧阳", ("欧", "阳")),
        ("Mary Ann Smith", ("Smith", "Mary Ann")),
        ("Cher", ("Cher", None)),
        ("  ", (None, None)),
    ],
)
def test_names_have_two_parts(name: str, parts: tuple[str | None, str | None]) -> None:
    assert records.name_parts(name) == parts


def test_writing_hides_nothing() -> None:
    one, other = records.in_one_form(
        [
            Person(
                1, given="José", email=" A.B@X.cn", phone="+86 138-0000-0001", street="5 Elm St."
            ),
            Person(2, given="ＪＯＳＥ", email="a.b@x.cn", phone="13800000001", street="5  elm st"),
        ]
    )
    for field in ("given", "email", "email_user", "phone", "phone_tail", "street", "grams"):
        assert one[field] == other[field] is not None


def test_the_file_says_whether_days_come_first() -> None:
    def births(*written: str) -> list[str]:
        found = records.in_one_form([Person(n, birth=text) for n, text in enumerate(written)])
        return [each["birth"] for each in found]

    assert births("12/11/1978", "1978-12-11") == ["19781211", "19781211"]
    assert births("12/11/1978", "31/1/1980") == ["19781112", "19800131"]


def test_a_whole_name_meets_in_either_order() -> None:
    one, other = records.in_one_form(
        [Person(1, given="wei", surname="li"), Person(2, given="li", surname="wei")]
    )
    key = (("given", 0), ("surname", 0))
    assert records.meeting_key(one, key) == records.meeting_key(other, key) is not None
    assert records.meeting_key(one, (("given", 0), ("birth", 0))) is None


def test_every_level_has_words() -> None:
    for field, levels in LEVELS.items():
        for level in levels:
            if not level.get("is_null_level"):
                (said,) = agreements([[field, level["label_for_charts"], 1]])
                assert said.zh and said.en


def test_nobody_is_alike_where_nothing_is_known() -> None:
    assert find_alike([]) == []
    assert find_alike([Person(1, given="a"), Person(2)]) == []
