-- passes: flags, dates, numbers, and words that only contain one
CREATE TABLE t (
  has_password bool, password_changed_at date, token_count int, secretary text, pinned text,
  passport_id int, password_hint_shown_at timestamptz, next_page_token text
);

-- passes: row security
CREATE TABLE t (password_hash text);
ALTER TABLE t ENABLE ROW LEVEL SECURITY;

-- finds public.t."apiKey", public.t.credit_card_number, public.t.secret, public.t.ssn: by name
CREATE TABLE t (ssn text, "apiKey" varchar(9), credit_card_number text, secret text);
