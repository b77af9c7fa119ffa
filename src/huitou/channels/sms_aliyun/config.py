"""What a merchant fills in to send SMS through Aliyun."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from huitou.channels.forms import english, origin
from huitou.channels.sms.forms import SmsForm


class AliyunAccount(BaseModel):
    """The account: first in the form, before what all providers ask for."""

    endpoint: str = Field(
        "https://dysmsapi.aliyuncs.com",
        title="接口地址",
        description="阿里云短信服务的接入地址，一般不用修改",
        max_length=200,
        json_schema_extra=english("API address", "Rarely needs a change"),
    )
    access_key_id: str = Field(
        title="AccessKey ID",
        min_length=1,
        max_length=128,
        json_schema_extra=english("AccessKey ID"),
    )
    access_key_secret: Annotated[
        SecretStr,
        Field(
            title="AccessKey Secret", min_length=1, json_schema_extra=english("AccessKey Secret")
        ),
    ]
    sign_name: str = Field(
        title="短信签名",
        description="已在阿里云审核通过并完成实名报备的签名，不带【】",
        min_length=1,
        max_length=40,
        json_schema_extra=english("Signature", "Approved and registered, without 【】"),
    )
    template_code: str = Field(
        title="默认模板编号",
        description="没有另选模板时使用；营销模板的结尾须带“拒收请回复R”",
        min_length=1,
        max_length=40,
        json_schema_extra=english(
            "Default template", "Used where no other is chosen; marketing must end in 拒收请回复R"
        ),
    )

    @field_validator("endpoint")
    @classmethod
    def _is_origin(cls, value: str) -> str:
        return origin(value)


class AliyunSmsConfig(SmsForm, AliyunAccount):
    """The settings of one Aliyun SMS account. Its JSON schema draws the settings form."""

    model_config = ConfigDict(title="阿里云短信", json_schema_extra={"title_en": "Aliyun SMS"})
