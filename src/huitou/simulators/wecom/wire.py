"""`/cgi-bin/*`: tokens, the envelope, JSON, and faults on command."""

import json
from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from huitou.simulators.trouble import exchange
from huitou.simulators.wecom import broadcasts, mass, people, staff, ways
from huitou.simulators.wecom.errors import ApiError, envelope
from huitou.simulators.wecom.world import World
from huitou.simulators.world import Json, new_name

Operation = Callable[[World, Json, Json], Json]

OPERATIONS: dict[str, tuple[str, Operation]] = {
    "user/get": ("GET", people.get_user),
    "user/simplelist": ("GET", people.list_users),
    "auth/getuserinfo": ("GET", staff.get_login),
    "message/send": ("POST", staff.send_message),
    "externalcontact/get_follow_user_list": ("GET", people.list_follow_users),
    "externalcontact/list": ("GET", people.list_customers),
    "externalcontact/get": ("GET", people.get_customer),
    "externalcontact/batch/get_by_user": ("POST", people.batch_customers),
    "externalcontact/add_contact_way": ("POST", ways.add_contact_way),
    "externalcontact/get_contact_way": ("POST", ways.get_contact_way),
    "externalcontact/list_contact_way": ("POST", ways.list_contact_ways),
    "externalcontact/update_contact_way": ("POST", ways.update_contact_way),
    "externalcontact/del_contact_way": ("POST", ways.del_contact_way),
    "externalcontact/groupchat/list": ("POST", broadcasts.list_groups),
    "externalcontact/groupchat/get": ("POST", broadcasts.get_group),
    "externalcontact/add_moment_task": ("POST", broadcasts.add_moment),
    "externalcontact/get_moment_task_result": ("GET", broadcasts.get_moment_job),
    "externalcontact/get_moment_task": ("POST", broadcasts.list_moment_tasks),
    "externalcontact/get_moment_send_result": ("POST", broadcasts.list_moment_customers),
    "externalcontact/cancel_moment_task": ("POST", broadcasts.cancel_moment),
    "externalcontact/send_welcome_msg": ("POST", mass.send_welcome),
    "externalcontact/add_msg_template": ("POST", mass.add_msg_template),
    "externalcontact/get_groupmsg_list_v2": ("POST", mass.list_masses),
    "externalcontact/get_groupmsg_task": ("POST", mass.list_tasks),
    "externalcontact/get_groupmsg_send_result": ("POST", mass.list_results),
    "externalcontact/remind_groupmsg_send": ("POST", mass.remind),
    "externalcontact/cancel_groupmsg_send": ("POST", mass.cancel),
}


class Wire:
    """The ASGI application behind `/cgi-bin/`."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        path = request.path_params["path"]
        raw = await request.body()
        fault = await run_in_threadpool(self._world.take_fault, path)
        await exchange(
            scope,
            receive,
            send,
            fault,
            refused=lambda code: JSONResponse(envelope(code, "forced")),
            answered=lambda: self._answer(request, path, raw),
        )

    def _answer(self, request: Request, path: str, raw: bytes) -> Response:
        if path != "gettoken" and path not in OPERATIONS:
            return Response("404 page not found", status_code=404, media_type="text/plain")
        try:
            with self._world.change():
                result = self._run(request, path, raw)
        except ApiError as error:
            return JSONResponse(envelope(error.errcode, new_name("")))
        return JSONResponse({"errcode": 0, "errmsg": "ok", **result})

    def _run(self, request: Request, path: str, raw: bytes) -> Json:
        params: Json = dict(request.query_params)
        if path == "gettoken":
            return staff.get_token(self._world, params)
        method, operation = OPERATIONS[path]
        if request.method != method:
            raise ApiError(43001 if method == "GET" else 43002)
        staff.check_token(self._world, params.get("access_token"))
        params["_origin"] = str(request.base_url).rstrip("/")
        body = _read_json(raw) if method == "POST" else {}
        return operation(self._world, params, body)


def _read_json(raw: bytes) -> Json:
    try:
        body: Any = json.loads(raw)
    except ValueError:
        raise ApiError(47001) from None
    if not isinstance(body, dict):
        raise ApiError(47001)
    return body
