"""Education: courses, exam preparation and materials, with terms and school calendars."""

from __future__ import annotations

from customer_analytics.tables.sample.packs import ROLES, Pack, category

PACK = Pack(
    industry="education",
    categories=(
        category(
            "Languages|语言",
            120,
            0.62,
            "Spoken English|英语口语; French A1|法语A1; Business writing|商务写作; Japanese N5|日语N5;"
            "IELTS class|雅思班; Phonetics|音标课; Spanish start|西班牙语入门; Reading club|阅读营",
        ),
        category(
            "Mathematics|数学",
            95,
            0.6,
            "Algebra|代数; Geometry|几何; Calculus|微积分; Statistics|统计;"
            "Olympiad camp|竞赛营; Mental arithmetic|速算; Logic|逻辑思维; Exam drill|考前冲刺",
        ),
        category(
            "Coding|编程",
            150,
            0.66,
            "Scratch kids|少儿编程; Python start|Python入门; Web design|网页设计; Robotics|机器人;"
            "Data analysis|数据分析; Game design|游戏设计; App building|应用开发; AI primer|人工智能启蒙",
        ),
        category(
            "Materials|教材",
            22,
            0.42,
            "Workbook|练习册; Flash cards|单词卡; Mock papers|模拟卷; Calculator|计算器;"
            "Lab kit|实验盒; Atlas|地图册; Dictionary|词典; Exercise pad|草稿本",
        ),
        category(
            "Tutoring|一对一",
            210,
            0.35,
            "Single lesson|单次辅导; Five lessons|五次辅导; Essay review|作文批改; Study plan|学习规划;"
            "Interview practice|面试练习; Homework help|作业辅导; Parent talk|家长咨询; Holiday camp|假期营",
        ),
        category(
            "Arts|艺术",
            80,
            0.5,
            "Drawing|素描; Guitar|吉他; Calligraphy|书法; Choir|合唱;"
            "Dance|舞蹈; Ceramics|陶艺; Theatre|戏剧; Year-end recital|年终汇演",
        ),
    ),
    plans=("Monthly pass|月卡", "Yearly pass|年卡"),
    topics=("teacher|老师", "content|课程", "price|价格", "service|班主任", "app|应用"),
    weekend=1.5,
    contract_share=0.7,
    events=dict(
        zip(
            ROLES,
            ("page_view", "search_course", "view_course", "add_to_plan", "start_enrolment", "pay_course", "register"),
            strict=True,
        )
    ),
    order_channels=("app|APP", "web|网站", "campus|校区"),
)
