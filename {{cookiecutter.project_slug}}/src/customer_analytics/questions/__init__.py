"""Questions in plain English or Chinese, read by a fixed grammar into the language of tags and audiences.

No model and no network: the grammar is in docs/guide/questions.md, and what lies outside it is refused.
"""
