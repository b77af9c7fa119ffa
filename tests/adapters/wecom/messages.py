"""Messages for the tests."""

from huitou.kernel.ids import new_id
from huitou.reach.types.channels import Link, Outgoing


def message(to: str = "wmEMU0001", sender: str | None = "zhangsan", text: str = "上新") -> Outgoing:
    """A message with a link of its own."""
    identifier = new_id()
    url = f"https://h5.example.cn/t/{identifier.hex}"
    link = Link(title="秋冬新品", description="为您挑选的三件", url=url)
    return Outgoing(identifier, to, text, sender=sender, link=link)
