"""Rule sets and event streams made from seeds, as text and records that whole passes run on."""
