CREATE TABLE grandparent (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, flag boolean DEFAULT true);
CREATE TABLE other (flag boolean DEFAULT true, extra varchar(10));
CREATE TABLE parent (more money) INHERITS (grandparent);
CREATE TABLE child (flag boolean) INHERITS (parent, other);
ALTER TABLE grandparent ADD CONSTRAINT g CHECK (id > 0) NOT VALID;
CREATE INDEX ON child (flag); CREATE INDEX ON grandparent (flag);
