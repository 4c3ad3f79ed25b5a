"""Texts that would run, load or lead elsewhere if a page took them for markup: each known way to smuggle a script in.

Each calls ran(<its number>) in its own words, so that a page can be asked what has run.
"""

from __future__ import annotations

RUN = "window.ran=(window.ran||[]).concat({n})"
WAYS = (
    "<script>{run}</script>",
    "</script><script>{run}</script>",
    "<img src=x onerror=\"{run}\">",
    "<svg onload=\"{run}\"></svg>",
    "<svg><script>{run}</script></svg>",
    "<svg><animate onbegin=\"{run}\" attributeName=x dur=1s></svg>",
    "<math><mtext><style><img src=x onerror=\"{run}\"></style></mtext></math>",
    "\"><img src=x onerror=\"{run}\">",
    "' onmouseover='{run}' x='",
    "\" autofocus tabindex=1 onfocus=\"{run}\" x=\"",
    "<details open ontoggle=\"{run}\">x</details>",
    "<iframe srcdoc=\"<script>parent.{run}</script>\"></iframe>",
    "<iframe src=\"javascript:parent.{run}\"></iframe>",
    "<object data=\"javascript:{run}\"></object>",
    "<embed src=\"javascript:{run}\">",
    "<a href=\"javascript:{run}\">x</a>",
    "[x](javascript:{run})",
    "![x](x\" onerror=\"{run})",
    "<form action=\"javascript:{run}\"><button>x</button></form>",
    "<meta http-equiv=refresh content=\"0;url=https://example.com/{n}\">",
    "<base href=\"https://example.com/{n}/\">",
    "<link rel=stylesheet href=\"https://example.com/{n}.css\">",
    "</style><style>@import 'https://example.com/{n}.css'; body{{display:none}}</style>",
    "<div style=\"background:url(https://example.com/{n}.png)\">x</div>",
    "</title><script>{run}</script>",
    "--><script>{run}</script><!--",
    "]]><script>{run}</script>",
    "</textarea></noscript></template><script>{run}</script>",
    "&lt;script&gt;{run}&lt;/script&gt;",
    "<scr\0ipt>{run}</scr\0ipt>",
    "<ScRiPt/x>{run}</sCrIpT/x>",
    "<img/src='x'/onerror='{run}'//",
    "{{{{ 7 * 7 }}}} {{% raw %}} {{n}} %s",
    "\u2028<script>{run}</script>\u2029",
    "\u202e<script>{run}</script>",
    "<video><source onerror=\"{run}\"></video>",
    "<input type=image src=x onerror=\"{run}\">",
    "<template shadowrootmode=open><script>{run}</script></template>",
    "<portal src=\"https://example.com/{n}\"></portal>",
    "data:text/html,<script>{run}</script>",
)  # fmt: skip
TEXTS = tuple(way.format(run=RUN.format(n=number), n=number) for number, way in enumerate(WAYS))
