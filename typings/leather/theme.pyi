margin: float
legend_font_char_height: int
legend_gap: int
