"""The columns we understand in a file of each kind, and the words of shops for them. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

_PUNCTUATION = re.compile(r"[\W_]+")
_YUAN = re.compile(r"\((?:元|yuan|cny|rmb|¥)\)", re.IGNORECASE)

Kind = Literal["orders", "customers", "products", "staff", "units", "events"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Field:
    """A column we understand; `aliases` are the headers it is recognised by."""

    name: str
    zh: str
    en: str
    is_required: bool
    aliases: tuple[str, ...] = ()


_PHONES = (
    "手机",
    "手机号码",
    "会员手机",
    "会员手机号",
    "联系手机",
    "联系方式",
    "移动电话",
    "联系电话",
    "电话",
    "mobile",
    "tel",
    "telephone",
    "phone_number",
    "mobile_phone",
    "cell",
)
_STORES = (
    "门店",
    "门店编码",
    "所属门店",
    "门店名称",
    "店铺编码",
    "店铺名称",
    "店铺",
    "销售门店",
    "消费门店",
    "store",
    "store_code",
    "shop",
    "branch",
    "store_id",
)
_IDENTIFIERS = (
    Field(
        "card",
        "会员卡号",
        "Card number",
        False,
        (
            "卡号",
            "会员号",
            "会员编号",
            "member_no",
            "card_no",
            "card",
            "membership_no",
            "member_id",
        ),
    ),
    Field("phone", "手机号", "Phone", False, _PHONES),
    Field("unionid", "UnionID", "UnionID", False),
    Field("external_userid", "企微外部联系人 ID", "WeCom external user id", False),
)

FIELDS: dict[Kind, tuple[Field, ...]] = {
    "orders": (
        Field(
            "order_no",
            "订单号",
            "Order number",
            True,
            (
                "单号",
                "订单编号",
                "小票号",
                "交易单号",
                "流水号",
                "order_id",
                "order",
                "receipt_no",
                "invoice",
            ),
        ),
        Field("unit", "门店编码", "Unit code", True, _STORES),
        Field(
            "paid_at",
            "付款时间",
            "Paid at",
            True,
            (
                "支付时间",
                "交易时间",
                "销售时间",
                "下单时间",
                "时间",
                "日期",
                "销售日期",
                "单据日期",
                "单据时间",
                "交易日期",
                "付款日期",
                "支付日期",
                "消费时间",
                "消费日期",
                "成交时间",
                "date",
                "order_date",
                "order_time",
                "created_at",
            ),
        ),
        Field(
            "sku",
            "商品编码",
            "SKU",
            True,
            (
                "货号",
                "商品编号",
                "商品条码",
                "条码",
                "商品",
                "product",
                "item",
                "product_id",
                "item_code",
                "barcode",
            ),
        ),
        Field("quantity", "数量", "Quantity", True, ("件数", "销量", "销售数量", "qty", "units")),
        Field(
            "paid_yuan",
            "实付金额（元）",
            "Paid (yuan)",
            True,
            (
                "实付金额",
                "实付",
                "实收金额",
                "实收",
                "销售金额",
                "金额",
                "amount",
                "paid",
                "total",
                "revenue",
                "sales",
            ),
        ),
        Field("list_yuan", "原价（元）", "List price (yuan)", False, ("吊牌价", "标价", "list")),
        *_IDENTIFIERS,
    ),
    "customers": (
        *_IDENTIFIERS,
        Field(
            "name",
            "姓名",
            "Name",
            False,
            (
                "客户姓名",
                "会员姓名",
                "会员名称",
                "客户名称",
                "customer",
                "full_name",
                "customer_name",
            ),
        ),
        Field("gender", "性别", "Gender", False, ("sex",)),
        Field(
            "birth_month",
            "生日月份",
            "Month of birth",
            False,
            ("生日", "出生日期", "出生年月", "会员生日", "birthday", "birth_date", "date_of_birth"),
        ),
        Field(
            "home_unit", "归属门店编码", "Home unit code", False, ("归属门店", "开卡门店", *_STORES)
        ),
        Field(
            "joined_on",
            "入会日期",
            "Joined on",
            False,
            (
                "入会时间",
                "注册日期",
                "开卡日期",
                "开卡时间",
                "joined",
                "registered",
                "join_date",
                "registered_at",
            ),
        ),
        Field(
            "associate", "专属导购工号", "Associate's code", False, ("导购", "导购工号", "专属导购")
        ),
        Field("zone", "时区", "Time zone", False, ("所在时区", "timezone", "time_zone", "tz")),
        Field("tags", "标签", "Tags", False, ("客户标签", "会员标签", "tag", "labels")),
        Field("tag_source", "标签来源", "Source of the tags", False, ("标签提供方", "数据来源")),
    ),
    "products": (
        Field(
            "sku", "商品编码", "SKU", True, ("货号", "商品编号", "商品条码", "条码", "编码", "code")
        ),
        Field("name", "商品名称", "Name", True, ("名称", "品名", "商品", "title")),
        Field(
            "category",
            "分类编码",
            "Category code",
            True,
            ("分类", "品类", "类目", "类别", "category_code"),
        ),
        Field("category_name", "分类名称", "Category name", False, ("类目名称",)),
        Field(
            "price_yuan",
            "售价（元）",
            "Price (yuan)",
            True,
            ("售价", "价格", "零售价", "单价", "吊牌价", "price"),
        ),
        Field("cost_yuan", "成本（元）", "Cost (yuan)", False, ("成本", "成本价", "进价", "cost")),
        Field(
            "floor_yuan",
            "最低售价（元）",
            "Lowest price (yuan)",
            False,
            ("最低售价", "最低价", "底价", "限价", "floor"),
        ),
    ),
    "staff": (
        Field("code", "工号", "Staff code", True, ("员工编号", "员工号", "编号", "no")),
        Field("name", "姓名", "Name", True, ("员工姓名",)),
        Field("role", "角色", "Role", True, ("岗位", "职位")),
        Field("unit", "门店编码", "Unit code", True, _STORES),
        Field(
            "wecom_user", "企微账号", "WeCom user id", False, ("userid", "企业微信账号", "企业微信")
        ),
        Field("phone", "手机号", "Phone", False, _PHONES),
    ),
    "units": (
        Field("code", "编码", "Code", True, ("门店编码", "店铺编码", "store_code")),
        Field("name", "名称", "Name", True, ("门店名称", "店铺名称", "门店")),
        Field("kind", "类型", "Kind", True, ("门店类型", "type")),
        Field(
            "parent",
            "上级编码",
            "Parent code",
            False,
            ("上级", "上级组织", "所属区域", "区域", "region"),
        ),
    ),
    "events": (),
}

ROLES = {
    "总部": "headquarters",
    "总部运营": "headquarters",
    "区域经理": "region",
    "区域": "region",
    "店长": "manager",
    "导购": "associate",
    "店员": "associate",
}
UNIT_KINDS = {
    "总部": "headquarters",
    "品牌": "brand",
    "区域": "region",
    "经销商": "dealer",
    "门店": "store",
    "网店": "online",
    "线上店": "online",
}


def guess_mapping(kind: Kind, headers: Sequence[str]) -> dict[str, str]:
    """Which header is which field, by their names; lines of JSON have our own names."""
    found: dict[str, str] = {}
    folded = {_folded(header): header for header in headers}
    for field in FIELDS[kind]:
        for name in (field.name, field.zh, field.en, *field.aliases):
            header = folded.get(_folded(name))
            if header is not None and header not in found.values():
                found[field.name] = header
                break
    return found


def _folded(name: str) -> str:
    """Headers differ in case, width, blanks and brackets: `Order No.` is `order_no`. A unit of
    money in brackets says what stands to reason: `实收（元）` is `实收`."""
    plain = _YUAN.sub("", unicodedata.normalize("NFKC", name))
    return _PUNCTUATION.sub("", plain).casefold()


def missing_fields(kind: Kind, mapping: Mapping[str, str]) -> list[Field]:
    """Required fields that no column was chosen for."""
    return [field for field in FIELDS[kind] if field.is_required and not mapping.get(field.name)]


def title_of(kind: Kind, name: str) -> str:
    """What people call a field."""
    return next((f"{f.zh} / {f.en}" for f in FIELDS[kind] if f.name == name), name)


def known(words: Mapping[str, str], given: str) -> str:
    """Our word for one of theirs; ours are understood too. ValueError tells which there are."""
    word = words.get(given, given)
    if word not in words.values():
        choices = "、".join(words)
        raise ValueError(f"不认识「{given}」，可填 / unknown, use one of: {choices}")
    return word
