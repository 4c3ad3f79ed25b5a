"""A small project and a notebook that uses every part, with hostile names where a client's data would stand.

The tests here and the browser tests of the template make their page under test from it.
"""

# ruff: noqa: E501  the cells are written as a notebook has them

from __future__ import annotations

import datetime as dt
import functools
import json
import os
from pathlib import Path

import nbformat
import pandas as pd
from nbclient import NotebookClient

import customer_analytics

HOSTILE = (
    "<script>alert(1)</script>",
    'A "B" & C </title>',
    "=1+1",
    "{{7*7}}",
    "[x](javascript:alert(1))",
    "**bold**",
    "</style><style>body{display:none}</style>",
    "\u202egnp.exe",
    "<img src=x onerror=alert(1)>",
    "$x^2$ {braces} %s",
    "正在流失的老客户",
)

CELLS = {
    "setup": """
import datetime as dt
import pandas as pd
from customer_analytics.narrative.finding import Finding, Grade, Kpi, Summary
from customer_analytics.report import charts, open_report, parts

report = open_report("rfm", as_of=as_of, language=language, subset=subset, output=output, bins=bins)
say, words = report.say, report.language
HOSTILE = {hostile}
""",
    "text": """
parts.section(say("Who brings the revenue"), id="value", deck=say("{n} names that a client's data could hold.", n=len(HOSTILE)))
parts.paragraph(say("**{share} of revenue** comes from {name}.", share=words.percent(0.38), name=HOSTILE[0]),
                say("A second paragraph with {name}.", name=HOSTILE[1]))
parts.bullets([say("Customer group {name}", name=name) for name in HOSTILE])
parts.subheading(say("Definitions"))
parts.definitions([(name, say("Meaning of {name}", name=name)) for name in HOSTILE[:4]])
""",
    "figures": """
items = [charts.Bar(name, 40 - 3 * i, words.percent((40 - 3 * i) / 100), role="s1" if i == 0 else "alert" if i == 1 else "faint",
                    low=38 - 3 * i, high=42 - 3 * i) for i, name in enumerate(HOSTILE[:8])]
parts.figure(charts.bars(items), title=say("The first group brings {share} of revenue", share=words.percent(0.4)),
             subtitle=say("Share of revenue by group. Lines: interval"),
             alt=say("Bars of groups. The first, {name}, brings {share}.", name=HOSTILE[0], share=words.percent(0.4)),
             source=say("Source: orders; {n} customers.", n=words.number(4338)),
             tips={f"bar-{i}": f"{item.name}: {item.shown}" for i, item in enumerate(items)})
days = [dt.date(2011, 1, 1) + dt.timedelta(days=7 * i) for i in range(48)]
orders = charts.Line(say("Orders"), days, [100 + 3 * i - (40 if i == 20 else 0) for i in range(48)],
                     low=[90 + 3 * i for i in range(48)], high=[110 + 3 * i for i in range(48)])
returns = charts.Line(say("Returns"), days, [None if 10 < i < 14 else 30 + i for i in range(48)], role="alert")
axis = charts.Axis(shown=words.number, marks=[charts.Mark(days[20], 120, say("A broken week"))])
parts.figure(charts.lines([orders, returns], axis, words), title=say("Orders grew in {n} weeks", n=words.number(48)),
             alt=say("Line of weekly orders with a gap."), source=say("Source: orders."), id="growth")
""",
    "tables": """
parts.section(say("Segment plan"), id="plan", deck=say("One action for each segment."))
columns = [parts.Column(say("Segment"), "swatch"), parts.Column("=1+1", "number"), parts.Column(say("Revenue"), "number"),
           parts.Column(say("What to do"), "text")]
rows = [[parts.Cell(name, swatch=role), 900 - 70 * i, parts.Cell(words.money(1e6 / (i + 1)), 1e6 / (i + 1)), say("Write to {name}", name=name)]
        for i, (name, role) in enumerate(zip(HOSTILE, ["s1", "s2", "s3", "alert", "warm", "mute", "faint"] * 2))]
parts.table(columns, rows, caption=say("Segments, value and action"), foot=[say("Total"), 5000, parts.Cell(words.money(3.02e6), 3.02e6), ""],
            how=[(say("Unit"), say("customer")), (say("Time zone"), "Europe/London")])
long = [[say("Item {n}", n=words.number(i)), i * 37 % 101, None if i == 3 else i / 7] for i in range(173)]
parts.table([parts.Column(say("Item"), "name"), parts.Column(say("Orders"), "number"), parts.Column(say("Rate"), "number")],
            long, caption=say("A long table"), file="items.csv")
parts.callout(say("How to read this"), say("The order holds in later data."))
parts.callout(say("What to do"), say("Write to them first."), kind="act")
parts.how_computed([(say("Window"), words.period(*report.period))])
""",
    "publish": """
def one(i, head, grade, section, **numbers):
    return Finding(id=f"finding_{i}", grade=Grade(grade), head=head, section=section,
                   statement=say("**{n} customers** of {name} bring {share} of revenue.", n=words.number(1682), name=HOSTILE[i], share=words.percent(0.38)),
                   meaning=say("They have spent more than the others so far."), action=say("Write to them first."), **numbers)
findings = (one(0, say("A small core carries the business"), "C", "value", value=0.38, low=0.36, high=0.4, n=4338, unit="share"),
            one(1, say("Good customers are going quiet"), "B", "plan", n=1682),
            one(2, say("Half of the base never came back"), "D", "plan"))
parts.finding(findings[0])
kpis = (Kpi(say("Revenue from champions"), words.percent(0.38), say("{share} of customers", share=words.percent(0.09))),
        Kpi(say("Bought once only"), words.percent(0.51), say("half of the base")),
        Kpi(say("Spent by slipping regulars"), words.money(484_000), say("by {n} customers", n=words.number(1682))),
        Kpi(say("Median order value"), words.money(27), say("half of all orders are near it")))
report.publish(Summary(title=say("{share} of customers bring {most} of revenue. The next gain is {name}", share=words.percent(0.09), most=words.percent(0.38), name=HOSTILE[1]),
                       standfirst=say("They have spent {money} so far. Win them back first.", money=words.money(484_000)),
                       kpis=kpis, findings=findings, recommendation=say("Start with the slipping regulars of {name}. Hold out **{share}** at random.", name=HOSTILE[0], share=words.percent(0.2))),
               metrics={"customers": 4338, "gini": float("nan")},
               tables={"segments": pd.DataFrame({"segment": HOSTILE, "=1+1": range(len(HOSTILE)), "change": [-1.5] * len(HOSTILE)})},
               customer_tables={"rfm_scores": pd.DataFrame({"customer_id": ["00017850", "17850"], "frequency": [3, 4]})})
""",
}

