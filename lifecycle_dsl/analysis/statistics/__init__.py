"""Statistics as analysis needs them, thin over SciPy and statsmodels; one file an idea."""
