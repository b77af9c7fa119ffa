"""Why a greeting did not go out, in words. Pure."""

_TEXTS = {
    "no_welcome_code": (
        "企业微信没有给欢迎语凭证：后台已配置欢迎语，或双方已在会话",
        "WeCom gave no welcome code: its console greets already, or the two are in a chat",
    ),
    "stopped": ("渠道已紧急停止，未发送", "The channel was stopped; it was not sent"),
    "lost": (
        "发送途中服务中断，凭证已过期，不再补发",
        "Interrupted while sending; it is not sent again",
    ),
    "unanswered": ("企业微信没有回应，不再补发", "WeCom did not answer; it is not sent again"),
    "wecom.unreachable": ("无法连接企业微信", "WeCom could not be reached"),
    "41050": (
        "欢迎语凭证已过期（须在 20 秒内）或已用过",
        "The welcome code was over (20 seconds) or used",
    ),
    "41051": ("双方已开始聊天，企业微信不再发送欢迎语", "The two had begun to chat already"),
    "41096": ("其他应用正在发送欢迎语", "Another app was greeting"),
}


def text_of(failure: str, language: str) -> str:
    """The sentence for a failure; WeCom's number where we have none."""
    zh, en = _TEXTS.get(failure, (f"企业微信返回错误 {failure}", f"WeCom answered error {failure}"))
    return en if language == "en" else zh
