"""WeCom (企业微信): messages an associate confirms, cards to staff, login, contacts, callbacks.

Speaks the wire of qyapi.weixin.qq.com; `huitou.simulators.wecom` answers it in the demo and tests.
"""
