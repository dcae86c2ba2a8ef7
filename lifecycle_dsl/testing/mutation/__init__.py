"""Rules changed a little, to see whether a test notices."""
