"""SQL as text: split, vetted, quoted and fingerprinted; the only package that imports pglast."""
