"""The best SQL by hand that we know for the itemsets and rules of the contest `itemsets`, two ways, to four items.

`SQL_JOINS` joins lines with lines, `SQL_LISTS` unnests a list a basket; both make candidates from frequent subsets and
shrink the lines to what these need. Until the first semicolon `floor` is filled in, after it `many`, too: how many
items are frequent. s1 to s4 are the itemsets; codes go from the rarest item to the most frequent one.
"""

from __future__ import annotations

SQL_ITEMS = """
    CREATE TEMP TABLE s1 AS SELECT item, n, (row_number() OVER (ORDER BY n, item) - 1)::INT AS code
    FROM (SELECT item, count(*) AS n FROM lines GROUP BY item HAVING count(*) >= {floor});"""
SQL_SETS = """
    CREATE TEMP TABLE t3 AS SELECT x.id, y.b AS c FROM s2 x JOIN s2 y ON x.a = y.a AND x.b < y.b
        JOIN s2 z ON z.a = x.b AND z.b = y.b;
    CREATE TEMP TABLE i3 AS SELECT DISTINCT unnest([a, b, c]) AS code FROM t3 JOIN s2 USING (id);
    CREATE TEMP TABLE u2 AS SELECT a, b, id FROM s2 SEMI JOIN t3 USING (id);
    {occurrences}
    CREATE TEMP TABLE s3 AS SELECT a, b, c, n3.n, (row_number() OVER (ORDER BY a, b, c))::INT AS id
        FROM n3 JOIN s2 USING (id);
    CREATE TEMP TABLE t4 AS SELECT x.id, y.c AS d FROM s3 x JOIN s3 y ON x.a = y.a AND x.b = y.b AND x.c < y.c
        JOIN s3 z ON z.a = x.a AND z.b = x.c AND z.c = y.c JOIN s3 w ON w.a = x.b AND w.b = x.c AND w.c = y.c;
    CREATE TEMP TABLE i4 AS SELECT DISTINCT unnest([a, b, c, d]) AS code FROM t4 JOIN s3 USING (id);
    CREATE TEMP TABLE u3 AS SELECT a, b, c, id FROM s3 SEMI JOIN t4 USING (id);
    {longer}
    CREATE TEMP TABLE s4 AS SELECT a, b, c, d, n4.n FROM n4 JOIN s3 USING (id);"""
