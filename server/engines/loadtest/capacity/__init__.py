"""How much a target carries: a model of its scaling, its capacity at an SLO, what to provide."""
