"""What a merchant fills in to connect a vendor by HTTP."""

import json
import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from huitou.channels.forms import PerSecond, english
from huitou.channels.gateway.safety import checked

PLACES = frozenset({"id", "to", "text", "title", "url", "template"})
"""What a request may mention as `${name}`, beside the message's own variables."""
_POINTER = r"^(/[^/]*)*$"
_HEADER = re.compile(r"[A-Za-z0-9-]{1,64}")


class HttpForm(BaseModel):
    """What every vendor by HTTP is asked for."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)

    endpoint: str = Field(
        title="请求地址",
        description="https 公网地址；消息以 POST 发往这里",
        min_length=1,
        max_length=500,
        json_schema_extra=english("Address", "Public, https; messages are posted there"),
    )
    secret: Annotated[
        SecretStr,
        Field(
            title="签名密钥",
            description="请求与回执都用它签名：HMAC-SHA256(时间戳.正文)，至少 16 位",
            min_length=16,
            json_schema_extra=english(
                "Signing secret",
                "Requests and receipts are signed with it: HMAC-SHA256 of timestamp.body;"
                " 16 characters at least",
            ),
        ),
    ]
    fen_per_thousand: int = Field(
        0,
        title="每千条价格（分）",
        ge=0,
        le=100_000_000,
        json_schema_extra=english("Price of a thousand (fen)"),
    )
    per_second: PerSecond = 0
    timeout_seconds: int = Field(
        10,
        title="请求超时（秒）",
        ge=1,
        le=60,
        json_schema_extra=english("Time-out (seconds)"),
    )

    @field_validator("endpoint")
    @classmethod
    def _is_safe(cls, value: str) -> str:
        return checked(value)


class GatewayForm(HttpForm):
    """How a vendor's own interface is spoken: a request to fill, and where its answers hold what."""

    headers: str = Field(
        "",
        title="请求头",
        description="每行一个：名字: 值",
        max_length=4000,
        json_schema_extra=english("Headers", "One a line: name: value", is_long=True),
    )
    body: str = Field(
        '{"id": "${id}", "to": "${to}", "text": "${text}", "url": "${url}"}',
        title="请求正文",
        description="JSON；可用 ${id} ${to} ${text} ${title} ${url} ${template} 和消息自己的变量",
        max_length=10_000,
        json_schema_extra=english(
            "Body",
            "JSON with ${id} ${to} ${text} ${title} ${url} ${template} and the message's variables",
            is_long=True,
        ),
    )
    code_path: str = Field(
        "/code",
        title="返回码的位置",
        description="JSON Pointer",
        pattern=_POINTER,
        json_schema_extra=english("Where the code stands", "JSON Pointer"),
    )
    code_success: str = Field(
        "0", title="成功的返回码", max_length=64, json_schema_extra=english("Code of success")
    )
    codes_passing: str = Field(
        "",
        title="可重试的返回码",
        description="用逗号隔开，例如限流、余额不足；其余视为最终失败",
        max_length=1000,
        json_schema_extra=english(
            "Codes to try again on", "Parted by commas: limits, balance; others are final"
        ),
    )
    ref_path: str = Field(
        "/data/id",
        title="流水号的位置",
        description="JSON Pointer；没有则用我们的编号",
        pattern=_POINTER,
        json_schema_extra=english("Where the reference stands", "JSON Pointer"),
    )
    recognises_id: bool = Field(
        False,
        title="按 ${id} 去重",
        description="服务商保证同一编号只发一次时打开：没收到答复才会重发",
        json_schema_extra=english(
            "Recognises ${id}", "Only where the vendor promises one message for each id"
        ),
    )
    receipt_ref_path: str = Field(
        "/id",
        title="回执里流水号的位置",
        pattern=_POINTER,
        json_schema_extra=english("Reference in a receipt", "JSON Pointer"),
    )
    receipt_state_path: str = Field(
        "/state",
        title="回执里状态的位置",
        pattern=_POINTER,
        json_schema_extra=english("State in a receipt", "JSON Pointer"),
    )
    receipt_delivered: str = Field(
        "delivered",
        title="送达的状态",
        description="用逗号隔开",
        max_length=200,
        json_schema_extra=english("States of delivery", "Parted by commas"),
    )
    receipt_failed: str = Field(
        "failed",
        title="失败的状态",
        description="用逗号隔开；别的状态只表示还在路上",
        max_length=200,
        json_schema_extra=english("States of failure", "Parted by commas; others: on its way"),
    )
    signs_own: Literal["huitou", "none"] = Field(
        "huitou",
        title="请求签名",
        description="huitou：附上时间戳和签名头；none：服务商只认请求头里的密钥",
        json_schema_extra=english("Signing", "huitou: the two headers; none: by own headers only"),
    )

    @field_validator("headers")
    @classmethod
    def _are_headers(cls, value: str) -> str:
        read_headers(value)
        return value

    @field_validator("body")
    @classmethod
    def _is_json(cls, value: str) -> str:
        if not isinstance(json.loads(value), dict):
            raise ValueError("must be a JSON object")
        return value


class RcsConfig(GatewayForm):
    """5G messages by a vendor. Its JSON schema draws the settings form."""

    model_config = ConfigDict(title="5G 消息", json_schema_extra={"title_en": "5G messages"})


class CallConfig(GatewayForm):
    """Calls by a robot, by a vendor. Its JSON schema draws the settings form."""

    model_config = ConfigDict(title="AI 外呼", json_schema_extra={"title_en": "Calls by a robot"})


class WebhookConfig(HttpForm):
    """The merchant's own system, such as the push of its App, in one fixed shape."""

    model_config = ConfigDict(
        title="自有 App（Webhook）", json_schema_extra={"title_en": "Own app (webhook)"}
    )

    card_scope: str = Field(
        title="会员号的范围",
        description="消息按会员号发出；填会员号标识的 scope",
        min_length=1,
        max_length=64,
        json_schema_extra=english(
            "Scope of member numbers", "Messages are addressed by member number of this scope"
        ),
    )


def read_headers(text: str) -> dict[str, str]:
    """Lower-case name → value. ValueError names the first line that is none."""
    found: dict[str, str] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not (colon and value.isprintable() and value.isascii() and _HEADER.fullmatch(name)):
            raise ValueError(f"no header: {line[:40]}")
        if name.lower() in ("host", "content-length", "transfer-encoding", "connection"):
            raise ValueError(f"not yours to set: {name}")
        found[name.lower()] = value
    return found


def parted(text: str) -> frozenset[str]:
    """`a, b` → {a, b}."""
    return frozenset(filter(None, (part.strip() for part in text.split(","))))


def webhook_form(config: WebhookConfig) -> GatewayForm:
    """The webhook as a configuration of the gateway: our own shape, recognised by our own id."""
    shape: dict[str, Any] = {name: getattr(config, name) for name in HttpForm.model_fields}
    names = ("id", "to", "text", "title", "url")
    body = json.dumps({name: f"${{{name}}}" for name in names})
    return GatewayForm.model_validate(
        {**shape, "body": body, "ref_path": "/id", "codes_passing": "busy", "recognises_id": True}
    )
