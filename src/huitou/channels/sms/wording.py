"""How long a text is to the carriers, and words that say stop. Pure."""

import re
import unicodedata

ONE_PART, OF_MANY = 70, 67
"""Characters of an SMS that goes alone, and of each part of a longer one."""

_KEYWORDS = "R|TD|T|N|NO|QX|0000|STOP|UNSUBSCRIBE|CANCEL|退|取消|退出|退订|拒绝|拒收"
_KEYWORD = re.compile(rf"(?:请?回复?|请?发送?)?({_KEYWORDS})\1*")
_PHRASES = ("退订", "拒收", "取消订阅", "不要再发", "别再发", "不要给我发", "别给我发", "勿扰")


def part_count(content: str) -> int:
    """How many parts a text, its sign included, is billed as.

    Counted in UTF-16 units, as carriers do: an emoji is two.
    """
    units = len(content.encode("utf-16-le")) // 2
    return 1 if units <= ONE_PART else -(-units // OF_MANY)


def is_optout(text: str) -> bool:
    """Whether a reply asks us to stop: a keyword alone in any width and case, or a clear phrase.

    When in doubt it is one: a customer kept silent costs less than one annoyed against the law.
    """
    wide = unicodedata.normalize("NFKC", text).upper()
    bare = "".join(char for char in wide if unicodedata.category(char)[0] in "LN")
    return _KEYWORD.fullmatch(bare) is not None or any(phrase in bare for phrase in _PHRASES)
