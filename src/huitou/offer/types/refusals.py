"""How decisions and wishes about a cart are refused."""

from huitou.kernel.errors import Invalid, TooLarge, Unavailable


class BadDecision(Invalid):
    code = "offer.bad_decision"
    zh, en = "这样的优惠组合不成立：{reason}", "The benefits cannot be used like this: {reason}"


class CannotUse(Invalid):
    code = "offer.cannot_use"
    zh, en = (
        "指定的优惠无法一起用于此购物车",
        "What was pinned cannot be used for this cart together",
    )


class NoTime(Unavailable):
    code = "offer.no_time"
    zh, en = (
        "时间内没有找到用得上全部指定优惠的组合，请减少指定或放宽时间",
        "No way to use everything that was pinned was found in time; pin less or allow more time",
    )


class TooManyCoupons(TooLarge):
    code = "offer.too_many_coupons"
    zh, en = "券过多：{count} 张，最多 {most} 张", "There are {count} coupons, {most} are the most"


class BadCart(Invalid):
    code = "offer.bad_cart"
    zh, en = "购物车不合法：{reason}", "The cart is not valid: {reason}"


class CartTooLarge(TooLarge):
    code = "offer.cart_too_large"
    zh, en = (
        "购物车件数过多：{units}，最多 {most} 件",
        "The cart has {units} pieces, {most} are the most",
    )
