"""WeChat: an official account (公众号) and a mini program, each with its own account and callbacks.

Speaks the wire of api.weixin.qq.com; `huitou.simulators.wechat` answers it.
"""
