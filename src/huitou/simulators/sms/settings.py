"""What the control API may set, with the vendor's own values as defaults."""

from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from huitou.simulators.sms.store import Store, Template

OPT_OUT_PHRASE = "拒收请回复R"
OPT_OUT_PHRASES = (OPT_OUT_PHRASE, "退订回T", "回T退订")

Phone = Annotated[str, Field(pattern=r"^1[3-9][0-9]{9}$")]
Url = Annotated[str, Field(pattern=r"^https?://", max_length=500)]
_Hour = Annotated[int, Field(ge=0, le=24)]
_Delay = Annotated[int, Field(ge=0, le=86_400_000)]


class Strict(BaseModel):
    """A body of the control API: nothing unknown, nothing converted."""

    model_config = ConfigDict(strict=True, extra="forbid")


class KeyBody(Strict):
    """An access key the gateway knows."""

    id: str = Field(min_length=1)
    secret: str = Field(min_length=1)


class SignBody(Strict):
    """A registered signature, without the brackets."""

    name: str = Field(min_length=1, max_length=40)
    is_approved: bool = True


class TemplateBody(Strict):
    """A registered template with `${name}` places; for Tencent with `{1}`, `{2}` …"""

    code: str = Field(min_length=1, max_length=40)
    kind: Literal["verify", "notice", "marketing"]
    content: str = Field(min_length=1, max_length=500)

    @model_validator(mode="after")
    def _may_be_refused(self) -> Self:
        if self.kind == "marketing" and not any(p in self.content for p in OPT_OUT_PHRASES):
            raise ValueError(f"营销模板须带“{OPT_OUT_PHRASE}”")
        return self


class ConfigureBody(Strict):
    """All optional: what is left out stays as it is; keys, signs and templates are added."""

    keys: list[KeyBody] = []
    signs: list[SignBody] = []
    templates: list[TemplateBody] = []
    report_url: Url | None = None
    up_url: Url | None = None
    tencent_report_url: Url | None = None
    tencent_up_url: Url | None = None
    delivery_ms: _Delay | None = None
    retry_ms: list[_Delay] | None = None
    repeat_count: Annotated[int, Field(ge=0, le=10)] | None = None
    is_holding: bool | None = None
    is_limiting: bool | None = None
    clock_offset_s: Annotated[int, Field(ge=0)] | None = None
    has_marketing_hours: bool | None = None
    marketing_hours: Annotated[list[_Hour], Field(min_length=2, max_length=2)] | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """How the simulator behaves now."""

    report_url: str | None
    up_url: str | None
    tencent_report_url: str | None
    tencent_up_url: str | None
    delivery_ms: int
    """From sending to the phone and its receipt."""
    retry_ms: list[int]
    """Waits before each further try of a push that was not answered."""
    repeat_count: int
    """How often an answered push comes again all the same."""
    is_holding: bool
    """Receipts are held back; phones still get their messages."""
    is_limiting: bool
    clock_offset_s: int
    """How far the simulated clock runs ahead."""
    has_marketing_hours: bool
    marketing_hours: list[int]


_DEFAULTS = Settings(
    report_url=None,
    up_url=None,
    tencent_report_url=None,
    tencent_up_url=None,
    delivery_ms=1500,
    retry_ms=[60_000, 300_000, 600_000],
    repeat_count=0,
    is_holding=False,
    is_limiting=True,
    clock_offset_s=0,
    has_marketing_hours=False,
    marketing_hours=[8, 22],
)


def get_settings(store: Store) -> Settings:
    """The settings as configured, defaults elsewhere."""
    names = Settings.__dataclass_fields__
    return Settings(**{name: store.get_setting(name, getattr(_DEFAULTS, name)) for name in names})


def configure(store: Store, body: ConfigureBody) -> None:
    """Take over what `body` names."""
    with store.write():
        for key in body.keys:
            store.set_key(key.id, key.secret)
        for sign in body.signs:
            store.set_sign(sign.name, sign.is_approved)
        for template in body.templates:
            store.set_template(Template(template.code, template.kind, template.content))
        for name in body.model_fields_set & set(Settings.__dataclass_fields__):
            value = getattr(body, name)
            if value is not None or name.endswith("_url"):
                store.set_setting(name, value)
