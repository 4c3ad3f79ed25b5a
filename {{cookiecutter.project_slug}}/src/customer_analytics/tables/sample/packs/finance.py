"""Retail finance: accounts, cards, insurance and advice; an order is a product taken out and its fee."""

from __future__ import annotations

from customer_analytics.tables.sample.packs import ROLES, Pack, category

PACK = Pack(
    industry="finance",
    categories=(
        category(
            "Savings|储蓄",
            60,
            0.4,
            "Fixed deposit|定期存款; Day-to-day saver|活期宝; Goal saver|心愿存; Youth account|少儿账户;"
            "Notice account|通知存款; Home saver|住房储蓄; Bonus saver|加息券; Joint account|联名账户",
        ),
        category(
            "Cards|银行卡",
            35,
            0.58,
            "Travel card|旅行卡; Cashback card|返现卡; Student card|学生卡; Metal card|金属卡;"
            "Virtual card|虚拟卡; Fuel card|加油卡; Card insurance|盗刷险; Lounge pass|贵宾厅",
        ),
        category(
            "Insurance|保险",
            140,
            0.33,
            "Travel insurance|旅行险; Home contents|家财险; Pet insurance|宠物险; Phone cover|手机险;"
            "Accident cover|意外险; Dental plan|齿科险; Term life|定期寿险; Car insurance|车险",
        ),
        category(
            "Funds|基金",
            90,
            0.47,
            "Index plan|指数定投; Bond fund|债券基金; Green fund|绿色基金; Gold plan|黄金定投;"
            "Money market|货币基金; Balanced fund|平衡基金; Pension plan|养老计划; Children's plan|教育金",
        ),
        category(
            "Loans|贷款",
            180,
            0.3,
            "Instalments|账单分期; Car loan|车贷; Home improvement|装修贷; Bridge loan|过桥贷;"
            "Student loan|助学贷; Overdraft|透支额度; Solar loan|光伏贷; Refinance|转贷",
        ),
        category(
            "Services|服务",
            25,
            0.65,
            "Tax report|税务报告; Advice hour|理财咨询; Currency order|外币预约; Credit check|信用报告;"
            "Safe box|保管箱; Bill alerts|账单提醒; Year-end review|年度检视; Will service|遗嘱服务",
        ),
    ),
    plans=("Premium monthly|尊享月费", "Premium yearly|尊享年费"),
    topics=("waiting|等待", "transparency|透明度", "fees|费用", "service|客服", "app|应用"),
    weekend=0.55,
    contract_share=0.7,
    events=dict(
        zip(
            ROLES,
            ("app_open", "search", "view_product", "start_application", "identity_check", "product_opened", "register"),
            strict=True,
        )
    ),
    order_channels=("app|APP", "web|网银", "branch|网点"),
)