CHINESE = {
    "Who brings the revenue": "收入来自谁",
    "{n} names that a client's data could hold.": "客户数据里可能出现的 {n} 个名称。",
    "**{share} of revenue** comes from {name}.": "**{share} 的收入**来自 {name}。",
    "A second paragraph with {name}.": "第二段文字，提到 {name}。",
    "Customer group {name}": "客户群 {name}",
    "Definitions": "指标定义",
    "Meaning of {name}": "{name} 的含义",
    "The first group brings {share} of revenue": "第一个客户群贡献 {share} 的收入",
    "Share of revenue by group. Lines: interval": "各客户群收入占比；横线为置信区间",
    "Bars of groups. The first, {name}, brings {share}.": "条形图：第一个客户群 {name} 贡献 {share}。",
    "Source: orders; {n} customers.": "来源：订单数据；{n} 名客户。",
    "Orders grew in {n} weeks": "订单量在 {n} 周内持续增长",
    "Line of weekly orders with a gap.": "每周订单量折线图，其中一周缺口。",
    "Source: orders.": "来源：订单数据。",
    "A broken week": "数据中断的一周",
    "Segment plan": "分群行动方案",
    "One action for each segment.": "每个客户群对应一项行动。",
    "Segments, value and action": "客户群、价值与行动",
    "Write to {name}": "联系 {name}",
    "Write to them first.": "先联系这批客户。",
    "A long table": "长表格",
    "Item {n}": "商品 {n}",
    "How to read this": "如何解读",
    "The order holds in later data.": "在之后的数据里，这一排序依然成立。",
    "**{n} customers** of {name} bring {share} of revenue.": "{name} 的 **{n} 名客户**贡献了 {share} 的收入。",
    "They have spent more than the others so far.": "他们迄今的消费高于其他客户。",
    "A small core carries the business": "少数核心客户撑起生意",
    "Good customers are going quiet": "优质客户正在沉默",
    "Half of the base never came back": "半数客户再未回购",
    "Revenue from champions": "核心客户收入占比",
    "{share} of customers": "占客户数的 {share}",
    "Bought once only": "仅购买一次",
    "half of the base": "约为客户总数的一半",
    "Spent by slipping regulars": "流失中老客户的累计消费",
    "by {n} customers": "来自 {n} 名客户",
    "Median order value": "客单价中位数",
    "half of all orders are near it": "半数订单在其上下",
    "{share} of customers bring {most} of revenue. The next gain is {name}": "{share} 的客户贡献了 {most} 的收入，下一步增长在 {name}",
    "They have spent {money} so far. Win them back first.": "他们累计消费 {money}，应优先挽回。",
    "Start with the slipping regulars of {name}. Hold out **{share}** at random.": "先从 {name} 的流失中老客户入手，随机留出 **{share}** 作为对照。",
    "Orders": "订单数",
    "Returns": "退货数",
    "Segment": "客户群",
    "Revenue": "收入",
    "What to do": "建议做法",
    "Total": "合计",
    "Item": "商品",
    "Rate": "比率",
    "Unit": "单位",
    "customer": "客户",
    "Time zone": "时区",
    "Window": "时间窗口",
    "Read the *intervals*, not the points.": "请看*区间*，不要只看点估计。",
}


