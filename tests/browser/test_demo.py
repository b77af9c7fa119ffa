"""What `demo.json` promises an outsider's script."""

import pytest

from tests.browser.running import Demo, soon

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def test_an_order_with_the_example_card_shows_its_whole_story(demo: Demo) -> None:
    order_no = demo.buy(4980)
    customer = demo.get("/v1/customers", identifier=f"card:{demo.told['card']}@default")["id"]

    def earned() -> list[str]:
        paid = demo.get("/v1/commissions", customer=customer)["items"]
        return [each["message_id"] for each in paid if each["order_no"] == order_no]

    [message] = soon(earned)
    credits = demo.get("/v1/attributions", customer=customer)["items"]
    assert order_no in [credit["order_no"] for credit in credits]
    sent = {each["id"]: each for each in demo.get("/v1/messages", customer=customer)["items"]}
    [task] = demo.get("/v1/tasks", customer=customer, campaign=sent[message]["campaign_id"])[
        "items"
    ]
    assert (sent[message]["state"], task["state"]) == ("delivered", "sent")
