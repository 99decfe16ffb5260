-- passes: rates, scores, and exact amounts
CREATE TABLE t (tax_rate float8, price_score real, price numeric, priceless real);

-- finds public.t."unitPrice", public.t.costs: however the words are joined
CREATE TABLE t ("unitPrice" real, costs float8[]);