def make_project(folder: Path, *, language: str = "en", client: str = 'A "B" & C </title>', **settings: object) -> Path:
    """A client project with one small table of orders, as `analytics load` would leave it."""
    plain = {
        "template_version": "0.1.0",
        "client": client,
        "consultancy": "Meridian <Analytics>",
        "language": language,
        "currency": "USD" if language == "en" else "CNY",
        "time_zone": "Europe/London",
        **settings,
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "engagement.yml").write_text(json.dumps(plain, ensure_ascii=False, indent=1), encoding="utf-8")
    tables = folder / "data" / "tables"
    tables.mkdir(parents=True, exist_ok=True)
    days = pd.date_range(dt.datetime(2010, 12, 1, 8), dt.datetime(2011, 12, 9, 12), periods=60)
    orders = pd.DataFrame(
        {
            "order_id": [str(i) for i in range(60)],
            "customer_id": [str(i % 20) for i in range(60)],
            "ordered_at": days.astype("datetime64[us]"),
            "amount": [10.0 + i for i in range(60)],
        }
    )
    orders.to_parquet(tables / "orders.parquet", index=False)
    return folder


def notebook(**parameters: object) -> nbformat.NotebookNode:
    """The notebook, not yet executed; parameters override None."""
    in_language = functools.partial(_in_chinese, language=str(parameters.get("language")))
    values = {"as_of": None, "language": None, "subset": None, "output": None, "bins": None, **parameters}
    cells = [
        nbformat.v4.new_markdown_cell("# Not for the client", id="title"),
        nbformat.v4.new_code_cell("\n".join(f"{k} = {v!r}" for k, v in values.items()), id="parameters"),
        nbformat.v4.new_code_cell(CELLS["setup"].replace("{hostile}", repr(HOSTILE)), id="setup"),
        nbformat.v4.new_code_cell(in_language(CELLS["text"]), id="text"),
        nbformat.v4.new_markdown_cell(in_language("Read the *intervals*, not the points.") + " <b>x</b>", id="prose"),
        *(nbformat.v4.new_code_cell(in_language(CELLS[name]), id=name) for name in ("figures", "tables", "publish")),
    ]
    cells[1].metadata["tags"] = ["parameters"]
    cells[4].metadata["tags"] = ["client"]
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python"}})


def _in_chinese(source: str, language: str) -> str:
    """The cell with its messages in Chinese, so that the Chinese page looks as a real one."""
    if language == "zh_CN":
        for english, chinese in CHINESE.items():
            source = source.replace(f'"{english}"', f'"{chinese}"') if source != english else chinese
    return source


def executed(project: Path, **parameters: object) -> nbformat.NotebookNode:
    """The notebook after running it in a kernel of its own."""
    made = notebook(**parameters)
    package = str(Path(customer_analytics.__file__).parents[1])  # the kernel works in another folder
    client = NotebookClient(made, timeout=300, resources={"metadata": {"path": str(project)}})
    client.execute(env={**os.environ, "PYTHONPATH": package})
    return made
