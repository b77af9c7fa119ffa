"""A small drawn picture of every product: flat, deterministic, and ours to ship.

The shape comes from `products.csv` (by category, with exceptions per product), the colour and the
motif on the label from words in the Chinese name, or else from the SKU. The drawings themselves are
in `data/pictures.xml`.
"""

import functools
import re
import zlib
from dataclasses import dataclass
from importlib import resources
from xml.etree import ElementTree

from huitou.demo.records import Product, products


@dataclass(frozen=True, slots=True)
class Colour:
    """Background tile, main, dark and light tone."""

    tile: str
    main: str
    dark: str
    light: str


COLOURS = {
    "red": Colour("#fdeceb", "#e4635f", "#b8433f", "#f5a9a4"),
    "orange": Colour("#fff0e1", "#f0954a", "#c56f28", "#f9c597"),
    "yellow": Colour("#fff7dc", "#f2c34e", "#cd9a26", "#f9e09c"),
    "green": Colour("#ecf6e8", "#7fb86b", "#558f45", "#b9dbaa"),
    "teal": Colour("#e4f5f2", "#57b3a4", "#368576", "#a4d8cf"),
    "blue": Colour("#e6f1fb", "#5b9bd8", "#3a74ac", "#a9cdee"),
    "indigo": Colour("#eaecfb", "#7480cf", "#5059a3", "#b4bbe9"),
    "purple": Colour("#f4eafa", "#a577c9", "#7b509e", "#d2b5e6"),
    "pink": Colour("#fdebf3", "#e77fa9", "#bb557e", "#f5b8d0"),
    "brown": Colour("#f6ede5", "#a9764f", "#7b5233", "#d5b294"),
    "tan": Colour("#faf2e3", "#d9a860", "#ad7d3a", "#f0d3a2"),
    "grey": Colour("#eff1f4", "#8b96a5", "#616c7b", "#c3cad4"),
}

NAME_COLOURS = {
    "绿|青椒|青提|青苹果|青柠|青豆|青橄榄|青辣椒|四季豆|橄榄油|黄瓜|西芹|有机|植物": "green",
    "薄荷|天然|菠菜|牛油果|奇异果|雪梨|巴梨|豌豆|蔬菜|生菜|沙拉菜|抹茶|香草|芦笋": "green",
    "茄|草莓|红|樱桃|可乐|辣|肉酱|牛排酱|西瓜|圣诞|情人节|蔓越莓": "red",
    "橙|橘|芒果|胡萝卜|南瓜|杏|木瓜|哈密瓜|三文鱼|虾|柑|西柚|奶酪饼干": "orange",
    "巧克力|咖啡|可可|酱油|烧烤|木炭|褐|焦糖|枫糖|坚果|黑麦|蘑菇": "brown",
    "柠檬|香蕉|玉米|黄|奶酪|蜂蜜|菠萝|蛋|芥末|啤酒|面|薯|油": "yellow",
    "葡萄|紫|黑提|西梅|蓝莓|黑莓|李": "purple",
    "粉|玫瑰|婴儿|卫生巾|口红|女|桃|树莓|糖": "pink",
    "水|奶|冰|盐|鱼|洗|清洁|漂|牙|蓝": "blue",
}
"""Words in the name → colour; the first that fits counts."""

NATURAL_COLOURS = {
    "red": "steak sausage tomato strawberry",
    "orange": "carrot drumstick shrimp",
    "yellow": "banana corn cheese butter beer",
    "green": "cabbage broccoli cucumber",
    "blue": "fish",
    "tan": "potato bread croissant nut mushroom egg",
}
"""Colour → shapes that keep it whatever the name says."""

USUAL_COLOURS = {
    "red": "apple pizza",
    "orange": "orange",
    "yellow": "bulb",
    "green": "leaf melon pear pepper",
    "blue": "rice",
    "purple": "berry",
    "pink": "flower donut",
    "brown": "chocolate",
    "tan": "onion cookie",
}
"""Colour → shapes that take it when the name says nothing."""

NAME_MOTIFS = {
    "鱼|虾|海鲜|金枪|蟹|贝": "fish",
    "水|奶|油|醋|糖浆|饮": "drop",
    "洗|清洁|皂|浴|泡|漂|苏打|可乐": "bubble",
    "麦|面|米|谷|饼|豆|酵母|粉": "wheat",
    "有机|天然|植物|草|菜|茶|蔬|橄榄": "leaf",
    "果|莓|橙|苹|桃|樱|葡|梨|番茄|柠檬|柚": "fruit",
    "婴|女|爱|护|肤|情人": "heart",
    "节|礼|优选|特|儿童|玩": "star",
}
OTHER_MOTIFS = ("dots", "star", "heart", "wave", "leaf")


def draw(sku: str) -> str:
    """The picture of a SKU as SVG text, 96 × 96. An unknown SKU gets a plain box."""
    product = _by_sku().get(sku)
    shape = product.shape if product else "box"
    name = product.name.replace("水果", "果") if product else ""
    colour = COLOURS[_colour(shape, name, sku)]
    tones = {"m": colour.main, "d": colour.dark, "l": colour.light}
    drawings = _drawings()
    motif = drawings[f"motif-{_motif(name, sku)}"].format(**tones)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" width="96" height="96">'
        f'<rect width="96" height="96" rx="16" fill="{colour.tile}"/>'
        f'<ellipse cx="48" cy="84" rx="25" ry="3.5" fill="{colour.dark}" opacity=".15"/>'
        f"{drawings[f'shape-{shape}'].format(**tones, k=motif)}</svg>"
    )


def shapes() -> set[str]:
    """The names a product's `shape` may have."""
    return {name.removeprefix("shape-") for name in _drawings() if name.startswith("shape-")}


def _colour(shape: str, name: str, sku: str) -> str:
    return (
        _of_shape(shape, NATURAL_COLOURS)
        or _of_name(name, NAME_COLOURS)
        or _of_shape(shape, USUAL_COLOURS)
        or list(COLOURS)[_hash(sku) % len(COLOURS)]
    )


def _motif(name: str, sku: str) -> str:
    return _of_name(name, NAME_MOTIFS) or OTHER_MOTIFS[_hash(f"{sku} motif") % len(OTHER_MOTIFS)]


def _of_name(name: str, words: dict[str, str]) -> str | None:
    return next((value for pattern, value in words.items() if re.search(pattern, name)), None)


def _of_shape(shape: str, colours: dict[str, str]) -> str | None:
    return next((colour for colour, names in colours.items() if shape in names.split()), None)


def _hash(text: str) -> int:
    return zlib.crc32(text.encode())


@functools.cache
def _by_sku() -> dict[str, Product]:
    return {product.sku: product for product in products()}


@functools.cache
def _drawings() -> dict[str, str]:
    """Name → SVG fragment with its placeholders."""
    text = resources.files("huitou.demo").joinpath("data/pictures.xml").read_text("utf-8")
    return {
        drawing.attrib["id"]: (drawing.text or "").strip()
        + "".join(ElementTree.tostring(part, encoding="unicode").strip() for part in drawing)
        for drawing in ElementTree.fromstring(text)  # noqa: S314 - our own file
    }
