"""Units, staff, keys and refusals of the merchant room."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

from huitou.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated

Role = Literal["headquarters", "region", "manager", "associate"]
UnitKind = Literal["headquarters", "brand", "region", "dealer", "store", "online"]
ROLES: tuple[Role, ...] = get_args(Role)
UNIT_KINDS: tuple[UnitKind, ...] = get_args(UnitKind)


@dataclass(frozen=True, slots=True)
class Merchant:
    id: UUID
    name: str
    zone: str
    is_demo: bool


@dataclass(frozen=True, slots=True)
class Unit:
    """A part of the merchant. `path` ends with '/'; a prefix is a subtree."""

    id: UUID
    code: str
    name: str
    kind: UnitKind
    path: str
    parent_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Staff:
    """Anyone employed. `wecom_user` is their user id in the merchant's WeCom."""

    id: UUID
    code: str
    name: str
    role: Role
    unit_id: UUID
    wecom_user: str | None
    is_active: bool
    is_away: bool


@dataclass(frozen=True, slots=True)
class NewUnit:
    code: str
    name: str
    kind: UnitKind
    parent_code: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class NewStaff:
    code: str
    name: str
    role: Role
    unit_code: str
    wecom_user: str | None = None
    login: str | None = None
    password: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """Who is logged in, and what they may see."""

    merchant_id: UUID
    staff: Staff
    unit: Unit


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A machine's key; the secret itself is shown once."""

    id: UUID
    name: str
    prefix: str
    permissions: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """What is shown once."""

    id: UUID
    secret: str


@dataclass(frozen=True, slots=True)
class Setting:
    key: str
    unit_id: UUID | None
    value: Any
    is_locked: bool
    version: int


@dataclass(frozen=True, slots=True)
class SettingInForce:
    """A setting as it holds somewhere; `from_unit` None is the merchant's own value or the default."""

    key: str
    title: str
    type: str
    default: Any
    value: Any
    from_unit: Unit | None
    is_set: bool
    is_locked: bool
    version: int


@dataclass(frozen=True, slots=True)
class ChannelState:
    """A configured channel; secrets are never part of an answer."""

    kind: str
    is_simulated: bool
    version: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class AuditLine:
    id: UUID
    at: datetime
    principal: str
    verb: str
    subject: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Connector:
    name: str
    title: str
    created_at: datetime


class WrongLogin(Unauthenticated):
    code = "merchant.wrong_login"
    zh, en = "账号或密码不正确", "The login or the password is wrong"


class NoUnit(NotFound):
    code = "merchant.no_unit"
    zh, en = "没有编码为 {code} 的门店或组织", "There is no unit with the code {code}"


class NoStaff(NotFound):
    code = "merchant.no_staff"
    zh, en = "没有这名员工", "There is no such member of staff"


class CodeTaken(Conflict):
    code = "merchant.code_taken"
    zh, en = "编码 {code} 已被使用", "The code {code} is taken"


class LoginTaken(Conflict):
    code = "merchant.login_taken"
    zh, en = "账号 {login} 已被使用", "The login {login} is taken"


class BadName(Invalid):
    code = "merchant.bad_code"
    zh, en = (
        "编码只能用字母、数字、点、横线和下划线，最多 64 个字符",
        "A code has letters, digits, dots, dashes and underscores, at most 64",
    )


class SettingLocked(Forbidden):
    code = "merchant.setting_locked"
    zh, en = "该设置已被上级锁定", "This setting is locked above"


class UnknownSetting(Invalid):
    code = "merchant.unknown_setting"
    zh, en = "没有名为 {key} 的设置", "There is no setting named {key}"


class VersionConflict(Conflict):
    code = "version.conflict"


class AlreadySetUp(Conflict):
    code = "merchant.already_set_up"
    zh, en = "系统已经初始化", "The system is set up already"


class SimulatorOnly(Forbidden):
    code = "channel.simulator_only"
    zh, en = (
        "演示环境只允许使用模拟通道：演示中的手机号可能真有其人",
        "The demo may only use simulators: its invented phone numbers may be somebody's",
    )


class UnknownChannel(NotFound):
    code = "channel.unknown"
    zh, en = "没有名为 {kind} 的通道", "There is no channel named {kind}"


class BadChannelConfig(Invalid):
    code = "channel.bad_config"
    zh, en = "通道配置不正确：{fields}", "The channel's configuration is wrong: {fields}"
