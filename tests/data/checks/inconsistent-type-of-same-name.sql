-- passes: a name that means something else in each table
CREATE TABLE a (status text);
CREATE TABLE b (status int);
CREATE TABLE c (status int);

-- passes: two tables are no majority
CREATE TABLE a (team text);
CREATE TABLE b (team int);

-- passes: a half is no majority
CREATE TABLE a (team text);
CREATE TABLE b (team text);
CREATE TABLE c (team int);
CREATE TABLE d (team int);

-- passes: texts are texts
CREATE TABLE a (email text);
CREATE TABLE b (email varchar(9));
CREATE TABLE c (email char(9));

-- passes: what other checks report
CREATE TABLE a (seen timestamp, body_json json);
CREATE TABLE b (seen timestamptz, body_json jsonb);
CREATE TABLE c (seen timestamptz, body_json jsonb);

-- passes: an enum of its own
CREATE TYPE mood AS ENUM ('good');
CREATE TABLE a (mood mood);
CREATE TABLE b (mood text);
CREATE TABLE c (mood text);

-- passes: a domain is what it is made of
CREATE DOMAIN team AS int;
CREATE TABLE a (team team);
CREATE TABLE b (team int);
CREATE TABLE c (team int);

-- passes: partitions are not tables of their own
CREATE TABLE a (team int) PARTITION BY LIST (team);
CREATE TABLE a1 PARTITION OF a DEFAULT;
CREATE TABLE b (team text);

-- finds public.c.user_ref: one against two
CREATE TABLE a (user_ref bigint);
CREATE TABLE b (user_ref bigint);
CREATE TABLE c (user_ref text);
