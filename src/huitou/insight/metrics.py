"""What every number means: each page's figures open to these sentences."""

from huitou.insight.types import Metric

METRICS: tuple[Metric, ...] = (
    Metric(
        "sales_fen",
        "销售额",
        "Sales",
        "时间段内支付的订单金额（含运费），减去同一时间段内的退款。退款计入退款当天。",
        "What orders paid in the span came to (with shipping), less what was refunded in the span. "
        "A refund counts on the day it was given.",
        "order",
    ),
    Metric(
        "orders",
        "订单数",
        "Orders",
        "时间段内支付的订单数，包括后来退款的订单。",
        "Orders paid in the span, also those refunded later.",
        "order",
    ),
    Metric(
        "customers",
        "成交顾客数",
        "Buyers",
        "时间段内至少支付过一单的顾客数；同一顾客的多个账号合并后只算一次，无法识别的订单不计。",
        "Customers who paid at least one order in the span; one person counts once, orders without "
        "a recognised customer do not count.",
        "order, identity",
    ),
    Metric(
        "new_customers",
        "新客数",
        "New customers",
        "第一笔订单发生在时间段内的顾客数。",
        "Customers whose first order ever was paid in the span.",
        "order",
    ),
    Metric(
        "tasks",
        "任务数",
        "Tasks",
        "时间段内派给导购的任务数。",
        "Tasks given to associates in the span.",
        "associate",
    ),
    Metric(
        "sent",
        "已发送",
        "Sent",
        "导购点击发送或系统提交给渠道的消息数。",
        "Messages an associate sent or the system handed to the channel.",
        "reach",
    ),
    Metric(
        "delivered",
        "已送达",
        "Delivered",
        "渠道回执确认到达顾客的消息数；企业微信消息须由导购确认后才会送达。",
        "Messages the channel confirmed to be with the customer; in WeCom the associate has to "
        "confirm first.",
        "reach",
    ),
    Metric(
        "opened",
        "已打开",
        "Opened",
        "顾客打开过其中链接的消息数。",
        "Messages whose link the customer opened.",
        "reach, content",
    ),
    Metric(
        "bought",
        "已成交顾客",
        "Buyers after contact",
        "有订单归因到这些消息的顾客数。",
        "Customers with an order credited to these messages.",
        "attribution",
    ),
    Metric(
        "credited_fen",
        "归因金额",
        "Credited amount",
        "顾客在收到消息后的归因窗口（默认 7 天）内下单，订单归因到下单前最后一次送达的消息；"
        "商品实付（不含运费）扣除退款。归因是发放提成的依据，不等于活动带来的增量。",
        "An order within the window (7 days by default) after a delivery is credited to the last "
        "message delivered before it: what was paid for goods without shipping, less refunds. It "
        "decides who is paid; it does not say what the campaign caused.",
        "attribution",
    ),
    Metric(
        "amount_fen",
        "归因金额",
        "Credited amount",
        "同“归因金额”：归因订单的商品实付扣除退款。",
        "The same as the credited amount: goods paid of credited orders, less refunds.",
        "attribution",
    ),
    Metric(
        "commission_fen",
        "提成",
        "Commission",
        "归因金额 × 门店提成比例（默认 3%）；退款按比例扣回，整单退款后为 0。",
        "The credited amount times the store's rate (3% by default); refunds take it back in "
        "proportion, and of a whole refund nothing is left.",
        "commission, benefit",
    ),
    Metric(
        "incremental_fen",
        "增量销售额",
        "Incremental sales",
        "与随机留出、不触达的对照组相比，触达组多消费的金额（人均差额 × 触达人数，"
        "并按活动前 28 天消费校正）。区间为 95%，可以每天查看而不会失真；"
        "区间包含 0 时显示“未证明有效”。",
        "What the treated spent more than a random holdout that was not contacted: the difference "
        "per customer times the number treated, corrected by spend in the 28 days before. The 95% "
        "interval may be looked at every day; while it holds zero, the effect is not proven.",
        "attribution, campaign, order",
    ),
)
