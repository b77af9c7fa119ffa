"""Why a coupon is not given, taken, used or handed over."""

from huitou.kernel.errors import Conflict, Invalid, NotFound


class NoCoupon(NotFound):
    code = "coupon.unknown"
    zh, en = "没有这张券", "There is no such coupon"


class Mistyped(Invalid):
    code = "coupon.mistyped"
    zh, en = "券码输入有误，请核对", "The coupon's code is mistyped; check it"


class NotAvailable(Conflict):
    code = "coupon.not_available"
    zh, en = "这张券不可用：{state_zh}", "The coupon cannot be used: it is {state}"


class AlreadyUsed(Conflict):
    code = "coupon.used"
    zh, en = "这张券已经使用过", "The coupon has been used"


class Expired(Conflict):
    code = "coupon.expired"
    zh, en = "这张券已过期", "The coupon has expired"


class NotActive(Conflict):
    code = "coupon.not_active"
    zh, en = "这张券还没有到可用时间", "The coupon is not active yet"


class NotReceived(Conflict):
    code = "coupon.not_received"
    zh, en = "这个券码还没有领取", "The code has to be entered by a customer first"


class NotThisHour(Conflict):
    code = "coupon.not_this_hour"
    zh, en = "这张券现在的时段不可用", "The coupon cannot be used at this time of the day or week"


class NotHere(Conflict):
    code = "coupon.not_here"
    zh, en = "这张券不能在这家门店使用", "The coupon cannot be used at this store"


class BelowThreshold(Conflict):
    code = "coupon.below_threshold"
    zh = "未达到使用门槛：满 {threshold} 可用，当前 {amount}"
    en = "Below the threshold: {threshold} is needed, it is {amount}"


class NothingFits(Conflict):
    code = "coupon.nothing_fits"
    zh, en = "订单中没有这张券适用的商品", "Nothing in the order is what the coupon is for"


class HeldElsewhere(Conflict):
    code = "coupon.held"
    zh, en = "这张券已被另一笔订单占用", "Another order holds the coupon"


class NotCombinable(Conflict):
    code = "coupon.not_combinable"
    zh, en = "这张券不能与其他券同用", "The coupon may not be used together with others"


class AlreadyTaken(Conflict):
    code = "coupon.already_taken"
    zh, en = "这个券码已被领取", "The code has been taken already"


class LimitReached(Conflict):
    code = "coupon.limit"
    zh, en = "已达到每人限领数量", "The customer has as many as may be had"


class SoldOut(Conflict):
    code = "coupon.sold_out"
    zh, en = "券已领完", "None are left"


class NotOpen(Conflict):
    code = "coupon.not_open"
    zh, en = "现在不能领取这张券", "It cannot be taken now"


class NotTransferable(Conflict):
    code = "coupon.not_transferable"
    zh, en = "这张券不能转赠", "The coupon may not be given to somebody else"


class NotUsed(Conflict):
    code = "coupon.not_used"
    zh, en = "这张券没有可撤销的核销", "There is no use of the coupon to take back"


class NotHeld(Conflict):
    code = "coupon.not_held"
    zh, en = "没有这笔订单占用的券", "No coupon is held by that order"


class BadToken(Invalid):
    code = "coupon.bad_token"
    zh, en = "二维码无效：不是本商家签发的", "The code was not signed by this merchant"


class TokenOver(Conflict):
    code = "coupon.token_over"
    zh, en = "二维码已过期，请客户刷新", "The code is over; the customer has to refresh it"


class TokenUsed(Conflict):
    code = "coupon.token_used"
    zh, en = "这个二维码已经使用过", "This code has been presented already"


class BadMoment(Invalid):
    code = "coupon.bad_moment"
    zh, en = "核销时间不合理", "The time of the redemption cannot be true"


class KeyReused(Conflict):
    code = "coupon.key_reused"
    zh, en = "这个核销编号已用于另一张券", "The key was used for another coupon"


class NotOffline(Conflict):
    code = "coupon.not_offline"
    zh, en = (
        "这张券面额较高，只能联网核销",
        "The coupon is worth too much to be redeemed without a network",
    )
