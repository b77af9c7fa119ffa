"""What a merchant fills in to send SMS through Tencent Cloud."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from huitou.channels.forms import english, origin
from huitou.channels.sms.forms import SmsForm


class TencentAccount(BaseModel):
    """The account: first in the form, before what all providers ask for."""

    endpoint: str = Field(
        "https://sms.tencentcloudapi.com",
        title="接口地址",
        description="腾讯云短信的接入地址，一般不用修改",
        max_length=200,
        json_schema_extra=english("API address", "Rarely needs a change"),
    )
    region: str = Field(
        "ap-guangzhou",
        title="地域",
        pattern=r"^[a-z]+-[a-z]+$",
        json_schema_extra=english("Region"),
    )
    secret_id: str = Field(
        title="SecretId", min_length=1, max_length=128, json_schema_extra=english("SecretId")
    )
    secret_key: Annotated[
        SecretStr, Field(title="SecretKey", min_length=1, json_schema_extra=english("SecretKey"))
    ]
    sdk_app_id: str = Field(
        title="应用 SdkAppId",
        description="短信控制台「应用管理」里的编号，1400 开头",
        pattern=r"^[0-9]{1,20}$",
        json_schema_extra=english("SdkAppId", "Of the application in the SMS console"),
    )
    sign_name: str = Field(
        title="短信签名",
        description="已审核通过并完成实名报备的签名，不带【】",
        min_length=1,
        max_length=40,
        json_schema_extra=english("Signature", "Approved and registered, without 【】"),
    )
    template_id: str = Field(
        title="默认模板编号",
        description="没有另选模板时使用；须在「模板原文」里写出它的全文，{1}{2} 按顺序换成 ${名字}",
        pattern=r"^[0-9]{1,20}$",
        json_schema_extra=english(
            "Default template",
            "Used where no other is chosen; its wording must stand among the templates,"
            " with ${name} for {1}, {2} in this order",
        ),
    )

    @field_validator("endpoint")
    @classmethod
    def _is_origin(cls, value: str) -> str:
        return origin(value)


class TencentSmsConfig(SmsForm, TencentAccount):
    """The settings of one Tencent Cloud SMS application. Its JSON schema draws the form.

    Tencent numbers a template's variables, `{1}`, `{2}` …; the merchant types the wording with
    names in their places, and the names' order is the numbers'.
    """

    model_config = ConfigDict(
        title="腾讯云短信", json_schema_extra={"title_en": "Tencent Cloud SMS"}
    )