SQL_JOINS = (
    SQL_ITEMS
    + """
    CREATE TEMP TABLE f AS SELECT basket, code FROM lines JOIN s1 USING (item);
    CREATE TEMP TABLE s2 AS SELECT a, b, n, (row_number() OVER (ORDER BY a, b))::INT AS id FROM (
        SELECT x.code AS a, y.code AS b, count(*) AS n FROM f x JOIN f y ON x.basket = y.basket AND x.code < y.code
        GROUP BY 1, 2 HAVING count(*) >= {floor});"""
    + SQL_SETS.format(
        occurrences="""
    CREATE TEMP TABLE g AS WITH x AS (SELECT basket, code FROM f SEMI JOIN i3 USING (code))
        FROM x SEMI JOIN (SELECT basket FROM x GROUP BY 1 HAVING count(*) > 2) USING (basket);
    CREATE TEMP TABLE o2 AS SELECT x.basket, y.code AS last, id FROM g x JOIN g y
        ON x.basket = y.basket AND x.code < y.code JOIN u2 ON a = x.code AND b = y.code;
    CREATE TEMP TABLE n3 AS SELECT t3.id, c, count(*) AS n FROM o2 JOIN g ON o2.basket = g.basket AND g.code > last
        JOIN t3 ON t3.id = o2.id AND c = g.code GROUP BY ALL HAVING count(*) >= {floor};""",
        longer="""
    CREATE TEMP TABLE h AS WITH x AS (SELECT basket, code FROM g SEMI JOIN i4 USING (code))
        FROM x SEMI JOIN (SELECT basket FROM x GROUP BY 1 HAVING count(*) > 3) USING (basket);
    CREATE TEMP TABLE o3 AS SELECT o2.basket, h.code AS last, u3.id FROM o2 JOIN h
        ON o2.basket = h.basket AND h.code > last JOIN u2 ON u2.id = o2.id
        JOIN u3 ON u3.a = u2.a AND u3.b = u2.b AND u3.c = h.code;
    CREATE TEMP TABLE n4 AS SELECT t4.id, d, count(*) AS n FROM o3 JOIN h ON o3.basket = h.basket AND h.code > last
        JOIN t4 ON t4.id = o3.id AND d = h.code GROUP BY ALL HAVING count(*) >= {floor};""",
    )
)
SQL_LISTS = (
    SQL_ITEMS
    + """
    CREATE TEMP TABLE f AS SELECT basket, list(code) AS l FROM lines JOIN s1 USING (item)
        GROUP BY 1 HAVING count(*) > 1;
    CREATE TEMP TABLE s2 AS SELECT k // {many} AS a, k % {many} AS b, n, (row_number() OVER (ORDER BY k))::INT AS id
        FROM (SELECT a * {many} + b AS k, count(*) AS n
        FROM (SELECT a, unnest(l) AS b FROM (SELECT unnest(l) AS a, l FROM f)) WHERE a < b
        GROUP BY 1 HAVING count(*) >= {floor});"""
    + SQL_SETS.format(
        occurrences="""
    CREATE TEMP TABLE g AS SELECT basket, list(code) AS l FROM (SELECT basket, unnest(l) AS code FROM f)
        SEMI JOIN i3 USING (code) GROUP BY 1 HAVING count(*) > 2;
    CREATE TEMP TABLE o2 AS SELECT basket, b AS last, id
        FROM (SELECT basket, a, unnest(l) AS b FROM (SELECT basket, unnest(l) AS a, l FROM g)) JOIN u2 USING (a, b);
    CREATE TEMP TABLE n3 AS SELECT id, c, count(*) AS n FROM (SELECT id, unnest(l) AS c FROM o2 JOIN g USING (basket))
        JOIN t3 USING (id, c) GROUP BY ALL HAVING count(*) >= {floor};""",
        longer="""
    CREATE TEMP TABLE h AS SELECT basket, list(code) AS l FROM (SELECT basket, unnest(l) AS code FROM g)
        SEMI JOIN i4 USING (code) GROUP BY 1 HAVING count(*) > 3;
    CREATE TEMP TABLE o3 AS SELECT basket, w.id
        FROM (SELECT basket, id, unnest(l) AS c FROM o2 JOIN h USING (basket)) o
        JOIN (SELECT u2.id AS two, u3.c, u3.id FROM u3 JOIN u2 USING (a, b)) w ON w.two = o.id AND w.c = o.c;
    CREATE TEMP TABLE n4 AS SELECT id, d, count(*) AS n FROM (SELECT id, unnest(l) AS d FROM o3 JOIN h USING (basket))
        JOIN t4 USING (id, d) GROUP BY ALL HAVING count(*) >= {floor};""",
    )
)
SQL_RULES = """
    CREATE TEMP TABLE codes AS SELECT code, item FROM s1;
    CREATE TEMP TABLE sets AS
        SELECT [code] AS s, n FROM s1 UNION ALL SELECT [a, b], n FROM s2 UNION ALL SELECT [a, b, c], n FROM s3
        UNION ALL SELECT [a, b, c, d], n FROM s4;
    CREATE TEMP TABLE rules AS SELECT x.s, c, x.n AS n, x.n / w.n AS confidence, confidence / (y.n / {baskets}) AS lift
        FROM (SELECT s, n, unnest(s) AS c FROM sets WHERE len(s) > 1) x
        JOIN sets w ON w.s = list_filter(x.s, i -> i <> c) JOIN s1 y ON y.code = c WHERE x.n * 10 >= w.n;"""
