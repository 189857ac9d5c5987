"""How value and gradient of an objective are computed, and made to fit the machine."""
