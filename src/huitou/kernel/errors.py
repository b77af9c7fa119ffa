"""Refusals: a `no` with a stable code, in ten kinds.

A room subclasses one kind per case and gives it a dotted code and a sentence in both languages;
`{names}` in the sentences are filled from `params`. Edges render refusals as problem+json.
A programmer's mistake is an AssertionError, never a Refusal.
"""

from typing import ClassVar


class Refusal(Exception):
    """A clear no. Raise a subclass of one of the kinds below."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "refused"
    zh: ClassVar[str] = "请求被拒绝"
    en: ClassVar[str] = "The request was refused"

    def __init__(self, **params: object) -> None:
        super().__init__(self.code)
        self.params = params

    def detail(self, language: str = "zh") -> str:
        """The sentence for a person, in `zh` or `en`."""
        text = self.en if language.startswith("en") else self.zh
        try:
            return text.format(**self.params)
        except (KeyError, IndexError):
            return text


class Malformed(Refusal):
    """The body cannot be read."""

    status = 400
    code = "malformed"
    zh, en = "请求格式无法解析", "The request cannot be parsed"


class Unauthenticated(Refusal):
    """Nobody is known to be asking."""

    status = 401
    code = "unauthenticated"
    zh, en = "请先登录", "Please log in"


class Forbidden(Refusal):
    """Known, but not allowed."""

    status = 403
    code = "forbidden"
    zh, en = "没有权限", "You have no permission for this"


class NotFound(Refusal):
    """No such thing, or none that you may see."""

    status = 404
    code = "not_found"
    zh, en = "没有找到", "Not found"


class Conflict(Refusal):
    """Somebody else was first."""

    status = 409
    code = "conflict"
    zh, en = "数据已被更新，请刷新后重试", "It was changed meanwhile; reload and try again"


class TooLarge(Refusal):
    """Bigger than the limit."""

    status = 413
    code = "too_large"
    zh, en = "内容超过大小上限", "The content exceeds the size limit"


class Unsupported(Refusal):
    """A media type we do not read."""

    status = 415
    code = "unsupported"
    zh, en = "不支持的内容类型", "Unsupported content type"


class Invalid(Refusal):
    """Readable, but not acceptable."""

    status = 422
    code = "invalid"
    zh, en = "内容不符合要求", "The content is not acceptable"


class Limited(Refusal):
    """Too often or too much."""

    status = 429
    code = "limited"
    zh, en = "操作过于频繁，请稍后再试", "Too many requests; try again later"


class Unavailable(Refusal):
    """We, or the outside, cannot now."""

    status = 503
    code = "unavailable"
    zh, en = "服务暂时不可用", "The service is temporarily unavailable"
