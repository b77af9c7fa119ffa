"""What a merchant fills in to connect an official account or a mini program."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from huitou.channels.forms import english, origin
from huitou.channels.wechat.values import Template, read_templates


class WechatAccount(BaseModel):
    """An app id with its secret, and how WeChat calls us back (safe mode, XML)."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)

    app_id: str = Field(
        title="AppID",
        description="微信公众平台「基本配置」里，以 wx 开头",
        pattern=r"^wx[0-9A-Za-z_-]{4,30}$",
        json_schema_extra=english("AppID", "On the platform's basic settings, begins with wx"),
    )
    secret: SecretStr = Field(
        title="AppSecret",
        description="本机出口 IP 须加入平台的 IP 白名单",
        min_length=1,
        json_schema_extra=english("AppSecret", "This machine's address must be on the IP list"),
    )
    token: str = Field(
        title="回调 Token",
        description="「服务器配置 / 消息推送」里的 Token",
        min_length=3,
        max_length=32,
        json_schema_extra=english("Callback token", "Token of the message push settings"),
    )
    encoding_aes_key: SecretStr = Field(
        title="EncodingAESKey",
        description="43 位；加密方式选「安全模式」，数据格式选 XML",
        min_length=43,
        max_length=43,
        json_schema_extra=english("EncodingAESKey", "43 characters; choose safe mode and XML"),
    )
    templates: str = Field(
        "",
        title="消息模板",
        description="每行一个：模板ID=字段:内容;字段:内容，内容里的变量写成 ${名字}，"
        "例如 thing1:${goods};time2:${when}",
        max_length=20_000,
        json_schema_extra=english(
            "Message templates",
            "One a line: id=field:content;field:content, variables as ${name},"
            " such as thing1:${goods};time2:${when}",
            is_long=True,
        ),
    )
    base_url: str = Field(
        "https://api.weixin.qq.com",
        title="接口地址",
        description="一般不需要修改",
        json_schema_extra=english("API address", "Rarely needs a change"),
    )

    @field_validator("templates")
    @classmethod
    def _are_templates(cls, value: str) -> str:
        read_templates(value)
        return value

    @field_validator("base_url")
    @classmethod
    def _is_origin(cls, value: str) -> str:
        return origin(value)

    def template_of(self, template_id: str) -> Template | None:
        """The fields of a template, where the merchant has typed them."""
        return read_templates(self.templates).get(template_id)


def _titled(zh: str, en: str) -> ConfigDict:
    more: dict[str, Any] = {"title_en": en}
    return ConfigDict(title=zh, json_schema_extra=more)


class OfficialConfig(WechatAccount):
    """An authenticated service account. Its JSON schema draws the settings form."""

    model_config = _titled("微信公众号", "WeChat official account")


class MiniConfig(WechatAccount):
    """A mini program. Its JSON schema draws the settings form."""

    model_config = _titled("小程序订阅消息", "Mini program subscribe messages")

    template_id: str = Field(
        title="默认模板 ID",
        description="没有另选模板时使用；内容写在「消息模板」里",
        min_length=1,
        max_length=64,
        json_schema_extra=english(
            "Default template", "Used where no other is chosen; its fields stand above"
        ),
    )
    text_variable: str = Field(
        "text",
        title="正文变量名",
        description="模板里放正文的变量",
        pattern=r"^[A-Za-z0-9_]{1,40}$",
        json_schema_extra=english("Variable of the text", "The template's variable for our text"),
    )
    page: str = Field(
        "pages/index/index",
        title="点开后的页面",
        description="不带开头的斜杠；链接会作为 url 参数带上",
        max_length=200,
        json_schema_extra=english(
            "Page behind the message", "Without a leading slash; the link goes along as `url`"
        ),
    )
    state: Literal["formal", "trial", "developer"] = Field(
        "formal",
        title="小程序版本",
        description="formal 正式版，trial 体验版，developer 开发版",
        json_schema_extra=english("Version", "formal, trial or developer"),
    )
