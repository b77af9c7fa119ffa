"""`stable_token`: the same token for whoever asks while it is valid; a new one only by force."""

from huitou.simulators.wechat.errors import ApiError
from huitou.simulators.wechat.world import World
from huitou.simulators.world import Json, new_name


def get_stable(world: World, body: Json) -> Json:
    """Answers without an errcode, as WeChat does."""
    account = world.account(str(body.get("appid", "")))
    if account is None:
        raise ApiError(40013)
    if body.get("secret") != account["secret"]:
        raise ApiError(40125)
    now = world.now()
    row = world.row(
        # A token that was taken back on command is handed out again until one is forced: the
        # platform's cache does not know either.
        "SELECT * FROM access_token WHERE app_id = ? AND expires_at > ? ORDER BY rowid DESC",
        account["app_id"],
        now,
    )
    if row is None or body.get("force_refresh"):
        value, expires_at = new_name(""), now + float(world.setting("token_s"))
        world.run("DELETE FROM access_token WHERE app_id = ?", account["app_id"])
        world.run(
            "INSERT INTO access_token VALUES (?, ?, ?, 0)", value, account["app_id"], expires_at
        )
    else:
        value, expires_at = row["value"], row["expires_at"]
    return {"access_token": value, "expires_in": round(expires_at - now)}


def app_of(world: World, value: str | None) -> str:
    """Whose token it is. Refuses a missing (41001), unknown or revoked (40001), expired (42001)."""
    if not value:
        raise ApiError(41001)
    row = world.row("SELECT * FROM access_token WHERE value = ?", value)
    if row is None or row["is_revoked"]:
        raise ApiError(40001)
    if row["expires_at"] <= world.now():
        raise ApiError(42001)
    return str(row["app_id"])
