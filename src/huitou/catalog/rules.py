"""Which pictures a product may have. They are shown to customers, so only a small, inert part of
SVG is let through (allow-lists of elements and attributes; anything else refuses the picture)."""

import re
import xml.etree.ElementTree as ElementTree
from urllib.parse import urlsplit

PICTURE_LENGTH_MAX = 64_000
URL_LENGTH_MAX = 2_000

_SVG = "{http://www.w3.org/2000/svg}"
_ELEMENTS = frozenset(
    "svg g path rect circle ellipse line polyline polygon text tspan defs title desc stop "
    "linearGradient radialGradient clipPath".split()
)
_ATTRIBUTES = frozenset(
    "id d x y x1 y1 x2 y2 cx cy r rx ry fx fy dx dy width height viewBox preserveAspectRatio "
    "points transform fill fill-opacity fill-rule stroke stroke-width stroke-opacity "
    "stroke-linecap "
    "stroke-linejoin stroke-dasharray stroke-miterlimit opacity color offset stop-color "
    "stop-opacity gradientUnits gradientTransform spreadMethod clip-path clip-rule clipPathUnits "
    "font-family font-size font-weight font-style text-anchor dominant-baseline letter-spacing "
    "role aria-label version".split()
)
_FORBIDDEN_TEXT = re.compile(r"<!|<\?(?!xml\s)", re.IGNORECASE)
_FUNCTION = re.compile(r"([A-Za-z][\w-]*)\s*\(\s*([^)]*)\)")
_FUNCTIONS = frozenset("translate scale rotate skewX skewY matrix rgb rgba hsl hsla url".split())
_URL_FORBIDDEN = re.compile(r"""[\s\x00-\x1f"'<>\\]""")
_LOCAL_REFERENCE = re.compile(r"#[\w-]+\Z")


def picture_fault(picture: str) -> str | None:
    """Why `picture` may not be shown, or None. Takes an inline SVG, an https or a rooted URL."""
    text = picture.strip()
    if text.startswith("<"):
        return _svg_fault(text)
    return _url_fault(text)


def _url_fault(url: str) -> str | None:
    if len(url) > URL_LENGTH_MAX:
        return "url too long"
    if _URL_FORBIDDEN.search(url):
        return "url characters"
    if url.startswith("/") and not url.startswith("//"):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return "url"
    if parts.scheme != "https" or not parts.hostname or parts.username is not None:
        return "url"
    return None


def _svg_fault(text: str) -> str | None:
    if len(text) > PICTURE_LENGTH_MAX:
        return "svg too long"
    if _FORBIDDEN_TEXT.search(text):  # DOCTYPE, ENTITY, CDATA, comments, processing instructions
        return "svg declaration"
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 (no DOCTYPE, so no entities to expand)
    except ElementTree.ParseError:
        return "svg not well formed"
    if root.tag != f"{_SVG}svg":
        return "not svg"
    for element in root.iter():
        fault = _element_fault(element)
        if fault is not None:
            return fault
    return None


def _element_fault(element: ElementTree.Element) -> str | None:
    name = element.tag.removeprefix(_SVG)
    if not element.tag.startswith(_SVG) or name not in _ELEMENTS:
        return f"element {name}"
    for attribute, value in element.attrib.items():
        if attribute not in _ATTRIBUTES:
            return f"attribute {attribute}"
        if not _is_inert(value):
            return f"value of {attribute}"
    return None


def _is_inert(value: str) -> bool:
    """No scheme, no escape, no function but drawing ones, no reference out of the picture."""
    if any(character in value for character in ":\\@&<>"):
        return False
    for name, inside in _FUNCTION.findall(value):
        if name not in _FUNCTIONS:
            return False
        if name == "url" and not _LOCAL_REFERENCE.match(inside.strip()):
            return False
    calls = len(_FUNCTION.findall(value))
    return value.count("(") == calls and value.count(")") == calls
