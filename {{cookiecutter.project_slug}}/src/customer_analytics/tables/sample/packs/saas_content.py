"""Software and content by subscription: purchases are add-ons, credits and single titles."""

from __future__ import annotations

from customer_analytics.tables.sample.packs import ROLES, Pack, category

PACK = Pack(
    industry="saas_content",
    categories=(
        category(
            "Video courses|视频课",
            32,
            0.78,
            "Photography basics|摄影入门; Data for beginners|数据入门; Home workouts|居家健身; Piano in a month|钢琴月;"
            "Creative writing|创意写作; Baking bread|面包烘焙; Travel vlogging|旅行拍摄; Public speaking|公众演讲",
        ),
        category(
            "Audio|音频",
            9,
            0.7,
            "Sleep stories|睡前故事; Morning news|晨间新闻; History podcast|历史播客; Jazz sessions|爵士现场;"
            "Language drills|语言练习; Audio novel|有声小说; Meditation pack|冥想合集; Kids' tales|儿童故事",
        ),
        category(
            "Templates|模板",
            15,
            0.88,
            "Pitch deck|路演模板; Budget sheet|预算表; Resume set|简历模板; Social posts|社媒模板;"
            "Project plan|项目计划; Invoice form|发票模板; Mood board|灵感板; Landing page|落地页",
        ),
        category(
            "Storage & seats|空间与席位",
            24,
            0.81,
            "Extra seat|增加席位; 100 GB storage|100GB空间; Version history|历史版本; Guest access|访客权限;"
            "Single sign-on|单点登录; Audit log|审计日志; Custom domain|自定义域名; Priority support|优先支持",
        ),
        category(
            "Credits|点数",
            19,
            0.74,
            "Render credits|渲染点数; Transcript minutes|转写时长; Stock photos|图库点数; Translation credits|翻译点数;"
            "Voice credits|配音点数; Export pack|导出包; Fonts pack|字体包; Effects pack|特效包",
        ),
        category(
            "Live events|直播活动",
            48,
            0.55,
            "Design week|设计周; Founder talk|创始人对谈; Year-end show|年终盛典; Coding night|编程之夜;"
            "Holiday concert|节日音乐会; Book club|读书会; Workshop day|工作坊; Gaming cup|电竞杯",
        ),
    ),
    plans=("Pro monthly|专业版月付", "Pro yearly|专业版年付"),
    topics=("loading|加载", "content|内容", "price|价格", "service|客服", "app|应用"),
    weekend=1.1,
    contract_share=0.85,
    events=dict(
        zip(
            ROLES,
            ("app_open", "search", "content_view", "add_to_list", "start_checkout", "subscribe_or_buy", "register"),
            strict=True,
        )
    ),
    order_channels=("app|APP", "web|网站", "reseller|渠道商"),
)
