"""What an administrator fills in to connect a WeCom corporation."""

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class WeComConfig(BaseModel):
    """Settings of one self-built app (自建应用); its JSON schema draws the settings form."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        title="企业微信",
        json_schema_extra={"title_en": "WeCom"},
    )

    corp_id: str = Field(
        title="企业 ID",
        description="管理后台「我的企业」页底部，以 ww 开头",
        json_schema_extra={
            "title_en": "Corporation id",
            "description_en": "At the foot of “My company” in the admin console, begins with ww",
        },
        min_length=1,
        max_length=64,
    )
    agent_id: int = Field(
        title="应用 AgentId",
        description="自建应用详情页；应用须加入「客户联系 → API → 可调用接口的应用」",
        json_schema_extra={
            "title_en": "App AgentId",
            "description_en": "On the app's page; the app must be allowed to call the contact API",
        },
        gt=0,
    )
    secret: SecretStr = Field(
        title="应用 Secret",
        description="自建应用详情页",
        json_schema_extra={"title_en": "App secret", "description_en": "On the app's page"},
        min_length=1,
    )
    token: str = Field(
        title="回调 Token",
        description="「接收消息」设置中的 Token",
        json_schema_extra={
            "title_en": "Callback token",
            "description_en": "Token in the “receive messages” settings",
        },
        min_length=1,
        max_length=32,
    )
    encoding_aes_key: SecretStr = Field(
        title="回调 EncodingAESKey",
        description="「接收消息」设置中的 43 位密钥",
        json_schema_extra={
            "title_en": "Callback EncodingAESKey",
            "description_en": "The 43-character key in the “receive messages” settings",
        },
        min_length=43,
        max_length=43,
    )
    base_url: str = Field(
        default="https://qyapi.weixin.qq.com",
        title="接口地址",
        description="一般不需要修改",
        json_schema_extra={
            "title_en": "API address",
            "description_en": "Rarely needs a change",
        },
        pattern=r"^https?://[^/]+$",
    )
    oauth_url: str = Field(
        default="https://open.weixin.qq.com/connect/oauth2/authorize",
        title="网页授权地址",
        description="一般不需要修改",
        json_schema_extra={
            "title_en": "OAuth address",
            "description_en": "Rarely needs a change",
        },
        pattern=r"^https?://[^?#]+$",
    )
