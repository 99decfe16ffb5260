-- passes: names of the system catalog
CREATE TABLE t (table_oid oid, object_id oid, reloid oid, role_oid oid, source regclass);

-- finds public.t.grid, public.t.photo: anything else, even if it ends like one
CREATE TABLE t (photo oid, grid oid);
