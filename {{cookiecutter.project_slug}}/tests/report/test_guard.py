from __future__ import annotations

import pytest

from customer_analytics.report.guard import UnsafePage, check


def page(body: str = "", head: str = "") -> str:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}<script>1</script></body></html>"


def test_a_plain_page_passes() -> None:
    check(page('<h2 id="a">A</h2><a href="#a">x</a><a href="north/rfm.html">y</a><a href="https://x.org/">z</a>'))
    check(page('<img src="data:image/png;base64,AAAA" alt=""><svg><use href="#m"/><g id="m"/></svg>'))
    check(page("<p>&lt;script&gt; onclick= javascript:alert(1)</p>"))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("<script>alert(1)</script>", "2 scripts"),
        ('<SCRIPT SRC="x.js"></SCRIPT>', "script with attributes"),
        ('<p onclick="x()">', "event handler onclick"),
        ("<svg/onload=alert(1)>", "event handler onload"),
        ('<a href="javascript:alert(1)">', "link to an address"),
        ('<a href=" java\nscript:alert(1)">', "link to an address"),
        ('<a href="http://x.org/">', "link to an address"),
        ('<a href="//x.org/">', "link to an address"),
        ('<a href="\\\\host\\share">', "link to an address"),
        ('<img src="https://x.org/pixel.png">', "loads something"),
        ('<img src="data:text/html;base64,AAAA">', "loads something"),
        ('<svg><image xlink:href="https://x.org/a.png"/></svg>', "loads something"),
        ('<svg><use href="data:image/svg+xml,<svg onload=1>"/></svg>', "loads something"),
        ('<iframe srcdoc="x">', "<iframe>"),
        ('<form action="https://x.org">', "<form>"),
        ("<object></object>", "<object>"),
        ('<link rel="prefetch" href="https://x.org">', "<link>"),
        ('<base href="https://x.org">', "<base>"),
        ('<meta http-equiv="refresh" content="0;url=https://x.org">', "meta element 'refresh'"),
        ('<div style="background:url(https://x.org/a)">', "style that loads"),
        ("<div style=\"background:URL( '//x.org' )\">", "style that loads"),
        ("<style>@import 'https://x.org/a.css'</style>", "style sheet that loads"),
        ("<style>body{background:url(https://x.org)}</style>", "style sheet that loads"),
        ('<p id="a"></p><p id="a"></p>', "id 'a'"),
        ('<a href="#nowhere">', "leads nowhere"),
    ],
)
def test_what_could_run_load_or_leave_is_refused(body: str, why: str) -> None:
    with pytest.raises(UnsafePage) as caught:
        check(page(body))
    assert why in str(caught.value)


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(UnsafePage) as caught:
        check(page('<p onclick="x"><iframe>'))
    assert "onclick" in str(caught.value) and "iframe" in str(caught.value)
