"""Retail: a shop for the home, with an app, a site and stores."""

from __future__ import annotations

from customer_analytics.tables.sample.packs import SHOP_EVENTS, Pack, category

PACK = Pack(
    industry="retail",
    categories=(
        category(
            "Coffee & tea|咖啡茶饮",
            14,
            0.52,
            "Espresso beans|意式咖啡豆; Filter coffee|滤泡咖啡; Green tea|绿茶; Earl grey|伯爵红茶; Cocoa|可可粉;"
            "Oat drink|燕麦饮; Matcha|抹茶粉; Herbal tea|花草茶; Decaf beans|低因咖啡豆; Chai mix|印度奶茶粉",
        ),
        category(
            "Kitchen|厨房用品",
            42,
            0.38,
            "French press|法压壶; Paper filters|滤纸; Chef's knife|主厨刀; Cutting board|砧板; Cast-iron pan|铸铁锅;"
            "Mixing bowls|打蛋盆; Kettle|电热水壶; Baking tray|烤盘; Storage jars|密封罐; Kitchen scale|厨房秤",
        ),
        category(
            "Home textiles|家居纺织",
            36,
            0.55,
            "Bath towel|浴巾; Bed linen|四件套; Wool blanket|羊毛毯; Cushion cover|抱枕套; Curtains|窗帘;"
            "Table runner|桌旗; Bathrobe|浴袍; Duvet|羽绒被; Door mat|门垫; Napkins|餐巾",
        ),
        category(
            "Body care|个护清洁",
            17,
            0.61,
            "Hand soap|洗手液; Shampoo bar|洗发皂; Body lotion|身体乳; Face cream|面霜; Lip balm|润唇膏;"
            "Bath salts|浴盐; Toothbrush set|牙刷套装; Razor|剃须刀; Sun cream|防晒霜; Deodorant|止汗膏",
        ),
        category(
            "Stationery|文具",
            11,
            0.57,
            'Notebook "A5", ruled|A5横线笔记本; Gel pens|中性笔; Desk planner|周计划本; Wrapping paper|包装纸;'
            "Greeting cards|贺卡; Sketchbook|速写本; Paper clips|回形针; Fountain pen|钢笔; Crayons|蜡笔; Ruler|直尺",
        ),
        category(
            "Garden|园艺",
            27,
            0.44,
            "Plant pot|花盆; Potting soil|营养土; Watering can|洒水壶; Seed set|种子套装; Garden gloves|园艺手套;"
            "Pruning shears|修枝剪; Bird feeder|喂鸟器; Lantern|户外灯笼; Hammock|吊床; Fertiliser|肥料",
        ),
        category(
            "Toys & gifts|玩具礼品",
            29,
            0.49,
            "Wooden train|木制小火车; Jigsaw|拼图; Plush bear|毛绒熊; Board game|桌游; Scented candle|香薰蜡烛;"
            "Gift box|礼盒; Kite|风筝; Building blocks|积木; Puppet|手偶; Advent calendar|倒数日历",
        ),
        category(
            "Small electronics|小家电",
            88,
            0.22,
            "Desk lamp|台灯; Milk frother|奶泡器; Bluetooth speaker|蓝牙音箱; Hair dryer|吹风机; Toaster|多士炉;"
            "Air purifier|空气净化器; Phone charger|充电器; Humidifier|加湿器; Blender|搅拌机; Alarm clock|闹钟",
        ),
    ),
    plans=("Plus monthly|月度会员", "Plus yearly|年度会员"),
    topics=("delivery|物流", "quality|质量", "price|价格", "service|客服", "app|应用"),
    weekend=1.25,
    contract_share=0.35,
    events=SHOP_EVENTS,
)
