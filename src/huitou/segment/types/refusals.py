"""How segments are refused."""

from huitou.kernel.errors import Conflict, Invalid, NotFound

_REASONS_ZH = {
    "the first number is the smaller one": "第一个数不能大于第二个",
    "from is not after to": "开始日期不能晚于结束日期",
    "a number is expected": "这里要填数字",
    "1 is the first, -1 the last": "第几次从 1 数起，最近一次填 -1",
    "from_days to to_days is less than a year": "开始天数不能大于结束天数，跨度不到一年",
    "a value that fits is expected": "这里填的值不合适",
    "between takes two numbers, other operators one": "「介于」要两个数，其他比较要一个",
}
"""What people can bring about in the builder; the others are for whoever writes rules as JSON."""


class BadRule(Invalid):
    code = "segment.bad_rule"
    zh, en = "规则在 {path} 处不正确：{reason}", "The rule is wrong at {path}: {reason}"

    def detail(self, language: str = "zh") -> str:
        """The reason in their language as well."""
        reason = str(self.params["reason"])
        said = reason if language.startswith("en") else _REASONS_ZH.get(reason, reason)
        text = self.en if language.startswith("en") else self.zh
        return text.format(path=self.params["path"], reason=said)


class UnknownTrait(Invalid):
    code = "segment.unknown_trait"
    zh, en = "规则在 {path} 处用了未知的属性 {name}", "Unknown trait {name} at {path}"


class UnknownUnit(Invalid):
    code = "segment.unknown_unit"
    zh, en = "规则在 {path} 处用了未知的门店或区域 {unit}", "Unknown unit {unit} at {path}"


class UnknownSegment(Invalid):
    code = "segment.unknown_segment"
    zh = "规则在 {path} 处引用了不存在的人群"
    en = "The segment referred to at {path} does not exist"


class RuleTooLarge(Invalid):
    code = "segment.rule_too_large"
    zh = "规则过大：最多 {leaves} 个条件、{depth} 层"
    en = "The rule is too large: at most {leaves} conditions and {depth} levels"


class Cycle(Invalid):
    code = "segment.cycle"
    zh, en = "人群之间不能循环引用", "Segments cannot refer to each other in a circle"


class NameTaken(Conflict):
    code = "segment.name_taken"
    zh, en = "已有名为「{name}」的人群", "There is already a segment named “{name}”"


class VersionConflict(Conflict):
    code = "segment.version"
    zh = "人群已被他人修改，请刷新后重试"
    en = "The segment was changed meanwhile; reload and try again"


class InUse(Conflict):
    code = "segment.in_use"
    zh = "人群「{name}」正在引用它，不能删除"
    en = "It cannot be deleted: the segment “{name}” uses it"


class BeingFilled(Conflict):
    code = "segment.filling"
    zh = "人群「{name}」正在计算成员（{percent}%），请稍后再试"
    en = "The members of the segment “{name}” are still being found ({percent} %); try again later"


class Followed(Conflict):
    code = "segment.followed"
    zh = "标签「{name}」跟随它，先删除标签才能删除人群"
    en = "The tag “{name}” follows it: delete the tag first"


class NoSegment(NotFound):
    code = "segment.not_found"
    zh, en = "没有这个人群", "There is no such segment"
