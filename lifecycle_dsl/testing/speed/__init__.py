"""How fast a rule set runs: records a second, latency, memory, and which rules cost most."""
