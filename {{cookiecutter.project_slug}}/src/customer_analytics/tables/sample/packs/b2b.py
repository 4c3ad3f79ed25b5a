"""Trade: supplies and services bought by firms, on working days, in large quantities."""

from __future__ import annotations

from customer_analytics.tables.sample.packs import ROLES, Pack, category

PACK = Pack(
    industry="b2b",
    categories=(
        category(
            "Packaging|包装",
            160,
            0.28,
            "Shipping boxes|瓦楞纸箱; Stretch film|缠绕膜; Pallets|托盘; Packing tape|封箱胶带;"
            "Bubble wrap|气泡膜; Labels|标签纸; Mailer bags|快递袋; Gift packaging|礼品包装",
        ),
        category(
            "Safety|安全防护",
            85,
            0.41,
            "Work gloves|劳保手套; Safety shoes|安全鞋; Helmets|安全帽; Ear protection|耳罩;"
            "First-aid kit|急救箱; Signal vests|反光背心; Eye wash|洗眼器; Fire extinguisher|灭火器",
        ),
        category(
            "Tools|工具",
            210,
            0.33,
            "Cordless drill|充电钻; Socket set|套筒组; Torque wrench|扭力扳手; Drill bits|钻头;"
            "Work lamp|工作灯; Ladder|人字梯; Tool trolley|工具车; Measuring laser|激光测距仪",
        ),
        category(
            "Fasteners|紧固件",
            45,
            0.47,
            "Hex bolts|六角螺栓; Wood screws|木螺钉; Washers|垫圈; Anchors|膨胀螺栓;"
            "Rivets|铆钉; Threaded rod|螺纹杆; Cable ties|扎带; Springs|弹簧",
        ),
        category(
            "Office|办公",
            60,
            0.35,
            "Copy paper|复印纸; Toner|碳粉盒; Whiteboard|白板; Binders|文件夹;"
            "Desk chair|办公椅; Calendar set|台历; Shredder|碎纸机; Headset|耳机",
        ),
        category(
            "Services|服务",
            320,
            0.52,
            "Calibration|校准; On-site training|现场培训; Maintenance visit|维保; Repair hour|维修工时;"
            "Waste pick-up|废料回收; Rental week|设备周租; Year-end stock count|年终盘点; Safety audit|安全审核",
        ),
    ),
    plans=("Service monthly|月度服务", "Service yearly|年度服务"),
    topics=("delivery|交付", "quality|质量", "price|报价", "service|客户经理", "portal|门户"),
    weekend=0.12,
    contract_share=0.6,
    events=dict(
        zip(
            ROLES,
            (
                "portal_visit",
                "search",
                "view_item",
                "request_quote",
                "quote_accepted",
                "order_placed",
                "contact_created",
            ),
            strict=True,
        )
    ),
    order_channels=("portal|门户", "web|网站", "sales rep|销售代表"),
)
