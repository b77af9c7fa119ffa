"""What a merchant fills in to send SMS through Aliyun."""

import hmac
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator


class AliyunSmsConfig(BaseModel):
    """The settings of one Aliyun SMS account. Its JSON schema draws the settings form."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, title="阿里云短信", hide_input_in_errors=True
    )

    endpoint: str = Field(
        "https://dysmsapi.aliyuncs.com",
        title="接口地址",
        description="阿里云短信服务的接入地址，一般不用修改",
        max_length=200,
    )
    access_key_id: str = Field(title="AccessKey ID", min_length=1, max_length=128)
    access_key_secret: Annotated[SecretStr, Field(title="AccessKey Secret", min_length=1)]
    sign_name: str = Field(
        title="短信签名",
        description="已在阿里云审核通过并完成实名报备的签名，不带【】",
        min_length=1,
        max_length=40,
    )
    template_code: str = Field(
        title="默认模板编号",
        description="没有另选模板时使用；营销模板的结尾须带“拒收请回复R”",
        min_length=1,
        max_length=40,
    )
    text_variable: str | None = Field(
        None,
        title="正文变量名",
        description="模板里放正文的变量，例如 text；不填则只用模板自己的文字",
        pattern=r"^[A-Za-z0-9_]{1,40}$",
    )
    link_variable: str | None = Field(
        None,
        title="链接变量名",
        description="模板里放链接的变量，例如 link；不填则短信不带链接",
        pattern=r"^[A-Za-z0-9_]{1,40}$",
    )
    receipt_secret: Annotated[
        SecretStr | None,
        Field(
            title="回执地址口令",
            description="写在回执与上行推送地址里的一段随机字符；不填则不接收推送",
        ),
    ] = None
    timeout_seconds: int = Field(10, title="请求超时（秒）", ge=1, le=60)

    @field_validator("endpoint")
    @classmethod
    def _is_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be an http or https address")
        if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username:
            raise ValueError("must have no path, query or user")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _secret_is_long(self) -> Self:
        if self.receipt_secret is not None and len(self.receipt_secret.get_secret_value()) < 16:
            raise ValueError("receipt_secret must have at least 16 characters")
        return self

    def accepts(self, token: str) -> bool:
        """Whether `token`, from a push endpoint's path, is ours. Never, when none is set."""
        if self.receipt_secret is None:
            return False
        ours = self.receipt_secret.get_secret_value()
        return hmac.compare_digest(ours.encode(), token.encode())
