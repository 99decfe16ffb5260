-- passes: what is about a file, and what is no bytea
CREATE TABLE t (file_sha256 bytea, file_id bytea, image text);

-- finds public.t.avatar, public.t.scan_data: contents by name
CREATE TABLE t (avatar bytea, scan_data bytea);
