"""What the demo brand knows of its customers: segments from the templates, a tag that purchases suggested, and a
first look for duplicates."""

import httpx2

from huitou.demo.front_door import get, post

BIRTHDAYS = "本月生日"
_NAMES = ("重要客户", "沉睡的重要客户", "新客未复购", "高频买家", "浏览未购", BIRTHDAYS)


def open_segments(api: httpx2.Client) -> dict[str, str]:
    """Name → id. Repeatable."""
    ids = {each["name"]: each["id"] for each in get(api, "/v1/segments?limit=200")["items"]}
    for template in get(api, "/v1/segments/templates")["items"]:
        name = template["name"]
        if name in _NAMES and name not in ids:
            body = {"name": name, "rule": template["rule"]}
            ids[name] = post(api, "/v1/segments", body)["id"]
    found = post(api, "/v1/tags/recommended/find", {})["items"]
    if found and not get(api, "/v1/tags/recommended?state=accepted")["items"]:
        post(api, f"/v1/tags/recommended/{found[0]['id']}/accept", {})
    if get(api, "/v1/identity/review")["run"] is None:
        post(api, "/v1/identity/suggestions/refresh", {})
    return ids
