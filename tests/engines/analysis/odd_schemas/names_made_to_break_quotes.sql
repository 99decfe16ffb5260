CREATE SCHEMA "s""`; DROP TABLE x; --";
CREATE TABLE "s""`; DROP TABLE x; --"."Ta
ble" ("i`d" int GENERATED ALWAYS AS IDENTITY, "größe ""m""" boolean DEFAULT false,
  "select" text[], "a
b" jsonb, PRIMARY KEY ("i`d"));
CREATE TABLE "s""`; DROP TABLE x; --"."order" ("Ta
ble_id" int, "from" int REFERENCES "s""`; DROP TABLE x; --"."Ta
ble", "x'y" varchar(36) PRIMARY KEY, "\d" int, "$1" text);
CREATE INDEX "in
dex" ON "s""`; DROP TABLE x; --"."Ta
ble" ("select");
CREATE INDEX "in;dex" ON "s""`; DROP TABLE x; --"."Ta
ble" ("a
b");
CREATE INDEX "i1" ON "s""`; DROP TABLE x; --"."order" ("$1");
CREATE INDEX "i2" ON "s""`; DROP TABLE x; --"."order" ("$1", "\d");
CREATE INDEX "i3" ON "s""`; DROP TABLE x; --"."order" ("\d") WHERE "x'y" IS NOT NULL;
ALTER TABLE "s""`; DROP TABLE x; --"."order" ADD CONSTRAINT "c'k" CHECK ("\d" > 0) NOT VALID;
