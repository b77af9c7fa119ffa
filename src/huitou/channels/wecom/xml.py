"""A stranger's XML, read safely: no document type, no entities, bounded size and depth."""

from xml.parsers import expat

from huitou.kernel.errors import Malformed, TooLarge

BYTES_MAX = 256 * 1024
DEPTH_MAX = 8


class BadXml(Malformed):
    code = "wecom.bad_xml"
    zh, en = "企业微信回调的 XML 不可接受", "The XML of the WeCom callback is not acceptable"


class XmlTooLarge(TooLarge):
    code = "wecom.xml_too_large"
    zh, en = "企业微信回调内容过大", "The WeCom callback is too large"


def read_fields(raw: bytes) -> dict[str, str]:
    """Leaf texts by path below the root: `{"UserID": "zhangsan", "BatchJob/JobId": "j1"}`.

    Repeated leaves are joined by commas. Refuses `wecom.bad_xml` (also for any DOCTYPE: it is the
    door of entity expansion and external entities) and `wecom.xml_too_large`.
    """
    if len(raw) > BYTES_MAX:
        raise XmlTooLarge()
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as error:
        raise BadXml() from error
    return reader.fields


class _Reader:
    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self._path: list[str] = []
        self._text: list[str] = []
        self._is_leaf = False

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        if len(self._path) == DEPTH_MAX:
            raise BadXml()
        self._path.append(name)
        self._text = []
        self._is_leaf = True

    def characters(self, text: str) -> None:
        self._text.append(text)

    def end(self, _name: str) -> None:
        path = "/".join(self._path[1:])
        if self._is_leaf and path:
            text = "".join(self._text)
            self.fields[path] = f"{self.fields[path]},{text}" if path in self.fields else text
        self._is_leaf = False
        self._path.pop()


def _refuse(*_declaration: object) -> None:
    raise BadXml()
