SELECT (s in ('a','b')) AS q, i FROM t
SELECT (v in ('a','b')) AS q, i FROM t
SELECT (x in ('a','b')) AS q, i FROM t
SELECT (c in ('a','b')) AS q, i FROM t
SELECT (n in ('a','b')) AS q, i FROM t
SELECT (m in ('a','b')) AS q, i FROM t
SELECT (i in (1,2)) AS q, i FROM t
SELECT (b in (1,2)) AS q, i FROM t
SELECT (sm in (1,2)) AS q, i FROM t
SELECT (d in (1,2.5)) AS q, i FROM t
SELECT (f in (1,2)) AS q, i FROM t
SELECT (r in (1,2)) AS q, i FROM t
SELECT (dt in ('2020-01-01','2021-01-01')) AS q, i FROM t
SELECT (tz in ('2020-01-01','2021-01-01')) AS q, i FROM t
SELECT (dva in ('a','b')) AS q, i FROM t
SELECT (dta in ('a','b')) AS q, i FROM t
SELECT (s = any(array['a','b'])) AS q, i FROM t
SELECT (s = any('{a,b}')) AS q, i FROM t
SELECT (s = any(array['a','b']::varchar[])) AS q, i FROM t
SELECT (v::text = any(array['a','b']::varchar[])) AS q, i FROM t
SELECT (s = any(array['a','b']::text[])) AS q, i FROM t
SELECT (s <> all(array['a','b'])) AS q, i FROM t
SELECT (s not in ('a','b')) AS q, i FROM t
SELECT (s in ('a', x)) AS q, i FROM t
SELECT (s in (x, v)) AS q, i FROM t
SELECT (i in (1, b)) AS q, i FROM t
SELECT (i > -(1)) AS q, i FROM t
SELECT (i > -1) AS q, i FROM t
SELECT (i > - 1) AS q, i FROM t
SELECT (d > -1.5) AS q, i FROM t
SELECT (-i > 0) AS q, i FROM t
SELECT (- (-i) > 0) AS q, i FROM t
SELECT (-(-1) < i) AS q, i FROM t
SELECT (i = +1) AS q, i FROM t
SELECT (s like 'a%') AS q, i FROM t
SELECT (s ilike 'a%') AS q, i FROM t
SELECT (s similar to 'a%') AS q, i FROM t
SELECT (s ~ 'a\b') AS q, i FROM t
SELECT (s not like 'x') AS q, i FROM t
SELECT (x between 'a' and 'b') AS q, i FROM t
SELECT (i between 1 and 10) AS q, i FROM t
SELECT (i not between 1 and 10) AS q, i FROM t
SELECT (i between symmetric 10 and 1) AS q, i FROM t
SELECT (i is distinct from 3) AS q, i FROM t
SELECT (s is not distinct from 'a') AS q, i FROM t
SELECT ((i,b) = (1,2)) AS q, i FROM t
SELECT ((i,b) in ((1,2),(3,4))) AS q, i FROM t
SELECT ((i,b) < (1,2)) AS q, i FROM t
SELECT (row(i,s) is null) AS q, i FROM t
SELECT (co is not null) AS q, i FROM t
SELECT ((co).x > 1) AS q, i FROM t
SELECT ((co).y in ('a','b')) AS q, i FROM t
SELECT (case i when 1 then 'a' else s end = 'a') AS q, i FROM t
SELECT (case when s in ('a','b') then 1 end = 1) AS q, i FROM t
SELECT (coalesce(s,'x') = 'y') AS q, i FROM t
SELECT (nullif(s,'') is null) AS q, i FROM t
SELECT (greatest(i,b,1) > 0) AS q, i FROM t
SELECT (least(s,'a') = 'a') AS q, i FROM t
SELECT (s || 'x' = 'ax') AS q, i FROM t
SELECT (s||i = 'a') AS q, i FROM t
SELECT (length(s) > 0) AS q, i FROM t
SELECT (lower(s) in ('a','b')) AS q, i FROM t
SELECT (s::varchar(3) in ('a','b')) AS q, i FROM t
SELECT (substring(s from 1 for 2) in ('a','b')) AS q, i FROM t
SELECT (substring(s, 1, 2) = 'a') AS q, i FROM t
SELECT (position('a' in s) > 0) AS q, i FROM t
SELECT (overlay(s placing 'x' from 1) = 'x') AS q, i FROM t
SELECT (trim(s) = 'a') AS q, i FROM t
SELECT (trim(both 'x' from s) <> '') AS q, i FROM t
SELECT (extract(year from dt) > 2000) AS q, i FROM t
SELECT (date_part('year', ts) > 2000) AS q, i FROM t
SELECT (tz at time zone 'UTC' > ts) AS q, i FROM t
SELECT (ts at time zone 'UTC' > tz) AS q, i FROM t
SELECT (tz at local is not null) AS q, i FROM t
SELECT (current_date > dt) AS q, i FROM t
SELECT (now() > tz) AS q, i FROM t
SELECT (current_timestamp > tz) AS q, i FROM t
SELECT (localtimestamp > ts) AS q, i FROM t
SELECT (current_user = s) AS q, i FROM t
SELECT (session_user <> n) AS q, i FROM t
SELECT (iv > '1 day') AS q, i FROM t
SELECT (iv > interval '1' hour) AS q, i FROM t
SELECT (iv > '1 day 02:03:04'::interval) AS q, i FROM t
SELECT (ts > 'now') AS q, i FROM t
SELECT (tm > '10:00') AS q, i FROM t
SELECT (tt > '10:00+02') AS q, i FROM t
SELECT (j->>'a' = 'b') AS q, i FROM t
SELECT (jb @> '{"a":1}') AS q, i FROM t
SELECT (jb->'a' = '1') AS q, i FROM t
SELECT (jb ? 'a') AS q, i FROM t
SELECT (jb['a'] = '1') AS q, i FROM t
SELECT (ia[1] = 2) AS q, i FROM t
SELECT (ia[1:2] = '{1}') AS q, i FROM t
SELECT (va[1] in ('a','b')) AS q, i FROM t
SELECT (ia @> array[1,2]) AS q, i FROM t
SELECT (va @> array['a','b']::varchar[]) AS q, i FROM t
SELECT (ta && array['a','b']) AS q, i FROM t
SELECT (ta = array['a','b']) AS q, i FROM t
SELECT (ca @> array['a','b']::char(3)[]) AS q, i FROM t
SELECT (va = array[s, v]) AS q, i FROM t
SELECT (va = array['a', s]) AS q, i FROM t
SELECT (array[s,v]::text[] = ta) AS q, i FROM t
SELECT (array[array[s,v],array[v,s]]::text[] = ta) AS q, i FROM t
SELECT (array[i,2]::bigint[] = '{1}') AS q, i FROM t
SELECT (array[i,2]::text[] = ta) AS q, i FROM t
SELECT ((array[s,v])[1] = 'a') AS q, i FROM t
SELECT (array[s,v]::varchar(2)[] = va) AS q, i FROM t
SELECT (array[]::text[] = ta) AS q, i FROM t
SELECT (ma = array['a','b']::mood[]) AS q, i FROM t
SELECT (ma @> '{a}') AS q, i FROM t
SELECT (m = any(ma)) AS q, i FROM t
SELECT (s = any(va)) AS q, i FROM t
SELECT (x = any(va)) AS q, i FROM t
SELECT (s = any(ta)) AS q, i FROM t
SELECT (u = '00000000-0000-0000-0000-000000000000') AS q, i FROM t
SELECT (by = '\x00') AS q, i FROM t
SELECT (by = 'a\\b'::bytea) AS q, i FROM t
SELECT (ip << '10.0.0.0/8') AS q, i FROM t
SELECT (mo > 5::money) AS q, i FROM t
SELECT (mo > '5') AS q, i FROM t
SELECT (bi = B'101') AS q, i FROM t
SELECT (bi = '101') AS q, i FROM t
SELECT (vb = X'1F') AS q, i FROM t
SELECT (rg @> 5) AS q, i FROM t
SELECT (rg && '[1,5)') AS q, i FROM t
SELECT (o = 't'::regclass) AS q, i FROM t
SELECT (o::regclass = 't'::regclass) AS q, i FROM t
SELECT ('t'::regclass = o) AS q, i FROM t
SELECT (bo) AS q, i FROM t
SELECT (not bo) AS q, i FROM t
SELECT (bo is true) AS q, i FROM t
SELECT (bo is not unknown) AS q, i FROM t
SELECT (bo = true) AS q, i FROM t
SELECT (bo and not bo or bo) AS q, i FROM t
SELECT ((bo and bo) and bo) AS q, i FROM t
SELECT (bo and (bo and bo)) AS q, i FROM t
SELECT (bo or (bo or bo)) AS q, i FROM t
SELECT (not (bo and bo)) AS q, i FROM t
SELECT (i = 1 and i = 2 and i = 3) AS q, i FROM t
SELECT (i+1*2 = 3) AS q, i FROM t
SELECT ((i+1)*2 = 3) AS q, i FROM t
SELECT (i+(1+2) = 3) AS q, i FROM t
SELECT (i-(1-2) = 0) AS q, i FROM t
SELECT (i::text = '1') AS q, i FROM t
SELECT (cast(i as varchar(3)) = '1') AS q, i FROM t
SELECT (i::numeric(3,1) = 1) AS q, i FROM t
SELECT (d::int = 1) AS q, i FROM t
SELECT ('5'::int = i) AS q, i FROM t
SELECT (int '5' = i) AS q, i FROM t
SELECT (5::int8 = i) AS q, i FROM t
SELECT (5.0 = i) AS q, i FROM t
SELECT (1e5 = f) AS q, i FROM t
SELECT (1e400::numeric = d) AS q, i FROM t
SELECT ('NaN'::float8 = f) AS q, i FROM t
SELECT ('infinity'::float8 = f) AS q, i FROM t
SELECT (f = 0.1) AS q, i FROM t
SELECT (f = 1/3.0) AS q, i FROM t
SELECT (r = 0.1::real) AS q, i FROM t
SELECT (99999999999 = b) AS q, i FROM t
SELECT (99999999999999999999 = d) AS q, i FROM t
SELECT (-9223372036854775808 = b) AS q, i FROM t
SELECT (-2147483648 = i) AS q, i FROM t
SELECT ((-2147483648)::int = i) AS q, i FROM t
SELECT (s collate "C" = 'a') AS q, i FROM t
SELECT (s = 'a' collate "C") AS q, i FROM t
SELECT (s collate "C" in ('a','b')) AS q, i FROM t
SELECT (exists(select 1)) AS q, i FROM t
SELECT (s in (select 'a')) AS q, i FROM t
SELECT (i = (select 1)) AS q, i FROM t
SELECT (i = any(select 1)) AS q, i FROM t
SELECT (array(select 1) = ia) AS q, i FROM t
SELECT (i > all(select 2)) AS q, i FROM t
SELECT (xmlserialize(content xm as text) = 'a') AS q, i FROM t
SELECT (xm is document) AS q, i FROM t
SELECT (j is json) AS q, i FROM t
SELECT (x is json object) AS q, i FROM t
SELECT (jsonb_path_exists(jb,'$.a')) AS q, i FROM t
SELECT (json_value(jb,'$.a') = 'x') AS q, i FROM t
SELECT (json_query(jb,'$.a') is null) AS q, i FROM t
SELECT (json_exists(jb,'$.a')) AS q, i FROM t
SELECT (json_object('a': i) is not null) AS q, i FROM t
SELECT (json_array(i, s) is not null) AS q, i FROM t
SELECT (s is normalized) AS q, i FROM t
SELECT (normalize(x) = x) AS q, i FROM t
SELECT ((s).length > 1) AS q, i FROM t
SELECT (generate_series(1,2) = 1) AS q, i FROM t
SELECT (concat(s, 'a', i) = 'b') AS q, i FROM t
SELECT (concat_ws(',', variadic array[s, v]) = 'a') AS q, i FROM t
SELECT (concat_ws(',', variadic array['a','b']) = 'a') AS q, i FROM t
SELECT (format('%s', s) = 'a') AS q, i FROM t
SELECT (make_interval(days => 5) = iv) AS q, i FROM t
SELECT (make_date(2020,1,1) = dt) AS q, i FROM t
SELECT (x = U&'\0061') AS q, i FROM t
SELECT (x = E'a\nb') AS q, i FROM t
SELECT (x = $$a'b$$) AS q, i FROM t
SELECT (null is null) AS q, i FROM t
SELECT (s = null) AS q, i FROM t
SELECT (x = chr(5)) AS q, i FROM t
SELECT ((dt, dt) overlaps (dt, dt)) AS q, i FROM t
SELECT (i::bool) AS q, i FROM t
SELECT (bo::int = 1) AS q, i FROM t
SELECT ('a'::"char" = 'a') AS q, i FROM t
SELECT (c::varchar in ('a','b')) AS q, i FROM t
SELECT (c::text in ('a','b')) AS q, i FROM t
SELECT (n::varchar in ('a','b')) AS q, i FROM t
SELECT (m::text in ('a','b')) AS q, i FROM t
SELECT (m::varchar in ('a','b')) AS q, i FROM t
SELECT (s = any((array['a','b'])::text[])) AS q, i FROM t
SELECT (s = any(array['a'::text, 'b'::varchar])) AS q, i FROM t
SELECT (s = any(array['a'::varchar, x])) AS q, i FROM t
SELECT (d = any(array[1,2])) AS q, i FROM t
SELECT (d = any(array[1,2]::int[])) AS q, i FROM t
SELECT (f = any(array[1,2]::int[])) AS q, i FROM t
SELECT (b = any(array[1,2]::smallint[])) AS q, i FROM t
SELECT (tz = any(array['2020-01-01'::timestamp])) AS q, i FROM t
SELECT ((s,v) in (('a','b'),('c','d'))) AS q, i FROM t
SELECT ((s,i) in (('a',1))) AS q, i FROM t
SELECT (string_to_array(s, ',') = ta) AS q, i FROM t
SELECT (string_to_array(s, ',')::varchar[] = va) AS q, i FROM t
SELECT (array_append(va, 'x') = va) AS q, i FROM t
SELECT (array_cat(va, array['x','y']) = va) AS q, i FROM t
SELECT (va || array['x','y'] = va) AS q, i FROM t
SELECT (va || 'x'::varchar = va) AS q, i FROM t
SELECT (ta || s = ta) AS q, i FROM t
SELECT (s = any(ta || array['q','r'])) AS q, i FROM t
SELECT (s = any(va || array['q','r'])) AS q, i FROM t
SELECT (unnest(array['a','b']) = 'a') AS q, i FROM t
select exists(select 'x' from t)
select exists(select null from t) as e
select i, exists(select from t) as e from t
select i, (select -1) as k, (select 'a') as z, (select 1) as o, (select true) as tr, (select 1.5) as n from t
select * from (select 'a' as k union all select 'b') q
select * from (select 'a' union all select 'b') q
select 'a' union all select 'b'
select 'a' as k, 1 as z union all select s, b from t
select * from (select 1 as k, 'a' as l union all select b, s from t union select 3, null) q
select * from (select null as k, 1 as l union all select s, b+1 from t) q
select * from (values (1,'a'),(2,'b')) v(a,b)
select * from (values ('a'),(null)) v
with recursive r(n) as (select 1 union all select n+1 from r where n < 5) select n from r
with w as materialized (select s from t where s in ('a','b')) select w.s from w
select t1.i, t2.i as i2 from t t1 join t t2 using (s)
select * from (select i,s from t) t1 natural join (select i,v from t) t2
select i from t t1 left join lateral (select t1.i as q) l on true
select i, row_number() over (partition by s order by i) from t
select i, sum(b) filter (where s in ('a','b')) over w from t window w as (partition by s rows between 1 preceding and current row)
select s, count(*) from t group by s having count(*) > 1
select s, v, count(*) from t group by grouping sets ((s),(v),())
select s, v, count(*) from t group by rollup(s,v), cube(i,b)
select distinct on (s) s, i from t order by s, i desc nulls last
select i from t order by s collate "C" using <, 1 limit 5 offset 2
select i from t order by i fetch first 3 rows with ties
select i from t for update
select i from t tablesample bernoulli(10) repeatable (5)
select * from generate_series(1,3) with ordinality g(a,b)
select * from rows from (generate_series(1,3), generate_series(1,4)) as g(a,b)
select * from unnest(array['a','b'], array[1,2]) u(a,b)
select * from json_to_recordset('[]') as x(a int, b text)
select * from jsonb_to_record('{}') as x(a int, b varchar(5))
select * from json_table('[]', '$[*]' columns (a int path '$.a', b text path '$.b' default 'x' on empty)) jt
select i, case s when 'a' then 'x' when 'b' then 'y' else null end from t
select string_agg(s, ',' order by i desc) from t
select percentile_cont(0.5) within group (order by i) from t
select array_agg(distinct s) from t
select coalesce(s, 'none') from t
select i from t where (i, s) in (select i, 'a' from t)
select i from t where s in (select 'a' union select 'b')
select i from t where s = any(array(select 'x'))
select i from t where not exists (select 1 from t t2 where t2.s in (t.s, 'x'))
select t.* from t
select t from t
select (co).*, i from t
select i as "select", s as "Weird" from t as "T T"
select i from t where s in ('a','b') union select i from t where v in ('c','d') except select 1 intersect select 2
(select i from t order by 1 limit 1) union all (select 2)
select count(*) from (select distinct s from t where s in ('a','b')) q
select (select 'a'::mood) as a, (select '{a}'::mood[]) as b, (select '[1,2)') as c
select (select i+1 union select 'x'::text::bigint) as d from t
select 1 where 'a' in (select c::text from t)
select sum(i) from t group by ()
select i from t cross join (select 1 as one) x
select i from (t join (select 'z' as z) x on true)
select x.y from (select s as y from t) x where x.y in ('a','b')
select i is null or s is null as q, not (i = 1 or s in ('a','b')) as w from t
select i from only t
select greatest(s, 'a') as g, nullif(s, 'a') from t
SELECT i FROM t WHERE (i BETWEEN 1 AND 2) AND (b > 3) AND x ~ ') AND ('
SELECT i FROM t WHERE ((i BETWEEN 1 AND 2) AND b > 3) OR (b NOT BETWEEN 3 AND 4) OR bo
SELECT i FROM t WHERE i > 1 AND (b BETWEEN 1 AND 2) AND NOT ((bo OR i = 1) OR i = 2)
SELECT i FROM t WHERE (bo AND (bo OR i BETWEEN SYMMETRIC 4 AND 2)) AND ((i = 1) OR bo) AND s IN ('a', 'b')
SELECT sum(i) OVER (ORDER BY i ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) > 1 AND bo AS q FROM t
SELECT i, i AS k, count(*) AS n FROM t GROUP BY 1, 2
SELECT i, x, i AS k, count(*) AS n FROM t GROUP BY 1, 2, 3 HAVING count(*) > 1 ORDER BY 1, 3, 2
SELECT i, i AS k FROM t ORDER BY 1, 2 DESC NULLS LAST LIMIT 5
SELECT lower(x) AS a, lower(x) AS b FROM t GROUP BY 1, 2 UNION ALL SELECT x, x FROM t GROUP BY 1
SELECT x AS a, x AS b, i FROM t GROUP BY ROLLUP (1), ROLLUP (2), 3
SELECT x AS a, x AS b, 'GROUP BY a, a' AS c FROM t GROUP BY 1, 2, 3
SELECT (SELECT count(*) FROM (SELECT i AS a, i AS b FROM t GROUP BY 1, 2) q) AS c, s FROM t
SELECT sum(i) OVER (PARTITION BY i, x, i ORDER BY x, x ROWS 1 PRECEDING) AS c FROM t
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY i) AS c, array_agg(i ORDER BY i, i) AS d FROM t
SELECT CASE WHEN i > 1 THEN 'a' ELSE 'b' END AS a, CASE WHEN i > 1 THEN 'a' ELSE 'b' END AS b FROM t GROUP BY 1, 2
SELECT DISTINCT ON (1, 2) i, i AS k FROM t ORDER BY 1, 2
