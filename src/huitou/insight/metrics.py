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
        "导购点击发送或系统提交给渠道的营销消息数；取件码、订单状态等通知不算。",
        "Marketing messages an associate sent or the system handed to the channel; notifications of "
        "an order's state or a pick-up code are not counted.",
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
    Metric(
        "candidates",
        "候选",
        "Candidates",
        "名单（分群、规则或商机）中此刻符合条件的顾客数，尚未扣除排除和对照。",
        "Customers the list (segment, rule or opportunities) holds at this moment, before anybody "
        "is excluded or held out.",
        "campaign, segment, opportunity",
    ),
    Metric(
        "treated",
        "将联系",
        "Treated",
        "派给导购（或直接短信兜底）的顾客数：候选减去排除，再减去对照。",
        "Customers given to an associate (or to the SMS fallback): the candidates less the "
        "excluded and the held out.",
        "campaign",
    ),
    Metric(
        "held_out",
        "留作对照",
        "Held out",
        "按活动的随机盐固定抽出、本次不触达的顾客数；用来算增量。",
        "Customers drawn by the campaign's salt who are not contacted, so that what it adds can "
        "be measured.",
        "campaign",
    ),
    Metric(
        "excluded",
        "排除",
        "Excluded",
        "因未授权、频次上限、已有任务等原因不能触达的候选顾客数；每个原因另列。",
        "Candidates who may not be contacted: no consent, the frequency cap, a task already open "
        "and the like. Each reason is listed.",
        "campaign, reach",
    ),
    Metric(
        "rfm",
        "RFM",
        "RFM",
        "最近一次购买（R）、购买次数（F）、累计实付（M）各按本品牌全部成交顾客的五分位分为 1–5 分，"
        "5 分最好；分群按三项得分取名，与 R 语言 rfm 包一致。",
        "How recently (R), how often (F) and for how much (M) the customer bought, each scored "
        "1–5 by the quintiles of all the brand's buyers; 5 is best. The segment is named by the "
        "three scores, as in the R package rfm.",
        "order",
    ),
    Metric(
        "segment_count",
        "符合人数",
        "Matching",
        "此刻符合规则、且在您可见范围内的顾客数；一个人的多个账号只算一次。",
        "Customers within your scope who meet the rule at this moment; one person counts once.",
        "segment, identity",
    ),
    Metric(
        "customer_paid",
        "累计消费",
        "Spent",
        "该顾客全部订单的实付金额（含运费）减去退款。",
        "What the customer's orders came to (with shipping), less refunds.",
        "order",
    ),
    Metric(
        "customer_orders",
        "累计订单",
        "Orders so far",
        "该顾客支付过的订单数，包括后来退款的订单。",
        "Orders the customer paid, also those refunded later.",
        "order",
    ),
    Metric(
        "precision",
        "合并准确率",
        "Precision",
        "系统认为是同一人的账号对中，确实是同一人的占比。仅在演示数据中可算，因为那里知道真相。",
        "Of the pairs of identifiers taken for one person, the share that truly is. Known in the "
        "demo only, where the truth is.",
        "identity",
    ),
    Metric(
        "recall",
        "合并召回率",
        "Recall",
        "确实是同一人的账号对中，系统合并到一起的占比；包括任何数据都无法关联的账号。",
        "Of the pairs of identifiers that truly are one person, the share that was found, "
        "counting those nothing in the data connects.",
        "identity",
    ),
    Metric(
        "linkable_recall",
        "可关联召回率",
        "Recall where linkable",
        "只看数据中出现过关联线索的账号对，系统合并到一起的占比。",
        "The same share among the pairs that something in the data connects.",
        "identity",
    ),
)
