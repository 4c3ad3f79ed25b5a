"""Local services: food, beauty, repairs and leisure, booked by phone and paid on the spot."""

from __future__ import annotations

from customer_analytics.tables.sample.packs import ROLES, Pack, category

PACK = Pack(
    industry="local_services",
    categories=(
        category(
            "Meals|餐饮",
            24,
            0.36,
            "Lunch set|午市套餐; Hot pot for two|双人火锅; Sushi box|寿司拼盘; Brunch|早午餐;"
            "Family dinner|家庭晚餐; Dessert plate|甜品拼盘; Milk tea|奶茶; Tasting menu|品鉴菜单",
        ),
        category(
            "Beauty|丽人",
            58,
            0.57,
            "Haircut|剪发; Hair colour|染发; Manicure|美甲; Facial|面部护理;"
            "Eyelashes|美睫; Massage hour|按摩; Foot care|足疗; Bridal make-up|新娘妆",
        ),
        category(
            "Home help|家政",
            65,
            0.3,
            "Two-hour cleaning|两小时保洁; Window cleaning|擦窗; Oven cleaning|油烟机清洗; Ironing|熨烫;"
            "Moving van|搬家; Assembly|家具安装; Deep cleaning|深度保洁; Garden care|绿植养护",
        ),
        category(
            "Repairs|维修",
            75,
            0.41,
            "Phone screen|手机换屏; Bicycle check|单车保养; Plumber visit|管道疏通; Lock change|换锁;"
            "Car wash|洗车; Tyre change|换胎; Boiler check|锅炉检修; Laptop check|电脑检修",
        ),
        category(
            "Leisure|休闲",
            30,
            0.46,
            "Cinema ticket|电影票; Climbing hall|攀岩; Karaoke room|KTV包厢; Escape game|密室逃脱;"
            "Swimming|游泳; Spa day|温泉; Pottery hour|陶艺体验; New Year show|跨年演出",
        ),
        category(
            "Pets & kids|亲子宠物",
            40,
            0.44,
            "Dog grooming|宠物美容; Cat sitting|上门喂猫; Play barn|亲子乐园; Kids' haircut|儿童理发;"
            "Vet check|宠物体检; Swimming class|儿童游泳; Birthday party|生日派对; Photo session|亲子摄影",
        ),
    ),
    plans=("Member monthly|月卡会员", "Member yearly|年卡会员"),
    topics=("waiting|等位", "quality|品质", "price|价格", "service|服务", "app|应用"),
    weekend=1.8,
    contract_share=0.3,
    events=dict(
        zip(
            ROLES,
            ("page_view", "search", "view_offer", "add_to_cart", "begin_booking", "pay_booking", "register"),
            strict=True,
        )
    ),
)
