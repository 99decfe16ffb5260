-- A small order system as one finds it after two years of growth.
CREATE SCHEMA shop;

CREATE TYPE shop.order_state AS ENUM ('cart', 'placed', 'paid', 'shipped', 'returned');

CREATE TABLE shop.tenants (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE shop.customers (
  id serial PRIMARY KEY,
  tenant_id bigint NOT NULL REFERENCES shop.tenants (id),
  email varchar(255) NOT NULL,
  password text NOT NULL,
  country char(2),
  is_active boolean DEFAULT true,
  created_at timestamp DEFAULT now(),
  UNIQUE (tenant_id, email)
);

CREATE INDEX customers_tenant ON shop.customers (tenant_id);
CREATE INDEX customers_active ON shop.customers (is_active);

CREATE TABLE shop.orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id integer NOT NULL REFERENCES shop.customers (id),
  state shop.order_state NOT NULL DEFAULT 'cart',
  total money NOT NULL DEFAULT 0,
  payload json,
  tags text[],
  placed_at timestamptz
);

CREATE INDEX orders_tags ON shop.orders (tags);
CREATE INDEX orders_placed ON shop.orders (placed_at);
CREATE INDEX orders_placed_again ON shop.orders (placed_at);

CREATE TABLE shop.order_lines (
  order_id bigint NOT NULL REFERENCES shop.orders (id) ON DELETE CASCADE,
  position smallint NOT NULL,
  sku text NOT NULL,
  unit_price numeric(12, 2) NOT NULL,
  quantity integer NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (order_id, position)
);

CREATE TABLE shop.audit_log (
  at timestamptz NOT NULL DEFAULT now(),
  actor text,
  entry jsonb NOT NULL
);

ALTER TABLE shop.orders ENABLE ROW LEVEL SECURITY;

CREATE FUNCTION shop.order_total(wanted bigint) RETURNS numeric
  LANGUAGE sql STABLE SECURITY DEFINER
  AS $$ SELECT sum(unit_price * quantity) FROM shop.order_lines WHERE order_id = wanted $$;

CREATE VIEW shop.open_orders AS
  SELECT o.id, c.email, shop.order_total(o.id) AS total
  FROM shop.orders o
  JOIN shop.customers c ON c.id = o.customer_id
  WHERE o.state IN ('placed', 'paid');
