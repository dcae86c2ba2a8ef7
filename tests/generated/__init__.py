"""Rule sets and event streams made by Hypothesis, as text and records that whole passes run on."""
