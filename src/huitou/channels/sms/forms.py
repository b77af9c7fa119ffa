"""Fields that the settings of every SMS provider have."""

import hmac
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from huitou.channels.forms import PerSecond, english
from huitou.channels.sms.templates import filled, names_in, read_templates
from huitou.channels.sms.wording import part_count
from huitou.reach.types.channels import Failed, Outgoing

MISSING_VARIABLE = "missing_variable"
SECRET_MIN = 16


class SmsForm(BaseModel):
    """What is asked for whoever carries the SMS. A provider adds its account and its address."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)

    text_variable: str | None = Field(
        None,
        title="正文变量名",
        description="模板里放正文的变量，例如 text；不填则只用模板自己的文字",
        pattern=r"^[A-Za-z0-9_]{1,40}$",
        json_schema_extra=english(
            "Variable of the text",
            "The template's variable for our text, such as text; may be empty",
        ),
    )
    link_variable: str | None = Field(
        None,
        title="链接变量名",
        description="模板里放链接的变量，例如 link；不填则短信不带链接",
        pattern=r"^[A-Za-z0-9_]{1,40}$",
        json_schema_extra=english(
            "Variable of the link",
            "The template's variable for the link, such as link; may be empty",
        ),
    )
    templates: str = Field(
        "",
        title="模板原文",
        description="每行一个：编号=审核通过的全文，变量写成 ${名字}；缺变量的短信不会发出，"
        "并据此计算条数和费用",
        max_length=20_000,
        json_schema_extra=english(
            "Wordings of the templates",
            "One a line: number=approved wording, variables as ${name}. What lacks a variable"
            " is not sent; parts and cost are counted from it",
            is_long=True,
        ),
    )
    fen_per_thousand_parts: int = Field(
        4500,
        title="每千条价格（分）",
        description="与服务商的合同价，用于费用预估，不含失败重发",
        ge=0,
        le=1_000_000,
        json_schema_extra=english(
            "Price of a thousand parts (fen)", "By your contract; costs are estimated from it"
        ),
    )
    per_second: PerSecond = 0
    receipt_secret: Annotated[
        SecretStr | None,
        Field(
            title="回执地址口令",
            description="写在回执与上行推送地址里的一段随机字符，至少 16 位；不填则不接收推送",
            json_schema_extra=english(
                "Secret of the push address",
                "Random characters in the address of receipts and replies, 16 at least;"
                " without one no pushes are taken",
            ),
        ),
    ] = None
    timeout_seconds: int = Field(
        10,
        title="请求超时（秒）",
        ge=1,
        le=60,
        json_schema_extra=english("Time-out (seconds)"),
    )

    @field_validator("templates")
    @classmethod
    def _are_templates(cls, value: str) -> str:
        read_templates(value)
        return value

    @model_validator(mode="after")
    def _secret_is_long(self) -> Self:
        secret = self.receipt_secret
        if secret is not None and len(secret.get_secret_value()) < SECRET_MIN:
            raise ValueError(f"receipt_secret must have at least {SECRET_MIN} characters")
        return self

    def accepts(self, token: str) -> bool:
        """Whether `token`, from a push endpoint's path, is ours. Never, when none is set."""
        if self.receipt_secret is None:
            return False
        ours = self.receipt_secret.get_secret_value()
        return hmac.compare_digest(ours.encode(), token.encode())

    def params_of(self, outgoing: Outgoing) -> dict[str, str]:
        """The template's variables: text and link where the settings name them, then `params`."""
        params: dict[str, str] = {}
        if self.text_variable is not None:
            params[self.text_variable] = outgoing.text
        if self.link_variable is not None and outgoing.link is not None:
            params[self.link_variable] = outgoing.link.url
        return {**params, **outgoing.params}

    def wording_of(self, template: str) -> str | None:
        """The approved wording, where the merchant has typed it."""
        return read_templates(self.templates).get(template)

    def lacks(self, template: str, params: dict[str, str]) -> Failed | None:
        """Why a message would go out with a hole in it, found before anything is sent."""
        names = names_in(self.wording_of(template) or "")
        holes = [name for name in names if name not in params]
        return Failed(MISSING_VARIABLE, f"no value for {', '.join(holes)}") if holes else None

    def cost_of(self, template: str, sign: str, outgoing: Outgoing) -> int:
        """Fen for a thousand such messages, by their parts; of an unknown wording by our text."""
        wording = self.wording_of(template)
        params = self.params_of(outgoing)
        text = outgoing.text if wording is None else filled(wording, params)
        return part_count(f"【{sign}】{text}") * self.fen_per_thousand_parts
