"""What a load test may reach: the operator's word, applied to addresses and not to names."""
