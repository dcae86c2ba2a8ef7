"""The checked program: what the checker gives, and the compiler and its oracle take."""
